import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRandom } from '../../../common/random.ts';
import { type Broker, startBroker } from '../../../scripts/kafka/broker.ts';
import { headerOf, lettersByKcat, readCommitted } from '../../support/kafka-read.ts';
import { cleanUp, temporary, tidemark } from '../bad-input/harness.ts';
import { describeWithKafka } from './gate.ts';
import { type Producing, producing } from './members.ts';

const seed = Number(process.env['TIDEMARK_SEED'] ?? 11);
const count = 6000;
const kills = 5;

/** Every third is refused, since its amount is a text that is no number. */
const event = (at: number) =>
  JSON.stringify({
    id: `e${at}`,
    time: new Date(Date.UTC(2026, 2, 1) + at * 1000).toISOString(),
    amount: at % 3 === 2 ? 'x' : at,
  });

describeWithKafka('a process whose dead letters go out to Kafka', () => {
  let directory: string;
  let broker: Broker;
  let log: Producing;
  let pipeline: string;

  beforeAll(async () => {
    directory = await temporary();
    broker = await startBroker({ directory: join(directory, 'broker') });
    log = await producing(broker.brokers);
    await log.createTopic('orders', 3);
    await log.createTopic('refused', 3);
    pipeline = join(directory, 'pipeline.yaml');
    await writeFile(
      join(directory, 'contract.yaml'),
      'contract: orders\nversion: 1\nfeatures:\n  amount: { type: number, required: true }\n',
    );
    await writeFile(
      pipeline,
      [
        'pipeline: orders',
        `source: { kafka: { brokers: ["${broker.brokers}"], topic: orders, group: orders, sessionTimeout: 6s, maxWait: 50ms, maxBytesPerPartition: 8192 } }`,
        'event: { id: /id, time: /time }',
        'contract: contract.yaml',
        'deadLetters: { topic: refused }',
        'flush: { rows: 200, interval: 50ms }',
        `store: { url: "embedded:${join(directory, 'store')}" }`,
      ].join('\n'),
    );
    for (let from = 0; from < count; from += 500)
      await log.send(
        'orders',
        Array.from({ length: 500 }, (_, at) => ({
          key: `k${(from + at) % 7}`,
          value: event(from + at),
          partition: (from + at) % 3,
          headers: { at: String(from + at) },
        })),
      );
  });
  afterAll(async () => {
    await log?.close();
    await broker?.stop();
    await cleanUp();
  });

  const start = () => tidemark(['up', pipeline, '--no-console', '--json', '--log-level', 'info']);
  const lettersNow = () => readCommitted({ brokers: broker.brokers, topic: 'refused' });

  const committed = async () => {
    const [topic] = await log.admin.fetchOffsets({ groupId: 'orders', topics: ['orders'] });
    return (topic?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  };

  /** Runs until everything is committed and so many letters have gone out, then ends in order. */
  async function runUntil(letters: number): Promise<{ readonly events: { readonly rejected: number } }> {
    const running = start();
    let ended = false;
    void running.finished.then(() => {
      ended = true;
    });
    // All may have been done before the last kill: a signal before the process listens for one would just end it.
    await running.waitFor(/"msg":"partitions assigned"/);
    while (!ended && ((await committed()) < count || (await lettersNow()).length < letters)) await delay(200);
    const { code, stdout, stderr } = await running.stop('SIGTERM');
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as { events: { rejected: number } };
  }

  it(`has each in the topic once, however often it is killed, and each again once when replayed (seed ${seed})`, async () => {
    const random = createRandom(seed);
    let killed = 0;
    for (let kill = 0; kill < kills; kill++) {
      const running = start();
      await running.waitFor(/"msg":"partitions assigned"/);
      await delay(random.next() * 1500);
      const { code } = await running.stop('SIGKILL');
      if (code === null) killed++;
    }
    expect(killed).toBe(kills);
    const { events } = await runUntil(count / 3);
    expect(events).toMatchObject({ read: count, rejected: count / 3 });
    const letters = await lettersNow();
    const wanted = Array.from({ length: count / 3 }, (_, at) => String(at * 3 + 2)).sort();
    expect(letters.map((letter) => headerOf(letter, 'at')).sort()).toEqual(wanted);
    for (const letter of letters) expect(String(letter.value)).toBe(event(Number(headerOf(letter, 'at'))));
    const byKcat = lettersByKcat({ brokers: broker.brokers, topic: 'refused' });
    if (byKcat !== undefined) expect([byKcat.length, new Set(byKcat).size]).toEqual([count / 3, count / 3]);

    for (let kill = 0; kill < 2; kill++) {
      const replaying = tidemark(['replay', 'dead-letters', pipeline]);
      await delay(1500 + random.next() * 2500);
      await replaying.stop('SIGKILL');
    }
    const done = await tidemark(['replay', 'dead-letters', pipeline, '--json']).finished;
    expect(done.code).toBe(0);
    const replayed = (
      await readCommitted({ brokers: broker.brokers, topic: 'orders', atLeast: count + count / 3 })
    ).filter((message) => headerOf(message, 'tidemark.replay-of') !== undefined);
    expect(replayed.map((message) => headerOf(message, 'at')).sort()).toEqual(wanted);
    const nothing = await tidemark(['replay', 'dead-letters', pipeline, '--json']).finished;
    expect(JSON.parse(nothing.stdout)).toMatchObject({ selected: [], sent: 0 });
  });
});
