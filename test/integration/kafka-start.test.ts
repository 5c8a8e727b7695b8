import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { down, status } from '../../cli/kafka/dev-broker.ts';
import type { Summary } from '../../cli/runtime/summary.ts';
import { filesIn, type Injected } from '../../examples/flights/prepare.ts';
import { prepareFlights } from '../support/flights-process.ts';
import { describeWithKafka } from './kafka/gate.ts';

const script = fileURLToPath(new URL('../../examples/flights/start-kafka.ts', import.meta.url));

describeWithKafka('npm run start:kafka', () => {
  let data: string;
  let broker: string;
  beforeAll(() => {
    data = mkdtempSync(join(tmpdir(), 'tidemark-start-kafka-'));
    broker = join(data, 'kafka');
    prepareFlights(data, '2001-02-05');
  });
  afterAll(async () => {
    await down({ directory: broker, delete: true });
    rmSync(data, { recursive: true, force: true });
  });

  function run() {
    const { CLICKHOUSE_URL: _, ...environment } = process.env;
    return spawn(process.execPath, ['--no-warnings', '--import', 'tsx', script, '--once', '--json'], {
      env: { ...environment, FLIGHTS_DATA: data },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
  }

  const sent = async (): Promise<number> => {
    const found = await status({ directory: broker });
    if (found.state !== 'running') return 0;
    return found.topics.reduce((sum, { messages }) => sum + messages, 0);
  };

  it('sends and counts each line once though it was killed while it sent, judges all of it, and stops the broker', async () => {
    const injected = JSON.parse(readFileSync(filesIn(data).injected, 'utf8')) as Injected;
    const killed = run();
    // Bounded by the test's own limit: how long a busy machine takes is not what is tested.
    while ((await sent()) <= 10_000) await delay(100);
    process.kill(-(killed.pid as number), 'SIGKILL');
    await once(killed, 'exit');
    expect((await status({ directory: broker })).state).toBe('running');

    const second = run();
    let out = '';
    second.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    expect((await once(second, 'close'))[0]).toBe(0);
    const summary = JSON.parse(out) as Summary;
    expect(summary.events.read).toBe(injected.lines);
    expect(summary.labels.read).toBe(injected.flights);
    const { faults } = injected;
    expect(summary.events.deadLettered).toBe(faults['malformed-json'] + faults['missing-field'] + faults['wrong-type']);
    // Four days against January, and how the model did in them, which the labels of the last day complete.
    expect(summary.windows).toBe(8);
    expect((await status({ directory: broker })).state).toBe('stopped');
  });
});
