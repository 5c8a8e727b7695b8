import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Base } from '../../cli/runtime/runtime.ts';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import type { Metrics } from '../../common/ports.ts';
import type { WorkerStore } from '../../consumers/worker/worker.ts';
import { describeWithKafka } from './kafka/gate.ts';
import { listening, type Service, startService } from './kafka/service.ts';
import { countKafka, coveredBy, openKafkaBase, sizeEvent, startKafkaWorker } from './kafka/workers.ts';

/** Keeps the greatest value of each gauge, and the sum of each counter. */
function recording(): Metrics & { readonly gauges: Map<string, number>; readonly counters: Map<string, number> } {
  const gauges = new Map<string, number>();
  const counters = new Map<string, number>();
  return {
    gauges,
    counters,
    gauge: (name, value) => void gauges.set(name, Math.max(value, gauges.get(name) ?? value)),
    count: (name, value = 1) => void counters.set(name, value + (counters.get(name) ?? 0)),
    time: (name) => void counters.set(name, 1 + (counters.get(name) ?? 0)),
  };
}

describeWithKafka('workers of one group', () => {
  let service: Service;
  const total = 6000;

  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service?.stop());

  async function produce(topic: string, partitions: number, count = total): Promise<void> {
    await service.log.createTopic(topic, partitions);
    for (let from = 0; from < count; from += 100)
      await service.log.send(
        topic,
        Array.from({ length: 100 }, (_, at) => ({ value: sizeEvent(from + at), partition: (from / 100) % partitions })),
      );
  }

  function openBase(topic: string, source = 'maxBytesPerPartition: 8192'): Promise<Base> {
    const { brokers } = service.broker;
    return openKafkaBase({ directory: join(service.directory, topic), brokers, topic, group: topic, source });
  }

  async function covered(base: Base): Promise<number> {
    const { ranges } = await countKafka(base.store);
    return Object.values(ranges).reduce((sum, one) => sum + coveredBy(one), 0);
  }

  it('a flush that takes longer than the session does not expel the worker, and what waits stays bounded', async () => {
    await produce('slow', 2);
    const base = await openBase('slow');
    const metrics = recording();
    let flushes = 0;
    const slow = (store: WorkerStore): WorkerStore => ({
      ...store,
      async writeRows(rows) {
        // The session is 6 s.
        if (++flushes <= 2) await delay(9000);
        await store.writeRows(rows);
      },
    });
    const { ended } = startKafkaWorker(base, {
      store: slow,
      metrics,
      readAhead: { maxMessages: 500, maxBytes: 10_000_000 },
      onCommitted: async (worker) => {
        if ((await covered(base)) >= total) worker.stop();
      },
    });
    await ended;
    const { events, read, duplicates, profiled } = await countKafka(base.store);
    expect({ events, read, duplicates, profiled }).toEqual({
      events: total,
      read: total,
      duplicates: 0,
      profiled: total,
    });
    expect(metrics.counters.get('tidemark_source_rebalances_total')).toBe(1);
    expect(metrics.counters.get('tidemark_partitions_revoked_total') ?? 0).toBe(2);
    // A batch is put whole, so the bound may be exceeded by one fetch.
    expect(metrics.gauges.get('tidemark_source_read_ahead_messages')).toBeLessThan(1000);
    await base.store.close();
  });

  it('one that is stopped drains, commits and leaves, and the other goes on where it ended', async () => {
    await produce('handed-over', 4);
    const base = await openBase('handed-over');
    const readBy: number[] = [0, 0];
    const count =
      (at: number) =>
      (store: WorkerStore): WorkerStore => ({
        ...store,
        async writeChunks(chunks) {
          await store.writeChunks(chunks);
          for (const { read } of chunks) readBy[at] = (readBy[at] as number) + read;
        },
      });
    const readAhead = { maxMessages: 200, maxBytes: 10_000_000 };
    // Slow enough to be stopped in the middle of it.
    const pace = () => delay(50);
    const first = startKafkaWorker(base, { store: count(0), readAhead, flushRows: 100, onCommitted: pace });
    const second = startKafkaWorker(base, {
      store: count(1),
      readAhead,
      flushRows: 100,
      async onCommitted(worker) {
        await pace();
        if ((await covered(base)) >= total) worker.stop();
      },
    });
    await expect.poll(() => Math.min(...readBy), { timeout: 120_000 }).toBeGreaterThan(100);
    first.worker.stop();
    const asked = Date.now();
    await first.ended;
    expect(Date.now() - asked).toBeLessThan(10_000);
    expect(await covered(base)).toBeLessThan(total);
    await second.ended;
    const { events, read, duplicates, ranges } = await countKafka(base.store);
    expect({ events, read, duplicates }).toEqual({ events: total, read: total, duplicates: 0 });
    for (const one of Object.values(ranges)) expect(coveredBy(one)).toBe(total / 4);
    expect((readBy[0] as number) + (readBy[1] as number)).toBe(total);
    await base.store.close();
  });

  it('one that is stopped while the store does not answer leaves in time; another worker reads what it held', async () => {
    await produce('unanswered', 1, 1000);
    const base = await openBase('unanswered');
    let asked = 0;
    const silent = (store: WorkerStore): WorkerStore => ({
      ...store,
      writeRows() {
        asked++;
        return new Promise(() => undefined);
      },
    });
    const first = startKafkaWorker(base, { store: silent });
    await expect.poll(() => asked, { timeout: 60_000 }).toBe(1);
    const begun = Date.now();
    first.worker.stop();
    await expect(first.ended).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(Date.now() - begun).toBeLessThan(10_000);
    const second = startKafkaWorker(base, {
      onCommitted: async (worker) => {
        if ((await covered(base)) >= 1000) worker.stop();
      },
    });
    await second.ended;
    expect(await countKafka(base.store)).toMatchObject({ events: 1000, read: 1000, duplicates: 0, profiled: 1000 });
    await base.store.close();
  });

  it('one that is stopped while it waits to try the store again leaves at once', async () => {
    await produce('refused', 1, 1000);
    const base = await openBase('refused');
    const logger = listening();
    const refusing = (store: WorkerStore): WorkerStore => ({
      ...store,
      writeRows: () => Promise.reject(new TidemarkError(ErrorCode.STORE_UNAVAILABLE, 'away', { retriable: true })),
    });
    const { worker, ended } = startKafkaWorker(base, { store: refusing, logger });
    // The sixth pause is more than a second and a half.
    await expect
      .poll(() => logger.said.filter((one) => one.startsWith('trying again')).length, { timeout: 60_000 })
      .toBe(6);
    worker.stop();
    await expect(ended).rejects.toMatchObject({ message: 'away' });
    await base.store.close();
  });

  it('one that is stopped before it has reached a broker ends', async () => {
    await service.log.createTopic('unreached', 1);
    const directory = join(service.directory, 'unreached');
    const base = await openKafkaBase({ directory, brokers: '127.0.0.1:1', topic: 'unreached', group: 'unreached' });
    const logger = listening();
    const { worker, ended } = startKafkaWorker(base, { logger });
    await expect.poll(() => logger.said.join('\n'), { timeout: 60_000 }).toContain('intake waits');
    worker.stop();
    await ended;
    await base.store.close();
  });
});
