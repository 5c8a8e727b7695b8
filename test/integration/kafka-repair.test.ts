import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Base } from '../../cli/runtime/runtime.ts';
import type { WorkerStore } from '../../consumers/worker/worker.ts';
import { type Broker, startBroker } from '../../scripts/kafka/broker.ts';
import { createWorkerStore } from '../../store/worker-store.ts';
import { describeWithKafka } from './kafka/gate.ts';
import { type Producing, producing } from './kafka/members.ts';
import { openKafkaBase, startKafkaWorker } from './kafka/workers.ts';

const count = 2000;
const fromMs = Date.parse('2026-03-01T00:00Z');

/** Every hundredth is no JSON, every fiftieth the one before it again. */
function event(at: number): string {
  if (at % 100 === 99) return '{"id": ';
  const id = at % 50 === 49 ? at - 1 : at;
  return JSON.stringify({ id: `e${id}`, time: new Date(fromMs + id * 1000).toISOString(), size: id % 7 });
}

/** A process that dies between the broker's commit and the chunk's row: the worker above it ends and takes nothing back. */
function diesBeforeChunks(store: WorkerStore, flush: number): WorkerStore {
  let flushes = 0;
  return {
    ...store,
    async writeChunks(chunks) {
      if (++flushes === flush) throw new Error('the process died');
      await store.writeChunks(chunks);
    },
  };
}

describeWithKafka('a worker that dies between the commit and the chunk', () => {
  let directory: string;
  let broker: Broker;
  let log: Producing;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tidemark-repair-'));
    broker = await startBroker({ directory: join(directory, 'broker') });
    log = await producing(broker.brokers);
    await log.createTopic('sizes', 1);
    // Each is a record batch of its own, so that the flushes are several.
    for (let from = 0; from < count; from += 100)
      await log.send(
        'sizes',
        Array.from({ length: 100 }, (_, at) => ({ value: event(from + at), partition: 0 })),
      );
  });
  afterAll(async () => {
    await log?.close();
    await broker?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const open = (name: string): Promise<Base> =>
    openKafkaBase({
      directory: join(directory, name),
      brokers: broker.brokers,
      topic: 'sizes',
      group: name,
      source: 'maxBytesPerPartition: 4096',
    });

  function run(base: Base, store: (store: WorkerStore) => WorkerStore = (one) => one): Promise<void> {
    const { ended } = startKafkaWorker(base, {
      store,
      onCommitted: async (worker) => {
        if ((await readTo(base)) >= count) worker.stop();
      },
    });
    return ended;
  }

  const table = (base: Base, name: string) => `\`${base.store.database}\`.\`${name}\``;

  async function readTo(base: Base): Promise<number> {
    const [row] = await base.store.query<{ end: string }>(
      `SELECT max(to_offset) AS end FROM ${table(base, 'chunks')} FINAL`,
    );
    return Number(row?.end);
  }

  async function countsOf(base: Base): Promise<object> {
    const asked = async (sql: string) => base.store.query<Record<string, string>>(sql);
    return {
      chunks: await asked(
        `SELECT sum(read) AS messages, sum(valid) AS a, sum(flagged) AS b, sum(rejected) AS c, sum(duplicates) AS d, sum(late) AS e FROM ${table(base, 'chunks')} FINAL`,
      ),
      events: await asked(
        `SELECT verdict, duplicate, late, count() AS total, min(offset) AS first, max(offset) AS last FROM ${table(base, 'events')} FINAL GROUP BY ALL ORDER BY ALL`,
      ),
      letters: await asked(
        `SELECT reason, count() AS total FROM ${table(base, 'dead_letters')} FINAL GROUP BY ALL ORDER BY ALL`,
      ),
      profiles: await asked(
        `SELECT pane, feature, sum(n) AS total, sumMap(bin_index, bin_count) AS bins FROM ${table(base, 'profiles')} FINAL
         WHERE chunk_id IN (SELECT chunk_id FROM ${table(base, 'chunks')} FINAL) GROUP BY ALL ORDER BY pane, feature`,
      ),
      // What the monitor reads to know which panes are to be sealed.
      panes: await asked(`SELECT DISTINCT arrayJoin(panes) AS pane FROM ${table(base, 'chunks')} FINAL ORDER BY pane`),
    };
  }

  async function committed(group: string): Promise<{ readonly offset: number; readonly metadata: string }> {
    const [entry] = await log.admin.fetchOffsets({ groupId: group, topics: ['sizes'] });
    const found = entry?.partitions[0];
    return { offset: Number(found?.offset), metadata: found?.metadata ?? '' };
  }

  it('leaves a commit that the next worker completes: the counts are those of a run without it', async () => {
    const undisturbed = await open('undisturbed');
    await run(undisturbed);
    const expected = await countsOf(undisturbed);
    expect(await readTo(undisturbed)).toBe(count);
    await undisturbed.store.close();

    const base = await open('disturbed');
    const store = createWorkerStore(base.store, Date.now);
    await expect(run(base, (one) => diesBeforeChunks(one, 3))).rejects.toThrow('the process died');
    const { offset, metadata } = await committed('disturbed');
    const chunk = JSON.parse(metadata) as { chunkId: string; from: number; to: number };
    expect(chunk.to).toBe(offset);
    expect(await store.isCounted(chunk.chunkId)).toBe(false);
    expect(await readTo(base)).toBe(chunk.from);

    await run(base);
    expect(await store.isCounted(chunk.chunkId)).toBe(true);
    expect(await countsOf(base)).toEqual(expected);
    await base.store.close();
  });
});
