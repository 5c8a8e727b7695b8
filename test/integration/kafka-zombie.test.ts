import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore, type Store } from '../../store/client.ts';
import { cleanUp, freePort, type Running, start, startStore, temporary, until } from './bad-input/harness.ts';
import { describeWithKafka } from './kafka/gate.ts';
import { type Service, startService } from './kafka/service.ts';
import { countKafka, coveredBy, sizeEvent, writeKafkaPipeline } from './kafka/workers.ts';

const script = fileURLToPath(new URL('./kafka/worker-process.ts', import.meta.url));
const partitions = 2;

describeWithKafka('a worker that stands still for longer than its session', () => {
  let service: Service;
  let storeUrl: string;
  let store: Store;
  let sent = 0;

  beforeAll(async () => {
    service = await startService();
    await service.log.createTopic('zombie', partitions);
    const port = await freePort();
    await startStore(await temporary(), port);
    storeUrl = `http://127.0.0.1:${port}`;
    store = await openStore({ url: storeUrl, database: 'tidemark_sizes', workingDirectory: '/' });
  });
  afterAll(async () => {
    await store?.close();
    await cleanUp();
    await service?.stop();
  });

  /** Batches of 50, to the partitions in turn. */
  async function produce(count: number): Promise<void> {
    for (const end = sent + count; sent < end; sent += 50)
      await service.log.send(
        'zombie',
        Array.from({ length: 50 }, (_, at) => ({
          value: sizeEvent(sent + at),
          partition: (sent / 50) % partitions,
        })),
      );
  }

  const worker = (name: string, holdMs: number): Running => {
    const { brokers } = service.broker;
    const directory = join(service.directory, name);
    const source = 'maxBytesPerPartition: 4096';
    const pipeline = writeKafkaPipeline({ directory, brokers, topic: 'zombie', group: 'zombie', storeUrl, source });
    return start([script, pipeline, String(holdMs)]);
  };

  async function covered(): Promise<number> {
    const { ranges } = await countKafka(store);
    return Object.values(ranges).reduce((sum, one) => sum + coveredBy(one), 0);
  }

  it('changes no count when it goes on after another has taken its partitions', async () => {
    await produce(2000);
    const first = worker('first', 400);
    // Its rows are in the store and the commit is not made: what it does on waking is the commit.
    await first.waitFor(/flush 5 is written/);
    process.kill(first.pid, 'SIGSTOP');
    const before = await countKafka(store);
    expect(before.read).toBeLessThan(2000);

    const second = worker('second', 0);
    await until(async () => (await covered()) === sent);
    await produce(1000);
    await until(async () => (await covered()) === sent);

    process.kill(first.pid, 'SIGCONT');
    // Its commit is refused, and it comes back as an ordinary member: each owns one partition then.
    await first.waitFor(
      /has another owner|partition .* is lost|its work here is dropped|REBALANCING|partitions assigned[\s\S]*partitions assigned/,
    );
    await produce(1000);
    await until(async () => (await covered()) === sent);
    await Promise.all([first.stop('SIGTERM'), second.stop('SIGTERM')]);

    const { events, read, duplicates, deadLetters, profiled, ranges } = await countKafka(store);
    expect({ events, read, duplicates, deadLetters, profiled }).toEqual({
      events: sent,
      read: sent,
      duplicates: 0,
      deadLetters: {},
      profiled: sent,
    });
    for (const one of Object.values(ranges)) expect(coveredBy(one)).toBe(sent / partitions);
    // Independent of what chunks say: every event stands once, under the epoch of one owner.
    const [distinct] = await store.query<{ n: string; all: string }>(
      'SELECT uniqExact(id) AS n, count() AS all FROM tidemark_sizes.events FINAL',
    );
    expect(distinct).toEqual({ n: String(sent), all: String(sent) });
  });
});
