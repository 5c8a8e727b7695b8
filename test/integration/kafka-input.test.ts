import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Admin, Kafka, logLevel, Partitioners, type Transaction } from 'kafkajs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createMetrics } from '../../cli/runtime/metrics.ts';
import type { Base } from '../../cli/runtime/runtime.ts';
import { describeWithKafka } from './kafka/gate.ts';
import { type Service, startService } from './kafka/service.ts';
import {
  type Counted,
  countKafka,
  coveredBy,
  firstMs,
  openKafkaBase,
  sizeEvent,
  startKafkaWorker,
} from './kafka/workers.ts';

const event = (at: number) => ({ key: `k${at}`, value: sizeEvent(at) });
const at = (id: string, time: number | string) => JSON.stringify({ id, time, size: 1 });

/** One begun transaction an id. Its producer is left to the end of the process. */
async function transactions(brokers: string, ids: readonly string[]): Promise<Transaction[]> {
  const kafka = new Kafka({ clientId: 'test', brokers: [brokers], logLevel: logLevel.NOTHING });
  return Promise.all(
    ids.map(async (transactionalId) => {
      const producer = kafka.producer({
        transactionalId,
        idempotent: true,
        maxInFlightRequests: 1,
        createPartitioner: Partitioners.DefaultPartitioner,
      });
      await producer.connect();
      return producer.transaction();
    }),
  );
}

/** Reads a topic to its end with a worker of its own, and counts what the tables hold. */
describeWithKafka('messages that are no ordinary events', () => {
  let service: Service;
  let opened: Base | undefined;

  beforeAll(async () => {
    // As wide as topics are made for large messages.
    const properties = { 'message.max.bytes': '8000000', 'replica.fetch.max.bytes': '8000000' };
    service = await startService(() => ({ properties }));
  });
  afterEach(close);
  afterAll(() => service?.stop());

  /** One store a process. */
  async function close(): Promise<void> {
    await opened?.store.close();
    opened = undefined;
  }

  const highOf = async (admin: Admin, topic: string) => Number((await admin.fetchTopicOffsets(topic))[0]?.high);

  async function readTopic(
    topic: string,
    source = 'tombstones: skip',
    run = topic,
  ): Promise<{ counted: Counted; base: Base; metrics: string }> {
    const high = await highOf(service.log.admin, topic);
    const { brokers } = service.broker;
    await close();
    const base = await openKafkaBase({ directory: join(service.directory, run), brokers, topic, group: run, source });
    opened = base;
    const metrics = createMetrics();
    const { ended } = startKafkaWorker(base, {
      metrics,
      onCommitted: async (worker) => {
        const { ranges } = await countKafka(base.store);
        if (coveredBy(ranges[`${topic}/0`] ?? []) >= high) worker.stop();
      },
    });
    await ended;
    return { counted: await countKafka(base.store), base, metrics: await metrics.text() };
  }

  it('passes over tombstones of a compacted topic, counts them, and keeps positions exact over the gaps', async () => {
    await service.log.createTopic('compacted', 1, {
      'cleanup.policy': 'compact',
      'min.cleanable.dirty.ratio': '0.01',
      'segment.ms': '1000',
      'max.compaction.lag.ms': '1000',
      'delete.retention.ms': '600000',
    });
    for (let round = 0; round < 5; round++)
      await service.log.send('compacted', [
        { key: 'same', value: sizeEvent(round) },
        { key: `own-${round}`, value: sizeEvent(100 + round) },
        { key: 'gone', value: null },
      ]);
    const { counted, metrics } = await readTopic('compacted');
    const { events, read, deadLetters, ranges } = counted;
    expect(deadLetters).toEqual({});
    // Compaction may have begun or not: what is left is read once.
    expect(events).toBe(read);
    expect(events).toBeGreaterThanOrEqual(6);
    expect(coveredBy(ranges['compacted/0'] ?? [])).toBe(15);
    const skipped = Number(/tidemark_source_tombstones_total\{[^}]*\} (\d+)/.exec(metrics)?.[1]);
    expect(skipped).toBeGreaterThanOrEqual(1);
  });

  it('makes dead letters of tombstones where it is told to, and of messages without key and value always', async () => {
    await service.log.createTopic('empty', 1);
    await service.log.send('empty', [event(0), { key: 'gone', value: null }, { key: null, value: null }, event(1)]);
    const skipping = await readTopic('empty');
    expect(skipping.counted).toMatchObject({ events: 2, read: 3, deadLetters: { not_an_object: 1 } });
    const rejecting = await readTopic('empty', 'tombstones: reject', 'empty-rejecting');
    expect(rejecting.counted).toMatchObject({ events: 2, read: 4, deadLetters: { not_an_object: 2 } });
  });

  it('reads on over a topic that ends in tombstones, and commits behind them with the next event', async () => {
    await service.log.createTopic('tail', 1);
    const gone = Array.from({ length: 50 }, (_, number) => ({ key: `k${number}`, value: null }));
    await service.log.send('tail', gone);
    await service.log.send('tail', [event(1)]);
    const { counted } = await readTopic('tail');
    expect(counted).toMatchObject({ events: 1, read: 1, deadLetters: {} });
    expect(coveredBy(counted.ranges['tail/0'] ?? [])).toBe(51);
  });

  it('passes over what transactions gave up, whichever of them was the first to do so', async () => {
    await service.log.createTopic('given-up', 1);
    const [early, late, kept] = await transactions(service.broker.brokers, ['early', 'late', 'kept']);
    const send = async (one: Transaction | undefined, at: number) =>
      await one?.send({ topic: 'given-up', acks: -1, messages: [{ ...event(at), partition: 0 }] });
    await send(early, 0);
    await send(late, 1);
    await send(kept, 2);
    await send(early, 3);
    // The broker names them in the order of their ends, which is not that of their beginnings.
    await late?.abort();
    await early?.abort();
    await kept?.commit();
    await service.log.send('given-up', [event(4)]);
    // Five events and three ends, which the broker writes some milliseconds after it has answered.
    while ((await highOf(service.log.admin, 'given-up')) < 8) await delay(10);
    const { counted } = await readTopic('given-up');
    expect(counted).toMatchObject({ events: 2, read: 2, deadLetters: {} });
  });

  it('reads null keys and headers of any bytes as it reads others', async () => {
    await service.log.createTopic('headers', 1);
    const bytes = Buffer.from([0, 255, 0x22, 0x5c, 128]);
    await service.log.send('headers', [
      { key: null, value: sizeEvent(0), headers: { trace: bytes, several: [bytes, 'b'] } },
      { key: bytes, value: sizeEvent(1), headers: { '': '' } },
      { key: bytes, value: bytes, headers: { trace: bytes } },
    ]);
    const { counted, base } = await readTopic('headers');
    expect(counted).toMatchObject({ events: 2, read: 3 });
    const [letter] = await base.store.query<{ key: string; payload: string }>(
      `SELECT hex(key) AS key, hex(payload) AS payload FROM \`${base.store.database}\`.dead_letters FINAL`,
    );
    expect(letter).toEqual({ key: bytes.toString('hex').toUpperCase(), payload: bytes.toString('hex').toUpperCase() });
  });

  it('refuses event times that cannot be, and holds no pane back for those far in the past', async () => {
    await service.log.createTopic('times', 1, {
      'retention.ms': '-1',
      'message.timestamp.after.max.ms': '9223372036854775807',
    });
    const timestamp = String(firstMs);
    await service.log.send('times', [
      { value: at('far-past', '1000-01-01'), timestamp },
      { value: at('before-1970', -1), timestamp },
      { value: at('past', '1990-05-05T00:00:00Z'), timestamp },
      { value: at('far-future', '9999-01-01'), timestamp },
      { value: at('future', firstMs + 400 * 86_400_000), timestamp },
      { value: at('soon', firstMs + 86_400_000), timestamp },
      { value: at('no-time', 'yesterday'), timestamp },
      // The clock of a producer that stands at 1970: its events are ahead of their arrival by decades.
      { value: at('clock', firstMs), timestamp: '1000' },
      // And one that is ahead: what happened before is ordinary.
      { value: at('ahead', firstMs), timestamp: String(firstMs + 10 * 365 * 86_400_000) },
    ]);
    const { counted, base } = await readTopic('times');
    expect(counted).toMatchObject({ events: 3, read: 9 });
    expect(counted.deadLetters).toEqual({ time_out_of_range: 5, bad_time: 1 });
    const [reached] = await base.store.query<{ ms: string }>(
      `SELECT toUnixTimestamp64Milli(max(watermark)) AS ms FROM \`${base.store.database}\`.chunks FINAL`,
    );
    // "soon" does not close panes before its time has come.
    expect(Number(reached?.ms)).toBe(firstMs);
  });

  it('makes a dead letter of a message above event.maxBytes, and gets over one above what a fetch asks for', async () => {
    await service.log.createTopic('large', 1);
    const padded = (bytes: number, number: number) =>
      JSON.stringify({ ...JSON.parse(sizeEvent(number)), one: 'x'.repeat(bytes / 2), two: 'x'.repeat(bytes / 2) });
    const kafka = new Kafka({ brokers: [service.broker.brokers], logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    for (const value of [padded(90_000, 0), padded(200_000, 1), padded(5_000_000, 2), sizeEvent(3)])
      await producer.send({ topic: 'large', messages: [{ value }] });
    await producer.disconnect();
    const { counted } = await readTopic('large', 'maxBytesPerPartition: 20000');
    expect(counted).toMatchObject({ events: 2, read: 4, deadLetters: { event_too_large: 2 } });
  });
});
