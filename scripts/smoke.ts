import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { createRandom } from '../common/random.ts';
import { comparableCounts, type FlightsCounts, readCounts } from '../test/support/flights-counts.ts';
import { writeWithResends } from '../test/support/flights-lines.ts';
import {
  copyStore,
  fromFile,
  killFlights,
  makeModelStore,
  prepareFlights,
  startFlights,
  writePipeline,
} from '../test/support/flights-process.ts';
import {
  committedOf,
  impatient,
  produceLines,
  runAndKill,
  runToTheEnd,
  startWorker,
  type WorkerOptions,
} from '../test/support/kafka-flights.ts';
import { startBroker } from './kafka/broker.ts';
import { kafkaAvailable } from './kafka/jars.ts';

/**
 * A short run under load with failures, part of every check of a change: flights through a real broker and one worker that is
 * killed three times, while the broker goes away and comes back. What the tables hold then must be what the same lines give
 * through a file, undisturbed: nothing lost, nothing twice.
 */
const count = 200_000;
const flushRows = 5000;
const seed = Number(process.env['TIDEMARK_SEED'] ?? Date.now() % 1_000_000);
const begun = performance.now();

const found = kafkaAvailable();
if (!found.available) {
  process.stdout.write(`\n*** The run under load and faults DID NOT RUN: ${found.why} ***\n\n`);
  process.exitCode = process.env['CI'] === 'true' ? 1 : 0;
} else {
  const directory = mkdtempSync(join(tmpdir(), 'tidemark-smoke-'));
  try {
    process.exitCode = (await smoke(directory)) ? 0 : 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function say(text: string): void {
  process.stdout.write(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
}

async function smoke(directory: string): Promise<boolean> {
  say(`seed ${seed} (TIDEMARK_SEED=${seed} repeats it), ${count} events`);
  const random = createRandom(seed);
  const data = join(directory, 'data');
  const events = join(directory, 'events.ndjson');
  prepareFlights(data, '2001-02-15');
  const resent = await writeWithResends({ from: join(data, 'events.ndjson'), to: events, count, every: 250 });
  const models = await makeModelStore(directory, data);
  say(`lines and first model made, ${resent} lines sent twice`);

  const file = await writePipeline(join(directory, 'file.yaml'), fromFile(events));
  const expectedStore = await copyStore(models, join(directory, 'store-of-file'));
  const undisturbed = await startFlights({ data, pipeline: file, store: expectedStore, once: true }).ended;
  const expected = await readCounts(expectedStore);
  say(`the file is read, undisturbed, at ${rateOf(count, undisturbed.assignedAtMs, expected)} events/s`);

  const place = join(directory, 'broker');
  let broker = await startBroker({ directory: place });
  try {
    const topic = 'flights';
    const { brokers } = broker;
    const now = Math.round(count * 0.6);
    const produced = await produceLines({ brokers, topic, path: events, to: now });
    say(`broker up, ${now} events produced`);
    const pipeline = await writePipeline(join(directory, 'kafka.yaml'), impatient(flushRows));
    const store = await copyStore(models, join(directory, 'store-of-broker'));
    const worker: WorkerOptions = { data, pipeline, store, produced };
    const kill = async (share: number) => {
      const at = await runAndKill(worker, { offset: Math.round(count * share), withinMs: 60, random });
      say(`worker killed, the group stands at ${at.offset}`);
    };
    await kill(0.1);
    await kill(0.3);

    // This one lives through the broker's absence and is killed when it reads on.
    const third = startWorker(worker);
    await committedOf(produced, ({ offset }) => offset >= count * 0.45, third.ended);
    await broker.stop();
    say('broker stopped under a reading worker');
    await delay(random.next() * 1000);
    broker = await startBroker({ directory: place, port: broker.port });
    const all = await produceLines({ brokers, topic, path: events, from: now, to: count });
    say(`broker up again, ${count - now} more events produced`);
    await committedOf(all, ({ offset }) => offset >= count * 0.75, third.ended);
    await delay(random.next() * 60);
    await killFlights(third);
    const { offset } = await committedOf(all);
    say(`worker killed, the group stands at ${offset}`);

    const end = await runToTheEnd({ ...worker, produced: all });
    const counts = await readCounts(store);
    const rate = rateOf(count - offset, end.assignedAtMs, counts);
    say(`everything is read, the rest at ${rate} events/s (flushes of ${flushRows} rows)`);
    return compare(expected, counts);
  } finally {
    await broker.stop();
  }
}

/** Events a second from the assignment of the partition to the last commit. */
function rateOf(events: number, assignedAtMs: number, { lastCommitAtMs }: FlightsCounts): number {
  return Math.round((events / (lastCommitAtMs - assignedAtMs)) * 1000);
}

/** Prints both, and says whether they are the same. */
function compare(expected: FlightsCounts, counts: FlightsCounts): boolean {
  const same = isDeepStrictEqual(comparableCounts(expected), comparableCounts(counts));
  const lines = (one: FlightsCounts) => JSON.stringify(comparableCounts(one), null, 2);
  if (same) process.stdout.write(`expected and found:\n${lines(expected)}\n`);
  else process.stdout.write(`expected:\n${lines(expected)}\nfound:\n${lines(counts)}\n`);
  say(same ? 'nothing lost, nothing twice' : 'DIFFERENT: something was lost or counted twice');
  return same;
}
