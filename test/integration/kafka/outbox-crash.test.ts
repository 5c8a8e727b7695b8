import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel, type Message } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { profilePlanOf } from '../../../cli/runtime/profile-plan.ts';
import { type Base, openBase } from '../../../cli/runtime/runtime.ts';
import { noMetrics, silentLogger, systemClock } from '../../../common/ports.ts';
import { loadPipeline } from '../../../config/load.ts';
import { createKafkaSource } from '../../../consumers/kafka/kafka-source.ts';
import { letterMessage, predictionMessage } from '../../../consumers/kafka/outgoing/message.ts';
import { combineOutgoing, createOutbox } from '../../../consumers/kafka/outgoing/outbox.ts';
import { createOutputTopic } from '../../../consumers/kafka/outgoing/output-topic.ts';
import { deadLetterSlice, pageSlice, predictionSlice } from '../../../consumers/kafka/outgoing/slices.ts';
import { createIntake } from '../../../consumers/worker/intake.ts';
import { createPartitions } from '../../../consumers/worker/partitions.ts';
import { createWorker } from '../../../consumers/worker/worker.ts';
import { type Broker, startBroker } from '../../../scripts/kafka/broker.ts';
import { createOutgoingStore } from '../../../store/outgoing-store.ts';
import { createWorkerStore } from '../../../store/worker-store.ts';
import { headerOf, lettersByKcat, readCommitted } from '../../support/kafka-read.ts';
import { describeWithKafka } from './gate.ts';
import { type Producing, producing } from './members.ts';
import { type Life, lifeOf, mortalKafka, mortalOutgoing, mortalSource, mortalStore } from './mortal.ts';

const count = 400;
const fromMs = Date.parse('2026-03-01T00:00Z');
const binary = Buffer.from([0, 255, 10, 13, 128, 39]);

/** What is sent: every eighth is refused, with all that a message may be. */
function messageAt(at: number): Message {
  if (at % 8 !== 7) {
    const value = JSON.stringify({ id: `e${at}`, time: new Date(fromMs + at * 1000).toISOString(), size: at % 7 });
    return { key: `k${at % 5}`, value, partition: 0 };
  }
  const values = [Buffer.from('{"id": '), null, Buffer.alloc(0), binary];
  const keys = [binary, null, Buffer.alloc(0)];
  return {
    key: keys[at % 3] as Buffer | null,
    value: values[((at - 7) / 8) % 4] as Buffer | null,
    partition: 0,
    headers:
      at % 16 === 7 ? { trace: [binary, Buffer.alloc(0), binary], 'tidemark.reason': 'not ours', at: String(at) } : {},
  };
}

describeWithKafka('what goes out when the process dies between any two steps', () => {
  let directory: string;
  let broker: Broker;
  let log: Producing;
  let base: Base;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tidemark-outbox-'));
    broker = await startBroker({ directory: join(directory, 'broker') });
    log = await producing(broker.brokers);
    await log.createTopic('sizes', 1);
    await log.createTopic('refused', 2);
    await log.createTopic('scores', 2);
    // Each is a record batch of its own, so that the flushes are several.
    for (let from = 0; from < count; from += 50)
      await log.send(
        'sizes',
        Array.from({ length: 50 }, (_, at) => messageAt(from + at)),
      );
    base = await open();
  });
  afterAll(async () => {
    await base?.store.close();
    await log?.close();
    await broker?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function open(): Promise<Base> {
    const place = join(directory, 'pipeline');
    mkdirSync(place);
    writeFileSync(
      join(place, 'contract.yaml'),
      'contract: sizes\nversion: 3\nfeatures:\n  size: { type: integer, required: true }\n',
    );
    writeFileSync(
      join(place, 'pipeline.yaml'),
      [
        'pipeline: sizes',
        `source: { kafka: { brokers: ["${broker.brokers}"], topic: sizes, group: sizes, sessionTimeout: 6s, tombstones: reject, maxWait: 50ms, maxBytesPerPartition: 4096 } }`,
        'event: { format: json, id: /id, time: /time }',
        'contract: contract.yaml',
        'store: { url: "embedded:./store" }',
      ].join('\n'),
    );
    return openBase(await loadPipeline(join(place, 'pipeline.yaml'), {}), place);
  }

  function outgoingOf(life: Life) {
    const client = mortalKafka(
      life,
      new Kafka({
        brokers: [broker.brokers],
        logLevel: logLevel.NOTHING,
        retry: { initialRetryTime: 50, retries: 10 },
      }),
    );
    const store = mortalOutgoing(life, createOutgoingStore(base.store, Date.now));
    const topic = (output: string, name: string) =>
      createOutputTopic({
        pipeline: 'sizes',
        output,
        topic: name,
        client: { kafka: client, close: () => undefined },
        brokers: [broker.brokers],
        // One keeps its cursor at the source's partition, the other at its own topic.
        sourceTopics: output === 'dead-letters' ? ['sizes'] : [],
      });
    const common = { store, logger: silentLogger, metrics: noMetrics, random: () => 0 };
    return combineOutgoing([
      createOutbox({
        ...common,
        name: 'dead-letters',
        topic: topic('dead-letters', 'refused'),
        sliceOf: deadLetterSlice('sizes'),
        read: async (request) =>
          pageSlice(request.from, await store.deadLetters(request), (letter) => letterMessage(letter, 'sizes')),
        takes: () => true,
      }),
      createOutbox({
        ...common,
        name: 'predictions',
        topic: topic('predictions', 'scores'),
        sliceOf: predictionSlice,
        read: async (request) => pageSlice(request.from, await store.predictions(request), predictionMessage),
        takes: () => true,
      }),
    ]);
  }

  /** Runs until everything has gone out, or the life is over. */
  async function live(life: Life): Promise<void> {
    const { config } = base.file;
    const { kafka } = config.source;
    if (kafka === undefined) throw new Error('the pipeline has no topic');
    const outgoing = outgoingOf(life);
    const worker = createWorker({
      source: mortalSource(
        life,
        createKafkaSource(kafka, { logger: silentLogger, metrics: noMetrics, role: 'events' }),
      ),
      intake: createIntake({
        event: config.event,
        labels: undefined,
        contract: base.contract,
        paneMs: config.windows.pane,
        latenessMs: config.windows.lateness,
        capacityRows: 1024,
        wantsOutcomes: false,
      }),
      partitions: createPartitions(),
      store: mortalStore(life, createWorkerStore(base.store, Date.now)),
      score: async ({ events }) => {
        const rowOf = Int32Array.from({ length: events.rows }, (_, row) => row);
        return ['champion', 'challenger:v2'].map((slot) => ({
          model: 'm',
          version: slot === 'champion' ? 'v1' : 'v2',
          slot,
          rowOf,
          values: Float64Array.from(rowOf, (row) => (events.offset[row] as number) / 3),
        }));
      },
      profilePlan: () => profilePlanOf(config, undefined, base.contract.fields),
      onCommitted: async ({ partitions }) => {
        if (partitions.some(({ watermarkMs }) => Number.isFinite(watermarkMs)) && (await readTo()) >= count)
          worker.stop();
      },
      outgoing,
      flushRows: 100,
      flushIntervalMs: 200,
      duplicateWindow: 1000,
      clock: systemClock,
      logger: silentLogger,
      metrics: noMetrics,
      sleep: (ms) => delay(ms),
      random: () => 0.5,
    });
    const watching = setInterval(() => {
      if (life.over) worker.stop();
    }, 20);
    try {
      await worker.run();
    } catch (error) {
      if (!life.over) throw error;
    } finally {
      clearInterval(watching);
      await outgoing.close();
    }
  }

  async function readTo(): Promise<number> {
    const [row] = await base.store.query<{ end: string }>(
      `SELECT max(to_offset) AS end FROM \`${base.store.database}\`.chunks FINAL`,
    );
    return Number(row?.end);
  }

  it('is in the topics once, in the order of the log, byte for byte', async () => {
    const seen = new Set<string>();
    for (let steps = 1; ; steps++) {
      const life = lifeOf(steps);
      await live(life);
      for (const step of life.steps) seen.add(step);
      if (!life.over) break;
      expect(steps).toBeLessThan(200);
    }
    expect([...seen].sort()).toEqual(
      [
        'abort',
        'begin',
        'chunks',
        'commit',
        'commit of the transaction',
        'positions',
        'rows',
        'send',
        'send offsets',
      ].sort(),
    );

    const wanted = Array.from({ length: count }, (_, at) => at).filter((at) => at % 8 === 7);
    const letters = await readCommitted({ brokers: broker.brokers, topic: 'refused', atLeast: wanted.length });
    expect(letters.map((letter) => Number(headerOf(letter, 'tidemark.offset'))).sort((a, b) => a - b)).toEqual(wanted);
    for (const letter of letters) {
      const at = Number(headerOf(letter, 'tidemark.offset'));
      const sent = messageAt(at);
      expect(letter.key).toEqual(sent.key);
      expect(letter.value).toEqual(sent.value);
      expect(headerOf(letter, 'tidemark.contract')).toBe('sizes 3');
      expect(headerOf(letter, 'tidemark.pipeline')).toBe('sizes');
      expect(headerOf(letter, 'tidemark.source')).toBe('sizes');
      expect(['json_syntax', 'not_an_object', 'invalid_utf8']).toContain(headerOf(letter, 'tidemark.reason'));
      if (at % 16 === 7) {
        expect(letter.headers.get('trace')).toEqual([binary, Buffer.alloc(0), binary]);
        expect(letter.headers.get('tidemark.reason')?.[0]).toEqual(Buffer.from('not ours'));
        expect(headerOf(letter, 'at')).toBe(String(at));
      }
    }
    // Of messages without a key all go to one partition, in their order.
    const keyless = letters
      .filter(({ key }) => key === null)
      .map((letter) => Number(headerOf(letter, 'tidemark.offset')));
    expect(keyless).toEqual([...keyless].sort((a, b) => a - b));
    const byKcat = lettersByKcat({ brokers: broker.brokers, topic: 'refused' });
    if (byKcat !== undefined) expect(byKcat).toEqual(wanted.map((at) => `sizes/0/${at}`).sort());

    const accepted = Array.from({ length: count }, (_, at) => at).filter((at) => at % 8 !== 7);
    const scores = (
      await readCommitted({ brokers: broker.brokers, topic: 'scores', atLeast: 2 * accepted.length })
    ).map(({ key, value }) => ({
      key: key?.toString(),
      value: JSON.parse(String(value)) as { id: string; role: string },
    }));
    for (const role of ['champion', 'challenger']) {
      const own = scores.filter(({ value }) => value.role === role);
      expect(own.map(({ key }) => key).sort()).toEqual(accepted.map((at) => `e${at}`).sort());
    }
    expect(scores.find(({ key, value }) => key === 'e12' && value.role === 'challenger')).toEqual({
      key: 'e12',
      value: {
        id: 'e12',
        model: 'm',
        version: 'v2',
        role: 'challenger',
        value: 4,
        eventTime: '2026-03-01T00:00:12.000Z',
      },
    });
  });
});
