import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { silentLogger } from '../../common/ports.ts';
import { partitionKey } from '../../common/source.ts';
import { type Broker, startBroker } from '../../scripts/kafka/broker.ts';
import { describeWithKafka } from './kafka/gate.ts';
import { kafkaConfig, type Member, member, type Producing, producing } from './kafka/members.ts';

const text = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => ({ key: `k${from + at}`, value: `v${from + at}` }));

describeWithKafka('the Kafka source', () => {
  let directory: string;
  let broker: Broker;
  let log: Producing;
  let topics = 0;
  let open: Member[] = [];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tidemark-kafka-'));
    broker = await startBroker({ directory });
    log = await producing(broker.brokers);
  });
  afterEach(async () => {
    await Promise.all(open.map(({ source }) => source.close()));
    open = [];
  });
  afterAll(async () => {
    await log?.close();
    await broker?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function topic(partitions = 1, settings: Readonly<Record<string, string>> = {}): Promise<string> {
    const name = `events-${++topics}`;
    await log.createTopic(name, partitions, settings);
    return name;
  }

  async function joined(
    name: string,
    options: Partial<Parameters<typeof member>[1]> & { readonly start?: 'earliest' | 'latest' } = {},
  ): Promise<Member> {
    const { start = 'earliest', ...rest } = options;
    const config = kafkaConfig({ brokers: broker.brokers, topic: name, group: `group-${name}`, start });
    const made = member(config, { logger: silentLogger, ...rest });
    open.push(made);
    await made.start();
    return made;
  }

  async function readCount(reader: Member, count: number): Promise<string[]> {
    const values: string[] = [];
    while (values.length < count)
      for (const { value } of (await reader.next()).batch.messages) values.push(String(value));
    return values;
  }

  it('reads everything once and in the order of each partition', async () => {
    const name = await topic(3);
    await log.send(name, text(3000));
    const reader = await joined(name);
    const next = new Map<string, number>();
    const values: string[] = [];
    while (values.length < 3000) {
      const { batch } = await reader.next();
      for (const { offset, value } of batch.messages) {
        expect(offset).toBe(next.get(partitionKey(batch.partition)) ?? 0);
        next.set(partitionKey(batch.partition), offset + 1);
        values.push(String(value));
      }
      expect(batch.nextOffset).toBe(next.get(partitionKey(batch.partition)));
    }
    expect(new Set(values).size).toBe(3000);
    expect(values.length).toBe(3000);
  });

  it('goes on at the committed offset and hands its metadata to the next owner', async () => {
    const name = await topic();
    await log.send(name, text(10));
    const first = await joined(name);
    const { batch, range } = await first.next();
    await first.source.commit([{ ...range, to: 4, metadata: '{"chunk":"a"}' }]);
    expect(batch.messages[0]?.offset).toBe(0);
    await first.source.close();

    const second = await joined(name);
    expect(second.assignments[0]).toEqual([{ key: `${name}/0`, offset: 4, metadata: '{"chunk":"a"}' }]);
    expect(await readCount(second, 6)).toEqual(['v4', 'v5', 'v6', 'v7', 'v8', 'v9']);
  });

  it('starts where the listener says, beyond the committed offset', async () => {
    const name = await topic();
    await log.send(name, text(10));
    const reader = await joined(name, { startAt: () => 7 });
    expect(await readCount(reader, 3)).toEqual(['v7', 'v8', 'v9']);
  });

  it('starts at the end of the topic with start: latest and nothing committed', async () => {
    const name = await topic();
    await log.send(name, text(5));
    const reader = await joined(name, { start: 'latest' });
    await log.send(name, text(2, 5));
    expect(await readCount(reader, 2)).toEqual(['v5', 'v6']);
  });

  it('with start: latest skips nothing that came after the first assignment, whoever owns the partition then', async () => {
    const name = await topic();
    await log.send(name, text(5));
    const first = await joined(name, { start: 'latest' });
    await log.send(name, text(2, 5));
    await first.source.close();
    const second = await joined(name, { start: 'latest' });
    expect(await readCount(second, 2)).toEqual(['v5', 'v6']);
  });

  it('gives absent keys, absent values and binary headers as they are', async () => {
    const name = await topic();
    const bytes = Buffer.from([0, 255, 1, 128]);
    await log.send(name, [
      { key: null, value: null, timestamp: '1700000000123' },
      { key: null, value: bytes, headers: { trace: bytes, twice: ['a', 'b'] } },
    ]);
    const reader = await joined(name);
    const { messages } = (await reader.next()).batch;
    expect(messages[0]).toEqual({ offset: 0, key: null, value: null, arrivalTimeMs: 1700000000123 });
    expect(messages[1]).toMatchObject({ offset: 1, key: null, value: bytes });
    expect(messages[1]?.headers).toEqual({ trace: bytes, twice: Buffer.from('b') });
  });

  it('refuses a commit of an older epoch without asking the broker', async () => {
    const name = await topic();
    await log.send(name, text(3));
    const reader = await joined(name);
    const { range } = await reader.next();
    await expect(reader.source.commit([{ ...range, epoch: range.epoch - 1 }])).rejects.toMatchObject({
      code: 'PARTITION_LOST',
    });
    const [committed] = await log.admin.fetchOffsets({ groupId: `group-${name}`, topics: [name] });
    expect(committed?.partitions[0]?.offset).toBe('-1');
  });

  it('hands partitions over in a rebalance: every message is committed by one owner', async () => {
    const name = await topic(4);
    await log.send(name, text(2000));
    const counted = new Map<string, number>();
    let refused = 0;

    async function work(worker: Member, until: () => boolean): Promise<void> {
      while (!until()) {
        const { batch, range } = await worker.next();
        try {
          await worker.source.commit([range]);
        } catch (error) {
          expect(error).toMatchObject({ code: 'PARTITION_LOST' });
          refused++;
          continue;
        }
        for (const { value } of batch.messages) counted.set(String(value), (counted.get(String(value)) ?? 0) + 1);
      }
    }

    const bounds = { maxMessages: 50, maxBytes: 1024 * 1024 };
    const first = await joined(name, { readAhead: bounds });
    // Read under the first assignment and not committed: the rebalance has to make it worthless.
    const stale = await first.next();
    const firstWork = work(first, () => counted.size >= 4000).catch(() => undefined);
    const second = await joined(name, { readAhead: bounds });
    const secondWork = work(second, () => counted.size >= 4000).catch(() => undefined);
    await expect(first.source.commit([stale.range])).rejects.toMatchObject({ code: 'PARTITION_LOST' });
    await log.send(name, text(2000, 2000));
    await expect.poll(() => counted.size, { timeout: 60_000, interval: 50 }).toBe(4000);
    expect([...counted.values()].every((times) => times === 1)).toBe(true);
    expect(first.owned.size + second.owned.size).toBe(4);
    expect(second.owned.size).toBe(2);
    expect(refused).toBeGreaterThanOrEqual(0);
    await first.source.close();
    await second.source.close();
    await Promise.all([firstWork, secondWork]);
  });

  it('holds intake for a reader that does not ask, and stays in the group', async () => {
    const name = await topic(2);
    const value = 'x'.repeat(1000);
    await log.send(
      name,
      Array.from({ length: 2000 }, (_, at) => ({ key: String(at), value })),
    );
    const reader = await joined(name, { readAhead: { maxMessages: 100, maxBytes: 100_000 } });
    const { range } = await reader.next();
    // Longer than the session timeout of 6 s: without heartbeats the broker would expel the member.
    const started = Date.now();
    await expect.poll(() => Date.now() - started, { timeout: 20_000, interval: 500 }).toBeGreaterThan(9000);
    expect(reader.revocations).toEqual([]);
    await reader.source.commit([range]);
    expect((await readCount(reader, 2000 - (range.to - range.from))).length).toBe(2000 - (range.to - range.from));
  });

  it('passes over transactions that were given up, and reads those that were not', async () => {
    const name = await topic();
    const kafka = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING });
    const producer = kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      transactionalId: name,
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await producer.connect();
    for (const [at, end] of (['abort', 'commit', 'abort', 'commit', 'abort'] as const).entries()) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: name, messages: [{ value: `${end}-${at}` }] });
      await transaction[end]();
    }
    await producer.disconnect();
    await log.send(name, [{ value: 'plain' }]);
    const reader = await joined(name);
    expect(await readCount(reader, 3)).toEqual(['commit-1', 'commit-3', 'plain']);
    expect(reader.assignments.length).toBe(1);
  });

  it('begins with a fetch of several megabytes', async () => {
    const name = await topic();
    const value = 'x'.repeat(100_000);
    for (let batch = 0; batch < 10; batch++)
      await log.send(
        name,
        Array.from({ length: 5 }, () => ({ value })),
      );
    const config = kafkaConfig({ brokers: broker.brokers, topic: name, group: name, maxBytesPerPartition: 8_000_000 });
    const reader = member(config, { logger: silentLogger });
    open.push(reader);
    await reader.start();
    // The first answer on its connection is larger than anything else a connection begins with.
    expect((await readCount(reader, 50)).length).toBe(50);
  });

  it('names the topic that does not exist', async () => {
    await expect(joined('no-such-topic')).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringContaining('no-such-topic'),
      retriable: false,
    });
  });
});
