import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Logger, silentLogger } from '../../common/ports.ts';
import { type Broker, startBroker } from '../../scripts/kafka/broker.ts';
import { describeWithKafka } from './kafka/gate.ts';
import { kafkaConfig, type Member, member, type Producing, producing } from './kafka/members.ts';

const text = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => ({ key: 'k', value: `v${from + at}` }));

/** Counts what is said, by the beginning of the message. */
function listening(): Logger & { heard(message: string): number } {
  const said: string[] = [];
  const note = (_fields: unknown, message: string) => void said.push(message);
  return {
    debug() {},
    info: note,
    warn: note,
    error: note,
    heard: (part) => said.filter((one) => one.includes(part)).length,
  };
}

describeWithKafka('the Kafka source when the broker fails', () => {
  let directory: string;
  let broker: Broker;
  let log: Producing;
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

  function create(topic: string, logger: Logger = silentLogger, options: Partial<Parameters<typeof member>[1]> = {}) {
    const made = member(kafkaConfig({ brokers: broker.brokers, topic, group: `group-${topic}` }), {
      logger,
      ...options,
    });
    open.push(made);
    return made;
  }

  async function readCount(reader: Member, count: number): Promise<string[]> {
    const values: string[] = [];
    while (values.length < count)
      for (const { value } of (await reader.next()).batch.messages) values.push(String(value));
    return values;
  }

  it('waits for a broker that is down at the start', async () => {
    await log.createTopic('late', 1);
    await log.send('late', text(3));
    await log.close();
    await broker.stop();
    const logger = listening();
    const reader = create('late', logger);
    const started = reader.start();
    await expect.poll(() => logger.heard('intake waits'), { timeout: 60_000 }).toBeGreaterThan(0);
    broker = await startBroker({ directory });
    log = await producing(broker.brokers);
    await started;
    expect(await readCount(reader, 3)).toEqual(['v0', 'v1', 'v2']);
  });

  it('goes on after the broker was killed, with nothing lost and nothing committed twice', async () => {
    await log.createTopic('killed', 1);
    await log.send('killed', text(10));
    const reader = create('killed');
    await reader.start();
    const first = await reader.next();
    expect(first.batch.nextOffset).toBe(10);
    await log.close();
    broker.kill();
    await broker.stop();
    // Asked while the broker is away: it waits, and ends one way or the other, never in between.
    const committing = reader.source.commit([first.range]).then(
      () => 'committed',
      (error: { readonly code?: string }) => error.code,
    );
    broker = await startBroker({ directory });
    log = await producing(broker.brokers);
    await log.send('killed', text(5, 10));
    const outcome = await committing;
    const expected = outcome === 'committed' ? text(5, 10) : text(15);
    expect(['committed', 'PARTITION_LOST']).toContain(outcome);
    const values: string[] = [];
    // The broker may have kept the session: then reading simply goes on, and nothing is revoked.
    const wanted = reader.revocations.length === 0 ? text(5, 10) : expected;
    while (values.at(-1) !== 'v14')
      for (const { value } of (await reader.next()).batch.messages) values.push(String(value));
    expect(values.slice(-wanted.length)).toEqual(wanted.map(({ value }) => value));
  });

  it('begins at the first offset the broker still has, and counts what was deleted', async () => {
    await log.createTopic('deleted', 1);
    await log.send('deleted', text(10));
    const first = create('deleted');
    await first.start();
    const { range } = await first.next();
    await first.source.commit([{ ...range, to: 2 }]);
    await first.source.close();
    await log.deleteBefore('deleted', 6);
    const logger = listening();
    const second = create('deleted', logger);
    await second.start();
    expect(await readCount(second, 4)).toEqual(['v6', 'v7', 'v8', 'v9']);
    expect(logger.heard('deleted messages before they were read')).toBe(1);
  });

  it('goes on behind what was deleted while it was reading', async () => {
    await log.createTopic('overtaken', 1);
    const value = 'x'.repeat(1000);
    await log.send(
      'overtaken',
      Array.from({ length: 100 }, () => ({ value })),
    );
    for (let round = 1; round < 10; round++)
      await log.send(
        'overtaken',
        Array.from({ length: 100 }, () => ({ value })),
      );
    const reader = create('overtaken', silentLogger, { readAhead: { maxMessages: 1, maxBytes: 1 } });
    await reader.start();
    const { batch } = await reader.next();
    expect(batch.nextOffset).toBeLessThan(900);
    await log.deleteBefore('overtaken', 990);
    let next = batch.nextOffset;
    let jumped = 0;
    while (next < 1000) {
      const { messages, nextOffset } = (await reader.next()).batch;
      const from = messages[0]?.offset ?? 0;
      if (from !== next) jumped = from;
      next = nextOffset;
    }
    expect(jumped).toBe(990);
  });

  it('stops where a topic was made anew under the old name', async () => {
    await log.createTopic('anew', 1);
    await log.send('anew', text(10));
    const reader = create('anew', silentLogger, { startAt: () => 25 });
    await expect(reader.start()).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE', retriable: false });
  });

  it('closes at once while the broker is away', async () => {
    const reader = member(kafkaConfig({ brokers: '127.0.0.1:1', topic: 'none', group: 'none' }), {
      logger: silentLogger,
    });
    const started = reader.start();
    const begun = Date.now();
    await reader.source.close();
    await started;
    expect(await reader.source.read()).toBeUndefined();
    expect(Date.now() - begun).toBeLessThan(5000);
  });
});

describeWithKafka('the Kafka source and a broker with logins', () => {
  let directory: string;
  let broker: Broker;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tidemark-kafka-'));
    broker = await startBroker({ directory, login: { username: 'reader', password: 'right' } });
  });
  afterAll(async () => {
    await broker?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const start = async (password: string) => {
    const sasl = { mechanism: 'plain' as const, username: 'reader', password };
    const config = kafkaConfig({ brokers: broker.brokers, topic: 'none', group: 'none', sasl });
    const reader = member(config, { logger: silentLogger });
    try {
      await reader.start();
      return 'started';
    } catch (error) {
      return (error as Error).message;
    } finally {
      await reader.source.close();
    }
  };

  it('says that the login was refused', async () => {
    expect(await start('wrong')).toBe('the broker refuses the login');
  });

  it('gets in with the right one, as far as the topic that is not there', async () => {
    expect(await start('right')).toBe('topic none does not exist');
  });
});
