import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { linesOf } from '../examples/flights/lines.ts';
import { startBroker } from '../scripts/kafka/broker.ts';
import { comparableCounts, readCounts } from '../test/support/flights-counts.ts';
import { copyStore, fromFile, startFlights, writePipeline } from '../test/support/flights-process.ts';
import { messagesOf, produceLines, runToTheEnd } from '../test/support/kafka-flights.ts';
import { readAlone } from './alone.ts';
import { benchFlights } from './flights.ts';
import { type Scenario, thousands } from './scenario.ts';

const count = 1_000_000;
const topic = 'flights';
export const kafka: Scenario = {
  name: 'kafka',
  description:
    'One million flights in one partition of a real broker, of 145 bytes each. First kafkajs by itself with JSON.parse and one commit a batch; then one worker process with the whole loop: contract, model, profiles with 50 segments, the embedded store, commits, the monitor. Both from the assignment of the partition to the last commit, on the same machine as the broker. The counts and the content of all tables must be those of the same million lines read from a file.',
  async run(directory, say) {
    const { data, models } = await benchFlights(directory, say);
    // A file of its own, as the file source reads to the end.
    const events = join(directory, 'million.ndjson');
    await mkdir(directory, { recursive: true });
    await writeFile(events, millionOf(join(data, 'events.ndjson')));
    const broker = await startBroker({ directory: join(directory, 'broker') });
    try {
      const place = { brokers: broker.brokers, topic };
      const there = await messagesOf(place);
      if (there < count) {
        say('producing a million events (once)');
        await produceLines({ ...place, path: events, from: there, to: count });
      }
      say('kafkajs alone');
      const parsing = readAlone(broker.brokers, topic, count);
      say(`kafkajs alone: ${thousands(parsing.events / parsing.seconds)} events/s; now the whole loop`);

      const store = join(directory, 'store-of-broker');
      await rm(store, { recursive: true, force: true });
      // A group of its own every time: the one of the run before has read everything.
      const group = `bench-${Date.now()}`;
      const pipeline = await writePipeline(join(directory, 'kafka.yaml'), ({ source }) => ({
        source: { kafka: { ...source.kafka, group } },
      }));
      await copyStore(models, store);
      const end = await runToTheEnd({ data, pipeline, store, produced: { ...place, lines: count } });
      const counts = await readCounts(store);
      const seconds = (counts.lastCommitAtMs - end.assignedAtMs) / 1000;
      say(`the whole loop: ${thousands(count / seconds)} events/s; now the same lines from a file`);

      const fileStore = join(directory, 'store-of-file');
      await rm(fileStore, { recursive: true, force: true });
      await copyStore(models, fileStore);
      const filePipeline = await writePipeline(join(directory, 'file.yaml'), fromFile(events));
      const file = await startFlights({ data, pipeline: filePipeline, store: fileStore, once: true }).ended;
      const expected = await readCounts(fileStore);
      const fileSeconds = (expected.lastCommitAtMs - file.assignedAtMs) / 1000;

      const aloneRate = parsing.events / parsing.seconds;
      const same = isDeepStrictEqual(comparableCounts(expected), comparableCounts(counts));
      if (!same) say(JSON.stringify({ expected, found: counts }, null, 2));
      const rejected = Object.values(counts.deadLetters).reduce((sum, n) => sum + n, 0);
      return {
        figures: [
          { name: 'kafkajs and JSON.parse alone', value: `${thousands(aloneRate)} events/s` },
          { name: 'one worker, the whole loop', value: `${thousands(count / seconds)} events/s` },
          { name: 'ratio', value: (count / seconds / aloneRate).toFixed(2) },
          { name: 'largest memory of the worker', value: `${thousands(end.summary?.rssMb ?? Number.NaN)} MB` },
          { name: 'the same lines from a file', value: `${thousands(count / fileSeconds)} events/s` },
          {
            name: 'read, accepted, rejected',
            value: [counts.read, counts.read - rejected, rejected].map(thousands).join(', '),
          },
          {
            name: 'duplicates, late, predictions',
            value: [counts.duplicates, counts.late, counts.predictions].map(thousands).join(', '),
          },
        ],
        checks: [
          { name: 'every event is read', holds: counts.read === count && parsing.events === count },
          { name: 'counts and content equal those of the file source', holds: same },
        ],
      };
    } finally {
      await broker.stop();
    }
  },
};

async function* millionOf(path: string): AsyncGenerator<Buffer> {
  const newline = Buffer.from('\n');
  for await (const lines of linesOf(path, count)) yield Buffer.concat(lines.flatMap((line) => [line, newline]));
}
