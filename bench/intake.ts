import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { databaseOf } from '../cli/runtime/runtime.ts';
import { startBroker } from '../scripts/kafka/broker.ts';
import { openStore } from '../store/client.ts';
import { countKinds, type SensorStream } from '../test/support/sensors/event.ts';
import { registerSensorModel, writeSensorPipeline } from '../test/support/sensors/pipeline.ts';
import { startTidemark } from '../test/support/sensors/process.ts';
import { committedIn, messagesIn, produceReadings } from '../test/support/sensors/produce.ts';
import { readAlone } from './alone.ts';
import { processorTimeOf } from './processor-time.ts';
import { type Scenario, thousands } from './scenario.ts';

const count = 3_000_000;
const partitions = 12;
const topic = 'readings';
/** Five thousand readings a second of event time: ten minutes. */
const stream: SensorStream = { startMs: Date.parse('2026-01-05T08:00:00Z'), stepMs: 0.2 };

export const intake: Scenario = {
  name: 'intake',
  description:
    'Three million readings of sensors, 172 bytes of JSON each, in 12 partitions of a real broker. First kafkajs by itself with JSON.parse and one commit a batch; then one worker process with the whole loop: contract, ids, an ONNX model, profiles of 8 features with 10 segments, the embedded store, commits, the monitor. Both from the assignment to the last commit, on the same machine as the broker.',
  async run(directory, say) {
    const broker = await startBroker({ directory: join(directory, 'broker') });
    try {
      const place = { brokers: broker.brokers, topic };
      const there = await messagesIn(place);
      if (there < count) {
        say('producing three million readings (once)');
        await produceReadings(place, stream, { from: there, to: count, partitions });
      }
      say('kafkajs alone');
      const alone = readAlone(broker.brokers, topic, count);
      const aloneRate = alone.events / alone.seconds;
      say(`kafkajs alone: ${thousands(aloneRate)} events/s; now the whole loop`);

      await rm(join(directory, 'store'), { recursive: true, force: true });
      const group = `bench-${Date.now()}`;
      const pipeline = await writeSensorPipeline({
        directory,
        source: { kafka: { brokers: [broker.brokers], topic, group } },
        storeUrl: 'embedded:./store',
        changes: { flush: { rows: 100_000 } },
      });
      await registerSensorModel(pipeline, stream, directory);
      const worker = startTidemark(['up', pipeline, '--json', '--log-level', 'info'], {
        cwd: directory,
        nodeFlags: process.env['BENCH_NODE_FLAGS']?.split(' ') ?? [],
      });
      let over = false;
      worker.ended.then(() => {
        over = true;
      });
      while (!over && (await committedIn(place, group)) < count) await delay(250);
      const used = processorTimeOf(worker.child.pid as number);
      worker.child.kill('SIGTERM');
      const end = await worker.ended;
      if (end.code !== 0) throw new Error(`the worker ended with ${end.code ?? end.signal}: ${end.errors}`);
      const summary = JSON.parse(end.out) as { rssMb: number };
      const assigned = worker.log.find(({ msg }) => msg === 'partitions assigned');
      const found = await readTotals(directory);
      const seconds = (found.lastCommitAtMs - Date.parse(assigned?.time ?? '')) / 1000;
      const kinds = countKinds(0, count);
      return {
        figures: [
          { name: 'kafkajs and JSON.parse alone', value: `${thousands(aloneRate)} events/s` },
          { name: 'one worker, the whole loop', value: `${thousands(count / seconds)} events/s` },
          { name: 'ratio', value: (count / seconds / aloneRate).toFixed(2) },
          { name: 'processor time of JavaScript', value: `${((used.mainMs * 1000) / count).toFixed(2)} µs an event` },
          { name: 'of all threads', value: `${((used.allMs * 1000) / count).toFixed(2)} µs an event` },
          { name: 'largest memory of the worker', value: `${thousands(summary.rssMb)} MB` },
          { name: 'profile rows per 1000 events', value: (found.profileRows / (count / 1000)).toFixed(1) },
        ],
        checks: [
          { name: 'every event is read once', holds: found.read === count && alone.events === count },
          { name: 'events are those that were made', holds: found.events === count - kinds.missing - kinds.malformed },
          {
            name: 'dead letters are those that were made',
            holds: found.deadLetters === kinds.missing + kinds.malformed,
          },
          { name: 'every accepted event has its prediction', holds: found.predictions === found.events },
          { name: 'every accepted event is profiled once', holds: found.profiled === found.events },
        ],
      };
    } finally {
      await broker.stop();
    }
  },
};

/** Asked by statements of its own. */
async function readTotals(directory: string) {
  const database = databaseOf('sensors');
  const store = await openStore({ url: 'embedded:./store', database, workingDirectory: directory });
  try {
    const one = async (expression: string, from: string): Promise<number> => {
      const rows = await store.query<{ value: string }>(`SELECT ${expression} AS value FROM ${database}.${from}`);
      return Number(rows[0]?.value);
    };
    return {
      read: await one('sum(read)', 'chunks FINAL'),
      lastCommitAtMs: await one('toUnixTimestamp64Milli(max(committed_at))', 'chunks FINAL'),
      profileRows: await one('sum(profile_rows)', 'chunks FINAL'),
      events: await one('count()', 'events FINAL'),
      deadLetters: await one('count()', 'dead_letters FINAL'),
      predictions: await one('count()', 'predictions FINAL'),
      profiled: await one(
        'sum(n)',
        `profiles FINAL WHERE feature = 'temperature' AND segment = '' AND chunk_id IN (SELECT chunk_id FROM ${database}.chunks FINAL)`,
      ),
    };
  } finally {
    await store.close();
  }
}
