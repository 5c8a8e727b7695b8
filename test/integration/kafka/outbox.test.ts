import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { noMetrics, silentLogger } from '../../../common/ports.ts';
import type { FlushRows } from '../../../common/rows.ts';
import type { PartitionId } from '../../../common/source.ts';
import { letterMessage } from '../../../consumers/kafka/outgoing/message.ts';
import { createOutbox, type Outbox, type OutboxBounds } from '../../../consumers/kafka/outgoing/outbox.ts';
import { createOutputTopic } from '../../../consumers/kafka/outgoing/output-topic.ts';
import { deadLetterSlice, pageSlice } from '../../../consumers/kafka/outgoing/slices.ts';
import { type Broker, startBroker } from '../../../scripts/kafka/broker.ts';
import { openStore, type Store } from '../../../store/client.ts';
import { migrate } from '../../../store/migrations.ts';
import { createOutgoingStore } from '../../../store/outgoing-store.ts';
import { createWorkerStore } from '../../../store/worker-store.ts';
import { headerOf, lettersByKcat, readCommitted } from '../../support/kafka-read.ts';
import { describeWithKafka } from './gate.ts';
import { flushOf } from './letters.ts';
import { type Producing, producing } from './members.ts';

const noRows = new Int32Array(0);
const never = new AbortController().signal;

describeWithKafka('the outbox', () => {
  let directory: string;
  let broker: Broker;
  let log: Producing;
  let store: Store;
  let topics = 0;
  let open: Outbox[] = [];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tidemark-outbox-'));
    broker = await startBroker({ directory: join(directory, 'broker') });
    log = await producing(broker.brokers);
    store = await openStore({ url: 'embedded:./store', database: 'outbox', workingDirectory: directory });
    await migrate(store);
  });
  afterEach(async () => {
    for (const outbox of open) await outbox.close();
    open = [];
  });
  afterAll(async () => {
    await store?.close();
    await log?.close();
    await broker?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** A source topic and where its letters go, both anew. */
  async function pair(settings: Readonly<Record<string, string>> = {}) {
    const number = ++topics;
    const source = `events-${number}`;
    const topic = `refused-${number}`;
    await log.createTopic(source, 2);
    await log.createTopic(topic, 2, settings);
    return { partition: { source, partition: 0, role: 'events' } as const, topic };
  }

  function outboxTo(
    topic: string,
    source: string,
    options: { readonly bounds?: OutboxBounds; readonly wrap?: (kafka: Kafka) => Kafka } = {},
  ): Outbox {
    const { wrap = (kafka) => kafka, bounds } = options;
    const kafka = new Kafka({
      brokers: [broker.brokers],
      logLevel: logLevel.NOTHING,
      connectionTimeout: 500,
      retry: { initialRetryTime: 50, maxRetryTime: 200, retries: 3 },
    });
    const reader = createOutgoingStore(store, Date.now);
    const outbox = createOutbox({
      name: 'dead-letters',
      topic: createOutputTopic({
        pipeline: 'sizes',
        output: 'dead-letters',
        topic,
        client: { kafka: wrap(kafka), close: () => undefined },
        brokers: [broker.brokers],
        sourceTopics: [source],
      }),
      store: reader,
      sliceOf: deadLetterSlice('sizes'),
      read: async (request) =>
        pageSlice(request.from, await reader.deadLetters(request), (letter) => letterMessage(letter, 'sizes')),
      takes: () => true,
      logger: silentLogger,
      metrics: noMetrics,
      random: () => 0,
      ...(bounds === undefined ? {} : { bounds }),
    });
    open.push(outbox);
    return outbox;
  }

  async function count(flush: FlushRows): Promise<void> {
    const worker = createWorkerStore(store, Date.now);
    await worker.writeRows(flush);
    await worker.writeChunks(flush.chunks);
  }

  const countAndTell = async (outbox: Outbox, flush: FlushRows) => {
    await count(flush);
    await outbox.counted(flush, noRows, flush.chunks, never);
  };

  /** Waits for as many as are expected. */
  const offsetsIn = async (topic: string, atLeast: number) =>
    (await readCommitted({ brokers: broker.brokers, topic, atLeast }))
      .map((letter) => Number(headerOf(letter, 'tidemark.offset')))
      .sort((a, b) => a - b);

  const flush = (partition: PartitionId, from: number, special: object = {}) =>
    flushOf({ source: partition.source, from, to: from + 10, letters: { [from]: special, [from + 5]: special } });

  it('begins where the partition stands when it is first there, and sends nothing of before', async () => {
    const { partition, topic } = await pair();
    await count(flush(partition, 0));
    const outbox = outboxTo(topic, partition.source);
    await outbox.start();
    await outbox.assigned(partition, 10);
    await countAndTell(outbox, flush(partition, 10));
    await outbox.drained(never);
    expect(await offsetsIn(topic, 2)).toEqual([10, 15]);
  });

  it('finds in the store what was counted and not sent, and leaves out what was never counted', async () => {
    const { partition, topic } = await pair();
    const first = outboxTo(topic, partition.source);
    await first.assigned(partition, 0);
    await first.close();
    await count(flush(partition, 0));
    // Written by a worker that died before its commit, whose successor accepted the message.
    const { writeRows } = createWorkerStore(store, Date.now);
    await writeRows(flushOf({ source: partition.source, from: 10, to: 20, epoch: 1, letters: { 12: {} } }));
    await count(flushOf({ source: partition.source, from: 10, to: 20, epoch: 2, letters: { 17: {} } }));
    const second = outboxTo(topic, partition.source);
    await second.assigned(partition, 20);
    await second.drained(never);
    expect(await offsetsIn(topic, 3)).toEqual([0, 5, 17]);
  });

  it('keeps what a message may be: absent and empty keys and values, headers of one name, null header values', async () => {
    const { partition, topic } = await pair();
    const binary = Buffer.from([255, 0, 10, 34, 195]);
    const letters = {
      0: { key: null, payload: null },
      1: { key: Buffer.alloc(0), payload: Buffer.alloc(0) },
      2: { key: binary, payload: binary },
      3: {
        headers: [
          { name: 'b', value: binary },
          { name: 'a', value: null },
          { name: 'b', value: Buffer.alloc(0) },
          { name: '__proto__', value: Buffer.from('x') },
        ],
      },
    };
    const flushed = flushOf({ source: partition.source, from: 0, to: 10, letters });
    // Once from memory, once from the store: the same messages.
    for (const tell of [true, false]) {
      const to = tell ? topic : (await pair()).topic;
      const outbox = outboxTo(to, partition.source);
      await outbox.assigned(partition, 0);
      if (tell) await countAndTell(outbox, flushed);
      else await outbox.assigned(partition, 10);
      await outbox.drained(never);
      const found = await readCommitted({ brokers: broker.brokers, topic: to, atLeast: 4 });
      const at = (offset: number) => found.find((letter) => headerOf(letter, 'tidemark.offset') === String(offset));
      expect(found.length).toBe(4);
      expect(at(0)).toMatchObject({ key: null, value: null });
      expect(at(1)).toMatchObject({ key: Buffer.alloc(0), value: Buffer.alloc(0) });
      expect(at(2)).toMatchObject({ key: binary, value: binary });
      expect(at(3)?.headers.get('b')).toEqual([binary, Buffer.alloc(0)]);
      expect(at(3)?.headers.get('__proto__')).toEqual([Buffer.from('x')]);
      // kafkajs cannot write a null: it says in a header which value was one.
      expect(at(3)?.headers.get('a')).toEqual([Buffer.alloc(0)]);
      expect(headerOf(at(3) as NonNullable<ReturnType<typeof at>>, 'tidemark.null-headers')).toBe('[["a",0]]');
    }
  });

  it('cuts a payload that is too large for the topic, and says how large it was', async () => {
    const { partition, topic } = await pair({ 'max.message.bytes': '20000' });
    const payload = Buffer.alloc(50_000, 'x');
    const outbox = outboxTo(topic, partition.source);
    await outbox.assigned(partition, 0);
    const large = { payload, headers: [{ name: 'kept', value: Buffer.from('yes') }] };
    const letters = {
      0: large,
      1: {},
      2: { payload: payload.subarray(0, 15_000) },
      3: { headers: [{ name: 'h', value: payload }] },
    };
    await countAndTell(outbox, flushOf({ source: partition.source, from: 0, to: 10, letters }));
    await outbox.drained(never);
    const found = await readCommitted({ brokers: broker.brokers, topic, atLeast: 4 });
    const at = (offset: number) =>
      found.find((letter) => headerOf(letter, 'tidemark.offset') === String(offset)) as (typeof found)[number];
    expect(found.length).toBe(4);
    expect(headerOf(at(0), 'tidemark.payload-bytes')).toBe('50000');
    expect(headerOf(at(0), 'kept')).toBe('yes');
    expect(at(0).value?.length).toBeGreaterThan(18_000);
    expect(payload.subarray(0, at(0).value?.length)).toEqual(at(0).value);
    expect(headerOf(at(1), 'tidemark.payload-bytes')).toBeUndefined();
    expect(at(2).value?.length).toBe(15_000);
    expect(headerOf(at(3), 'tidemark.headers-left-out')).toBe('1');
    expect(at(3).value?.toString()).toBe('{"size": "3"}');
  });

  it('finds a limit by itself that the broker does not tell', async () => {
    const { partition, topic } = await pair({ 'max.message.bytes': '5000' });
    const deaf = (kafka: Kafka) => {
      const wrapped = Object.create(kafka) as Kafka;
      wrapped.admin = (config) => ({
        ...kafka.admin(config),
        describeConfigs: () => Promise.reject(new Error('not authorized')),
      });
      return wrapped;
    };
    const outbox = outboxTo(topic, partition.source, { wrap: deaf });
    await outbox.assigned(partition, 0);
    const letters = { 0: { payload: Buffer.alloc(30_000, 'x') }, 1: {} };
    await countAndTell(outbox, flushOf({ source: partition.source, from: 0, to: 10, letters }));
    await outbox.drained(never);
    expect(await offsetsIn(topic, 2)).toEqual([0, 1]);
  });

  it('refuses a former owner: what it was about to commit is in the topic once, by its successor', async () => {
    const { partition, topic } = await pair();
    let atCommit: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      atCommit = resolve;
    });
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const refusals: unknown[] = [];
    // A process that stands still just before its commit, as in a long pause of the machine.
    const slow = (kafka: Kafka) => {
      const wrapped = Object.create(kafka) as Kafka;
      wrapped.producer = (config) => {
        const producer = kafka.producer(config);
        return {
          ...producer,
          async transaction() {
            const transaction = await producer.transaction();
            return {
              ...transaction,
              async commit() {
                atCommit();
                await held;
                await transaction.commit().catch((error: unknown) => {
                  refusals.push(error);
                  throw error;
                });
              },
            };
          },
        };
      };
      return wrapped;
    };
    const former = outboxTo(topic, partition.source, { wrap: slow });
    await former.assigned(partition, 0);
    await countAndTell(former, flush(partition, 0));
    await reached;

    const successor = outboxTo(topic, partition.source);
    await successor.assigned(partition, 10);
    await successor.drained(never);
    expect(await offsetsIn(topic, 2)).toEqual([0, 5]);

    letGo();
    // It still believes that the partition is its own, and asks again: then it finds that everything has gone out.
    await former.drained(never);
    expect(refusals).toMatchObject([{ type: 'INVALID_PRODUCER_EPOCH' }]);
    await countAndTell(successor, flush(partition, 10));
    await successor.drained(never);
    expect(await offsetsIn(topic, 4)).toEqual([0, 5, 10, 15]);
    const byKcat = lettersByKcat({ brokers: broker.brokers, topic });
    if (byKcat !== undefined) expect(byKcat.length).toBe(4);
  });

  it('holds nobody up while the broker is away, until too much waits; when it is back everything goes out once', async () => {
    const { partition, topic } = await pair();
    const bounds = { memoryBytes: 1, positions: 25 };
    const outbox = outboxTo(topic, partition.source, { bounds });
    await outbox.assigned(partition, 0);
    await countAndTell(outbox, flush(partition, 0));
    await outbox.drained(never);
    await log.close();
    await broker.stop();
    for (const from of [10, 20]) await countAndTell(outbox, flush(partition, from));
    const holding = countAndTell(outbox, flush(partition, 30)).then(() => 'told');
    const first = await Promise.race([holding, new Promise((resolve) => setTimeout(resolve, 1000, 'held'))]);
    expect(first).toBe('held');
    broker = await startBroker({ directory: join(directory, 'broker') });
    log = await producing(broker.brokers);
    expect(await holding).toBe('told');
    await outbox.drained(never);
    expect(await offsetsIn(topic, 8)).toEqual([0, 5, 10, 15, 20, 25, 30, 35]);
  });

  it('goes on from the store where the broker has forgotten the cursor', async () => {
    const { partition, topic } = await pair();
    const first = outboxTo(topic, partition.source);
    await first.assigned(partition, 0);
    await countAndTell(first, flush(partition, 0));
    await first.drained(never);
    await first.close();
    await log.admin.deleteGroups([`tidemark.sizes.dead-letters.${topic}`]);
    await count(flush(partition, 10));
    const second = outboxTo(topic, partition.source);
    await second.assigned(partition, 20);
    await second.drained(never);
    expect(await offsetsIn(topic, 4)).toEqual([0, 5, 10, 15]);
  });

  it('says at the start that the topic is not there, and waits for a broker that is away', async () => {
    const missing = outboxTo('nowhere', 'events');
    await expect(missing.start()).rejects.toMatchObject({ code: 'OUTPUT_UNAVAILABLE', retriable: false });
    const { topic, partition } = await pair();
    await log.close();
    await broker.stop();
    await outboxTo(topic, partition.source).start();
    broker = await startBroker({ directory: join(directory, 'broker') });
    log = await producing(broker.brokers);
  });
});
