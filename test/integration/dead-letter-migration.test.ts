import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openStore } from '../../store/client.ts';
import { migrate, newestVersion } from '../../store/migrations.ts';
import { createReplayStore } from '../../store/replay-store.ts';
import { createWorkerStore } from '../../store/worker-store.ts';
import { flushOf } from './kafka/letters.ts';

const directory = mkdtempSync(join(tmpdir(), 'tidemark-migration-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The table as version 1 made it. */
const firstTable = `CREATE TABLE old.dead_letters (source LowCardinality(String), partition UInt32, offset UInt64, epoch UInt64,
  arrival_time Nullable(DateTime64(3, 'UTC')), reason LowCardinality(String), path LowCardinality(String), message String,
  violations String, key String, payload String, payload_bytes UInt64, contract LowCardinality(String))
  ENGINE = ReplacingMergeTree(epoch) ORDER BY (source, partition, offset)`;

it('gives dead letters of the first version the new columns, and they can be sent again', async () => {
  const store = await openStore({ url: 'embedded:./store', database: 'old', workingDirectory: directory });
  try {
    await store.command(firstTable);
    await store.insertRows('dead_letters', [
      {
        source: 'events',
        partition: 0,
        offset: 3,
        epoch: 1,
        arrival_time: '2026-03-01 12:00:00.000',
        reason: 'rule',
        path: '',
        message: 'm',
        violations: '[]',
        key: '',
        payload: '{}',
        payload_bytes: 2,
        contract: 'c 1',
      },
    ]);
    expect(await migrate(store)).toMatchObject({ from: 0, to: newestVersion });
    const { writeChunks } = createWorkerStore(store, Date.now);
    await writeChunks(flushOf({ source: 'events', from: 0, to: 10, letters: { 3: {} } }).chunks);
    const replays = createReplayStore(store, Date.now);
    expect(await replays.select({ fromMs: Date.UTC(2026, 2, 1, 12), toMs: Date.UTC(2026, 2, 1, 13) })).toEqual([
      { source: 'events', partition: 0, offset: 3, reason: 'rule', path: '', bytes: 2, cut: false, absent: false },
    ]);
    const [letter] = await replays.letters({ source: 'events', partition: 0, offsets: [3] });
    expect(letter).toMatchObject({ key: null, payload: Buffer.from('{}'), headers: [] });
  } finally {
    await store.close();
  }
});
