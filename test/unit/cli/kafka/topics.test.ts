import { describe, expect, it } from 'vitest';
import { statusText } from '../../../../cli/commands/kafka.ts';
import { lastLines } from '../../../../cli/kafka/launch.ts';
import { parseTopic } from '../../../../cli/kafka/topics.ts';

describe('--topic', () => {
  it('is a name, with a number of partitions or without', () => {
    expect(parseTopic('orders:12')).toEqual({ name: 'orders', partitions: 12 });
    expect(parseTopic('a.b_c-D')).toEqual({ name: 'a.b_c-D', partitions: 1 });
  });

  it.each(['', ':3', 'a b', '..', 'a:', 'a:0', 'a:1001', 'a:-1', 'a:1.5', 'a:x', 'a:1:2', 'x'.repeat(250)])(
    'refuses %j',
    (text) => {
      expect(() => parseTopic(text)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    },
  );
});

describe('what is shown', () => {
  it('is the address, the version and what each topic holds', () => {
    const text = statusText({
      state: 'running',
      directory: '/d',
      brokers: '127.0.0.1:9092',
      version: '4.1.0',
      runner: 'process 7',
      topics: [{ name: 'orders', partitions: 12, messages: 1_234_567 }],
    });
    expect(text).toContain('running at 127.0.0.1:9092 (Kafka 4.1.0, process 7, data in /d)');
    expect(text).toMatch(/^orders\s+12\s+1,234,567$/m);
    expect(statusText({ state: 'stopped', directory: '/d' })).toBe('stopped (data in /d)');
  });

  it('is the end of the log without stacks, each line once', () => {
    const log = [
      ...Array.from({ length: 30 }, (_, at) => `line ${at}`),
      'ERROR cannot bind',
      '\tat kafka.network.Acceptor.start(SocketServer.scala:530)',
      '\t... 18 more',
      'Caused by: Address already in use',
      'Caused by: Address already in use',
      '',
    ].join('\n');
    const lines = lastLines(log).split('\n');
    expect(lines).toHaveLength(8);
    expect(lines.slice(-2)).toEqual(['  ERROR cannot bind', '  Caused by: Address already in use']);
  });
});
