import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '@clickhouse/client';
import { freePort, startBroker } from '../scripts/kafka/broker.ts';
import { messageOf, type SensorStream } from '../test/support/sensors/event.ts';
import { registerSensorModel, writeSensorPipeline } from '../test/support/sensors/pipeline.ts';
import { startTidemark } from '../test/support/sensors/process.ts';
import { createTopic, sensorClient } from '../test/support/sensors/produce.ts';
import { type Scenario, thousands } from './scenario.ts';

const perSecond = 5000;
const seconds = 30;
/** The first seconds, in which code is compiled and the group is joined, are not measured. */
const warmUpSeconds = 10;
const partitions = 12;
const tickMs = 20;
const pollMs = 10;

interface Sent {
  readonly atMs: number;
  /** Offset after the last message of the tick, by partition. */
  readonly ends: ReadonlyMap<number, number>;
  readonly counts: ReadonlyMap<number, number>;
}

export const latency: Scenario = {
  name: 'latency',
  description:
    'Five thousand readings a second, sent every 20 ms to 12 partitions; worker, monitor and server in one process with default settings, over the store of another. From just before a message is sent until a query finds its prediction counted, asked every 10 ms.',
  async run(directory, say) {
    const broker = await startBroker({ directory: join(directory, 'broker') });
    const port = await freePort();
    const storeUrl = `http://127.0.0.1:${port}`;
    const topic = `readings-${Date.now()}`;
    const at = { brokers: broker.brokers, topic };
    const store = startTidemark(['store', '--dir', join(directory, `store-${port}`), '--port', String(port)], {
      cwd: directory,
    });
    try {
      await createTopic(at, partitions);
      const stream: SensorStream = { startMs: Date.now() + 15_000, stepMs: 1000 / perSecond };
      const pipeline = await writeSensorPipeline({
        directory,
        source: { kafka: { brokers: [broker.brokers], topic, group: topic } },
        storeUrl,
        changes: { pipeline: `latency_${port}` },
      });
      while (!(await fetch(`${storeUrl}/ping`).catch(() => undefined))?.ok) await delay(100);
      await registerSensorModel(pipeline, stream, directory);
      const worker = startTidemark(['up', pipeline, '--json', '--log-level', 'info'], { cwd: directory });
      while (!worker.log.some(({ msg }) => msg === 'partitions assigned')) await delay(50);
      say('the worker reads; sending');
      const watching = watchChunks(storeUrl, `tidemark_latency_${port}`);
      const sent = await send(at, stream);
      await delay(5000);
      const seen = await watching.stop();
      worker.child.kill('SIGTERM');
      await worker.ended;
      const times = latencies(
        sent.filter(({ atMs }) => atMs >= (sent[0]?.atMs ?? 0) + warmUpSeconds * 1000),
        seen,
      );
      const missing = times.filter((ms) => !Number.isFinite(ms)).length;
      const quantile = (q: number) => `${thousands(times[Math.floor(q * (times.length - 1))] as number)} ms`;
      return {
        figures: [
          { name: 'messages measured', value: thousands(times.length) },
          { name: 'p50', value: quantile(0.5) },
          { name: 'p90', value: quantile(0.9) },
          { name: 'p99', value: quantile(0.99) },
          { name: 'largest', value: quantile(1) },
        ],
        checks: [{ name: 'every message was counted', holds: missing === 0 && times.length > 0 }],
      };
    } finally {
      store.child.kill('SIGTERM');
      await store.ended;
      await broker.stop();
    }
  },
};

/** Sends for the whole time; a tick's messages at once. */
async function send(
  { brokers, topic }: { readonly brokers: string; readonly topic: string },
  stream: SensorStream,
): Promise<Sent[]> {
  const producer = sensorClient(brokers).producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const out: Sent[] = [];
  const ends = new Map<number, number>();
  const begun = performance.now();
  let index = 0;
  try {
    while (index < perSecond * seconds) {
      const due = Math.min(perSecond * seconds, Math.floor(((performance.now() - begun) / 1000) * perSecond));
      const counts = new Map<number, number>();
      const messages = [];
      for (; index < due; index++) {
        const { key, value } = messageOf(stream, index);
        const partition = Number(key.slice(1)) % partitions;
        counts.set(partition, (counts.get(partition) ?? 0) + 1);
        messages.push({ key, value, partition });
      }
      const atMs = Date.now();
      if (messages.length > 0) {
        await producer.send({ topic, messages, acks: -1 });
        for (const [partition, count] of counts) ends.set(partition, (ends.get(partition) ?? 0) + count);
        out.push({ atMs, ends: new Map(ends), counts });
      }
      await delay(tickMs);
    }
  } finally {
    await producer.disconnect();
  }
  return out;
}

interface Seen {
  readonly atMs: number;
  readonly reached: ReadonlyMap<number, number>;
}

/** Asks again and again how far every partition is counted, by a client of its own. */
function watchChunks(url: string, database: string): { stop(): Promise<readonly Seen[]> } {
  const client = createClient({ url, database });
  const seen: Seen[] = [];
  let stopping = false;
  const running = (async () => {
    while (!stopping) {
      const result = await client.query({
        query: 'SELECT partition, toString(max(to_offset)) AS reached FROM chunks GROUP BY partition',
        format: 'JSONEachRow',
      });
      const rows = await result.json<{ partition: number; reached: string }>();
      seen.push({
        atMs: Date.now(),
        reached: new Map(rows.map(({ partition, reached }) => [partition, Number(reached)])),
      });
      await delay(pollMs);
    }
    await client.close();
  })();
  return {
    async stop() {
      stopping = true;
      await running;
      return seen;
    },
  };
}

/** One a message, ascending; infinite where it was never counted. */
function latencies(sent: readonly Sent[], seen: readonly Seen[]): Float64Array {
  const out: number[] = [];
  for (const { atMs, ends, counts } of sent) {
    for (const [partition, count] of counts) {
      const end = ends.get(partition) as number;
      const found = seen.find((one) => one.atMs >= atMs && (one.reached.get(partition) ?? 0) >= end);
      for (let i = 0; i < count; i++) out.push(found === undefined ? Number.POSITIVE_INFINITY : found.atMs - atMs);
    }
  }
  return Float64Array.from(out).sort();
}
