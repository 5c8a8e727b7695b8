import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRandom } from '../../common/random.ts';
import { type Broker, startBroker } from '../../scripts/kafka/broker.ts';
import { comparableCounts, type FlightsCounts, readCounts } from '../support/flights-counts.ts';
import { writeWithResends } from '../support/flights-lines.ts';
import {
  copyStore,
  fromFile,
  kafkaPipeline,
  makeModelStore,
  prepareFlights,
  startFlights,
  writePipeline,
} from '../support/flights-process.ts';
import { committedOf, impatient, produceLines, runAndKill, runToTheEnd } from '../support/kafka-flights.ts';
import { describeWithKafka } from './kafka/gate.ts';

const seed = Number(process.env['TIDEMARK_SEED'] ?? 7);
const count = 150_000;

describeWithKafka('150,000 flights through the broker', () => {
  let directory: string;
  let data: string;
  let events: string;
  let broker: Broker;
  let models: string;
  let resent: number;
  let expected: FlightsCounts;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tidemark-kafka-flights-'));
    data = join(directory, 'data');
    events = join(directory, 'events.ndjson');
    prepareFlights(data, '2001-02-12');
    resent = await writeWithResends({ from: join(data, 'events.ndjson'), to: events, count, every: 300 });
    models = await makeModelStore(directory, data);
    const pipeline = await writePipeline(join(directory, 'file.yaml'), fromFile(events));
    const store = await copyStore(models, join(directory, 'store-of-file'));
    await startFlights({ data, pipeline, store, once: true }).ended;
    expected = await readCounts(store);
    broker = await startBroker({ directory: join(directory, 'broker') });
  });
  afterAll(async () => {
    await broker?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((a, b) => a + b, 0);

  it('are all accounted for by the file source, which the broker is compared with', () => {
    expect(expected.read).toBe(count);
    expect(sum(expected.events) + sum(expected.deadLetters)).toBe(count);
    expect(sum(expected.deadLetters)).toBeGreaterThan(50);
    expect(expected.late).toBeGreaterThan(10);
    // A line that was refused is refused again and is no duplicate.
    expect(expected.duplicates).toBeGreaterThan(resent - 5);
    expect(expected.duplicates).toBeLessThanOrEqual(resent);
    expect(expected.predictions).toBe(sum(expected.events) - expected.duplicates);
    for (const n of Object.values(expected.profiled)) expect(n).toBe(expected.predictions);
  });

  it('give the counts of the file source', async () => {
    const produced = await produceLines({ brokers: broker.brokers, topic: 'flights', path: events, to: count });
    const store = await copyStore(models, join(directory, 'store-of-broker'));
    const { summary } = await runToTheEnd({ data, pipeline: kafkaPipeline, store, produced });
    expect(comparableCounts(await readCounts(store))).toEqual(comparableCounts(expected));
    expect(summary?.events.read).toBe(count);
    const { offset, metadata } = await committedOf(produced);
    expect(offset).toBe(count);
    expect(JSON.parse(metadata)).toMatchObject({
      partition: { source: 'flights', partition: 0, role: 'events' },
      to: count,
      panesMs: [],
    });
  });

  it(`give the same counts when the worker is killed on the way (seed ${seed})`, async () => {
    const produced = await produceLines({ brokers: broker.brokers, topic: 'flights-killed', path: events, to: count });
    const pipeline = await writePipeline(join(directory, 'killed.yaml'), impatient(5000));
    const store = await copyStore(models, join(directory, 'store-of-killed'));
    const worker = { data, pipeline, store, produced };
    const random = createRandom(seed);
    for (const offset of [20_000, 60_000, 100_000]) {
      const stands = await runAndKill(worker, { offset, withinMs: 60, random });
      expect(stands.offset).toBeGreaterThanOrEqual(offset);
      expect(stands.offset).toBeLessThan(count);
    }
    await runToTheEnd(worker);
    expect(comparableCounts(await readCounts(store))).toEqual(comparableCounts(expected));
  });
});
