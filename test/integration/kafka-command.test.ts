import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { down, status, up } from '../../cli/kafka/dev-broker.ts';
import { commandLineOf } from '../../cli/kafka/record.ts';
import type { TopicSpec } from '../../cli/kafka/topics.ts';
import { cleanUp, type Finished, freePort, temporary, tidemark, until } from './bad-input/harness.ts';
import { describeWithKafka } from './kafka/gate.ts';
import { producing } from './kafka/members.ts';

const kafka = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
  tidemark(['kafka', ...args], env).finished;

const json = ({ stdout }: Finished): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>;

describeWithKafka('tidemark kafka', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await temporary();
  });
  afterAll(async () => {
    await down({ directory, delete: true });
    await cleanUp();
  });

  const recorded = (): { readonly pid: number; readonly port: number } =>
    JSON.parse(readFileSync(join(directory, 'broker.json'), 'utf8')) as { pid: number; port: number };

  it('starts a broker that outlives the command, shows it, stops it, and starts it again on its data', async () => {
    const port = await freePort();
    const begun = await kafka(['up', '--dir', directory, '--port', String(port), '--topic', 'orders:3', 'clicks']);
    expect([begun.code, begun.stdout]).toEqual([0, expect.stringContaining(`is up at 127.0.0.1:${port} (process `)]);

    const brokers = `127.0.0.1:${port}`;
    const client = await producing(brokers);
    await client.send(
      'orders',
      [0, 1, 2, 2].map((partition) => ({ value: 'x', partition })),
    );
    await client.close();

    const again = await kafka(['up', '--dir', directory, '--topic', 'orders:3', '--json']);
    expect([again.code, json(again)]).toEqual([0, expect.objectContaining({ started: false, brokers })]);

    const topics = [
      { name: 'clicks', partitions: 1, messages: 0 },
      { name: 'orders', partitions: 3, messages: 4 },
    ];
    const shown = await kafka(['status', '--dir', directory, '--json']);
    expect([shown.code, json(shown)]).toEqual([0, expect.objectContaining({ state: 'running', brokers, topics })]);

    const { pid } = recorded();
    const stopped = await kafka(['down', '--dir', directory]);
    expect([stopped.code, stopped.stdout]).toEqual([0, 'stopped\n']);
    expect(commandLineOf(pid)).toBe('');
    const gone = await kafka(['status', '--dir', directory]);
    expect([gone.code, gone.stdout]).toEqual([3, `stopped (data in ${directory})\n`]);
    expect(await kafka(['down', '--dir', directory])).toMatchObject({ code: 0, stdout: 'it was not running\n' });

    // The port of last time, and what was sent.
    const resumed = await kafka(['up', '--dir', directory, '--json']);
    expect([resumed.code, json(resumed)]).toEqual([0, expect.objectContaining({ started: true, brokers })]);
    expect(json(await kafka(['status', '--dir', directory, '--json']))).toMatchObject({ topics });
  });

  const start = (where: string, options: { readonly port?: number; readonly topics?: readonly TopicSpec[] } = {}) =>
    up({ directory: where, topics: [], say: () => undefined, ...options });

  it('says what is wrong with a port, a number of partitions, and a directory of which it is the second broker', async () => {
    const { port } = recorded();
    await expect(start(directory, { port: 1 })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    const topics = [{ name: 'orders', partitions: 4 }];
    await expect(start(directory, { topics })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(start(await temporary(), { port })).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
  });

  it('notices that the broker was killed and that its number is another program’s, and starts it anew', async () => {
    const { pid, port } = recorded();
    process.kill(pid, 'SIGKILL');
    await until(() => commandLineOf(pid) === '');
    expect(await status({ directory })).toMatchObject({ state: 'stopped' });
    const stale = { runner: 'java', pid: process.pid, port, version: '4.1.0' };
    writeFileSync(join(directory, 'broker.json'), JSON.stringify(stale));
    expect(await status({ directory })).toMatchObject({ state: 'stopped' });
    expect(await down({ directory, delete: false })).toBe(false);
    writeFileSync(join(directory, 'broker.json'), JSON.stringify(stale));
    expect(await start(directory)).toMatchObject({ started: true, brokers: `127.0.0.1:${port}` });
    expect(recorded().pid).not.toBe(process.pid);
    expect(await status({ directory })).toMatchObject({
      topics: [{ name: 'clicks' }, { name: 'orders', messages: 4 }],
    });
  });

  it('shows the end of the log where the broker dies while it starts', async () => {
    const broken = await temporary();
    mkdirSync(join(broken, 'data'));
    // The storage of another node.
    writeFileSync(
      join(broken, 'data', 'meta.properties'),
      'version=1\nnode.id=7\ncluster.id=dGlkZW1hcmstdGVzdC1rYQ\ndirectory.id=2tadKGvsCyka7JAN4QVJrA\n',
    );
    await expect(start(broken, { port: 0 })).rejects.toMatchObject({
      code: 'BROKER_FAILED',
      message: expect.stringMatching(/the last of its log:\n.*Stored node id 7/s),
    });
    expect(await status({ directory: broken })).toMatchObject({ state: 'stopped' });
  });

  it('moves to another controller port where its own is taken by now, and deletes its data when told to', async () => {
    expect(await down({ directory, delete: false })).toBe(true);
    const { controller } = JSON.parse(readFileSync(join(directory, 'ports.json'), 'utf8')) as { controller: number };
    const server = createServer().listen(controller, '127.0.0.1');
    try {
      await start(directory);
      expect(await status({ directory })).toMatchObject({ topics: [{ name: 'clicks' }, { name: 'orders' }] });
    } finally {
      server.close();
    }
    expect(await down({ directory, delete: true })).toBe(true);
    expect(existsSync(directory)).toBe(false);
  });
});

describe('tidemark kafka up', () => {
  afterEach(cleanUp);

  it('names what has to be installed where there is neither Java nor Docker', async () => {
    const bin = await temporary();
    symlinkSync(process.execPath, join(bin, 'node'));
    const failed = await kafka(['up', '--dir', join(bin, 'kafka'), '--json'], { PATH: bin });
    expect([failed.code, json(failed)]).toEqual([
      3,
      { error: expect.objectContaining({ code: 'TOOL_MISSING', cure: expect.stringMatching(/Java 17 .* Docker/) }) },
    ]);
  });

  it('says where nothing can be written, and what is no port and no topic', async () => {
    const file = join(await temporary(), 'file');
    writeFileSync(file, '');
    const answers = await Promise.all([
      kafka(['up', '--dir', file, '--port', 'x', '--json']),
      kafka(['up', '--dir', file, '--port', '65536', '--json']),
      kafka(['up', '--dir', file, '--topic', 'a:0', '--json']),
    ]);
    for (const answer of answers)
      expect([answer.code, json(answer)]).toEqual([
        2,
        { error: expect.objectContaining({ code: 'CONFIG_INVALID', place: expect.stringMatching(/^--(port|topic)/) }) },
      ]);
  });
});
