import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openReplay, type ReplayOptions } from '../../../cli/replay/replay.ts';
import type { ReplayStore } from '../../../common/replay.ts';
import { pipelineSchema } from '../../../config/schema.ts';
import { type Broker, startBroker } from '../../../scripts/kafka/broker.ts';
import { openStore, type Store } from '../../../store/client.ts';
import { payloadLimitBytes } from '../../../store/dead-letter-writer.ts';
import { migrate } from '../../../store/migrations.ts';
import { createReadModel } from '../../../store/read-model.ts';
import { createReplayStore } from '../../../store/replay-store.ts';
import { createWorkerStore } from '../../../store/worker-store.ts';
import { headerOf, readCommitted } from '../../support/kafka-read.ts';
import { describeWithKafka } from './gate.ts';
import { flushOf, type LettersOf } from './letters.ts';
import { type Producing, producing } from './members.ts';
import { type Life, lifeOf, mortalKafka } from './mortal.ts';

const binary = Buffer.from([0, 255, 10, 128]);

function mortalReplays(life: Life, store: ReplayStore): ReplayStore {
  return {
    ...store,
    begin: (part) => life.step('begun', () => store.begin(part)),
    end: (part, end) => life.step(end, () => store.end(part, end)),
  };
}

describeWithKafka('a replay of dead letters', () => {
  let directory: string;
  let broker: Broker;
  let log: Producing;
  let store: Store;
  let topics = 0;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tidemark-replay-'));
    broker = await startBroker({ directory: join(directory, 'broker') });
    log = await producing(broker.brokers);
    store = await openStore({ url: 'embedded:./store', database: 'replays', workingDirectory: directory });
    await migrate(store);
  });
  afterAll(async () => {
    await store?.close();
    await log?.close();
    await broker?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function count(given: LettersOf): Promise<void> {
    const worker = createWorkerStore(store, Date.now);
    const flush = flushOf(given);
    await worker.writeRows(flush);
    await worker.writeChunks(flush.chunks);
  }

  async function sourceTopic(): Promise<string> {
    const topic = `events-${++topics}`;
    await log.createTopic(topic, 2);
    return topic;
  }

  const letterRange = (from: number, to: number) =>
    Object.fromEntries(Array.from({ length: to - from }, (_, at) => [from + at, {}]));

  /** The command on a topic; `over` brings its faults. */
  function replayOf(topic: string, over: Partial<ReplayOptions> = {}, life: Life = lifeOf(Number.POSITIVE_INFINITY)) {
    const kafka = { brokers: [broker.brokers], topic, group: 'g' };
    const config = pipelineSchema.parse({
      pipeline: 'sizes',
      source: { kafka },
      event: { time: '/time' },
      contract: 'c.yaml',
    });
    return openReplay({
      config,
      store: mortalReplays(life, createReplayStore(store, Date.now)),
      selection: {},
      directory,
      clientOf: () => {
        const kafka = new Kafka({
          brokers: [broker.brokers],
          logLevel: logLevel.NOTHING,
          retry: { initialRetryTime: 50, retries: 8 },
        });
        return { kafka: mortalKafka(life, kafka), close: () => undefined };
      },
      ...over,
    });
  }

  const originsIn = async (topic: string, atLeast: number) =>
    (await readCommitted({ brokers: broker.brokers, topic, atLeast })).map((message) =>
      headerOf(message, 'tidemark.replay-of'),
    );

  it('sends each letter once although it dies between any two steps and is asked for again', async () => {
    const topic = await sourceTopic();
    for (const partition of [0, 1])
      await count({ source: topic, partition, from: 0, to: 2500, letters: letterRange(0, 1200) });
    const seen = new Set<string>();
    let lives = 0;
    for (let steps = 0; ; steps++, lives++) {
      const life = lifeOf(steps);
      const done = await replayOf(topic, {}, life)
        .run()
        .catch((error: unknown) => {
          if (!life.over) throw error;
          return undefined;
        });
      for (const step of life.steps) seen.add(step);
      if (done !== undefined) break;
    }
    expect(lives).toBeGreaterThan(6);
    expect([...seen].sort()).toEqual(
      ['abort', 'begin', 'begun', 'commit of the transaction', 'send', 'send offsets', 'sent', 'void'].sort(),
    );
    const origins = await originsIn(topic, 2400);
    expect(origins.length).toBe(2400);
    expect(new Set(origins).size).toBe(2400);
    expect((await replayOf(topic).run()).selected).toEqual([]);
  });

  it('sends to the partition it came from, byte for byte, with its headers and where it came from', async () => {
    const topic = await sourceTopic();
    const header = { name: 'trace', value: binary };
    const letters = {
      3: {
        key: binary,
        payload: binary,
        headers: [header, header, { name: 'tidemark.replay-of', value: Buffer.from('old/0/1') }],
      },
      4: { key: null, payload: null },
    };
    await count({ source: topic, partition: 1, from: 0, to: 10, letters });
    const result = await replayOf(topic).run();
    expect(result).toMatchObject({ sent: 2, targets: [topic] });
    const [first, second, ...rest] = await readCommitted({ brokers: broker.brokers, topic, atLeast: 2 });
    expect(rest).toEqual([]);
    expect(first).toMatchObject({ partition: 1, key: binary, value: binary });
    expect(first?.headers.get('trace')).toEqual([binary, binary]);
    expect(first?.headers.get('tidemark.replay-of')?.map(String)).toEqual(['old/0/1', `${topic}/1/3`]);
    expect(String(first?.headers.get('tidemark.replay')?.[0])).toBe(`${result.replay}/1`);
    expect(second).toMatchObject({ partition: 1, key: null, value: null });

    // Refused again it is another letter, which shows where it came from.
    const again = { violations: [{ code: 'rule' as const, path: '/again', message: '' }] };
    const headers = [{ name: 'tidemark.replay-of', value: Buffer.from(`${topic}/1/3`) }];
    await count({ source: topic, partition: 1, from: 10, to: 20, letters: { 11: { ...again, headers } } });
    const model = createReadModel((sql, params) => store.query(sql, params), store.database);
    const groups = await model.deadLetters();
    expect(groups.find(({ path }) => path === '/again')).toMatchObject({
      count: 1,
      replayed: 0,
      example: { offset: 11, replayed: false, replayOf: `${topic}/1/3` },
    });
    expect(groups.find(({ path }) => path === '/size')?.replayed).toBeGreaterThanOrEqual(2);
    expect((await replayOf(topic).run()).sent).toBe(1);
    expect(await originsIn(topic, 3)).toContain(`${topic}/1/11`);
  });

  it('takes what is selected and counts, and no other', async () => {
    const topic = await sourceTopic();
    const reason = (code: 'missing' | 'rule', path: string) => ({ violations: [{ code, path, message: '' }] });
    await count({
      source: topic,
      from: 0,
      to: 10,
      epoch: 2,
      letters: {
        1: reason('missing', '/a'),
        2: reason('missing', '/b'),
        3: reason('rule', ''),
        4: { contract: 'sizes 2' },
      },
    });
    // Of an owner whose work was never counted.
    await createWorkerStore(store, Date.now).writeRows(
      flushOf({ source: topic, from: 5, to: 10, epoch: 1, letters: { 7: reason('missing', '/a') } }),
    );
    const selected = async (selection: ReplayOptions['selection']) =>
      (await replayOf(topic, { selection }).preview()).selected;
    expect(await selected({ reason: 'missing' })).toEqual([
      { reason: 'missing', path: '/a', letters: 1 },
      { reason: 'missing', path: '/b', letters: 1 },
    ]);
    expect(await selected({ path: '/b' })).toEqual([{ reason: 'missing', path: '/b', letters: 1 }]);
    expect(await selected({ contract: 'sizes 2' })).toEqual([{ reason: 'type_mismatch', path: '/size', letters: 1 }]);
    expect((await selected({ contract: 'sizes', limit: 2 })).reduce((sum, { letters }) => sum + letters, 0)).toBe(2);
    const noon = Date.UTC(2026, 2, 1, 12);
    expect(await selected({ fromMs: noon + 1 })).toEqual([]);
    expect(await selected({ toMs: noon })).toEqual([]);
    expect((await selected({ fromMs: noon, toMs: noon + 1 })).length).toBe(4);
    expect((await replayOf(topic, { selection: { reason: 'missing' } }).run()).sent).toBe(2);
    expect((await originsIn(topic, 2)).sort()).toEqual([`${topic}/0/1`, `${topic}/0/2`]);
  });

  it('leaves out what is not whole, and what the topic does not take any more', async () => {
    const topic = await sourceTopic();
    await log.createTopic(`${topic}-small`, 1, { 'max.message.bytes': '3000' });
    const letters = { 1: { payload: Buffer.alloc(payloadLimitBytes + 1) }, 2: { payload: Buffer.alloc(2900) }, 3: {} };
    await count({ source: `${topic}-small`, from: 0, to: 10, letters });
    const result = await replayOf(`${topic}-small`).run();
    expect(result).toMatchObject({ sent: 1, leftOut: { cut: 1, tooLarge: 1, empty: 0, noTopic: expect.any(Number) } });
  });

  it('asks what became of an interrupted replay where the broker may have forgotten it', async () => {
    const topic = await sourceTopic();
    await count({ source: topic, from: 0, to: 10, letters: { 1: {}, 2: {} } });
    const longAgo = createReplayStore(store, () => Date.now() - 8 * 86_400_000);
    await longAgo.begin({ id: 'long-ago/1', target: topic, source: topic, partition: 0, offsets: [1] });
    await expect(replayOf(topic).run()).rejects.toMatchObject({
      code: 'REPLAY_REFUSED',
      cure: expect.stringContaining('long-ago/1'),
    });
    expect((await replayOf(topic, { interrupted: 'sent' }).run()).sent).toBe(1);
    expect(await originsIn(topic, 1)).toEqual([`${topic}/0/2`]);
  });

  it('refuses letters of a file or of HTTP with a cure, and writes them to a file once', async () => {
    const topic = await sourceTopic();
    const selection = { contract: 'web 1' };
    const payload = Buffer.from('{"a":\n1,\r\n"b":"ż"}');
    await count({
      source: 'http',
      from: 0,
      to: 10,
      letters: { 1: { contract: 'web 1', payload }, 2: { contract: 'web 1', payload: Buffer.alloc(0) } },
    });
    await expect(replayOf(topic, { selection }).run()).rejects.toMatchObject({
      code: 'REPLAY_REFUSED',
      cure: expect.stringContaining('--out'),
    });
    const early = {
      id: 'early/1',
      target: join(directory, 'early.ndjson'),
      source: 'http',
      partition: 0,
      offsets: [1],
    };
    await createReplayStore(store, Date.now).begin(early);
    // Dies before the file has its name, then before it is noted: the file alone says which.
    const out = join(directory, 'letters.ndjson');
    const life = lifeOf(2);
    await expect(replayOf(topic, { selection, out }, life).run()).rejects.toThrow('died');
    expect(readFileSync(out, 'utf8')).toBe('{"a": 1,  "b":"ż"}\n');
    await expect(replayOf(topic, { selection, out }).run()).resolves.toMatchObject({ sent: 0, leftOut: { empty: 1 } });
    await expect(
      replayOf(topic, { selection: { ...selection }, out: join(directory, 'again.ndjson') }).run(),
    ).resolves.toMatchObject({ sent: 0 });
  });
});
