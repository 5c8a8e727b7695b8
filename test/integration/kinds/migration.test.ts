import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openStore } from '../../../store/client.ts';
import { addFeatureColumns, migrate, newestVersion } from '../../../store/migrations.ts';
import { createMonitorStore } from '../../../store/monitor-store.ts';

const directory = mkdtempSync(join(tmpdir(), 'tidemark-migration-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const counts = `n UInt64, missing UInt64, invalid UInt64, zero UInt64, nan UInt64, pos_inf UInt64, neg_inf UInt64, min Float64, max Float64,
  sum_z Float64, sum_z2 Float64, bin_index Array(UInt16), bin_count Array(UInt64), unseen UInt64, unseen_value Array(String), unseen_count Array(UInt64)`;
/** The tables of profiles as version 1 made them. */
const firstTables = [
  `CREATE TABLE old.profiles (chunk_id String, pane DateTime64(3, 'UTC'), pane_ms UInt32, segment LowCardinality(String), feature LowCardinality(String),
     binning LowCardinality(String), ${counts}) ENGINE = ReplacingMergeTree ORDER BY (pane, pane_ms, segment, feature, binning, chunk_id)`,
  `CREATE TABLE old.sealed_profiles (pane DateTime64(3, 'UTC'), pane_ms UInt32, segment LowCardinality(String), feature LowCardinality(String),
     binning LowCardinality(String), revision UInt64, ${counts}) ENGINE = ReplacingMergeTree(revision) ORDER BY (pane, pane_ms, segment, feature, binning)`,
];

it('profiles of before have no registers, and are read and summed with those that have', async () => {
  const store = await openStore({ url: 'embedded:./store', database: 'old', workingDirectory: directory });
  try {
    for (const statement of firstTables) await store.command(statement);
    const pane = {
      pane_ms: 60_000,
      segment: '',
      feature: 'code',
      binning: 'b',
      revision: 1,
      n: 5,
      unseen: 5,
      min: 0,
      max: 0,
    };
    await store.insertRows('sealed_profiles', [{ ...pane, pane: '2026-01-05 00:00:00.000' }]);
    expect(await migrate(store)).toEqual({ from: 0, to: newestVersion });
    const registers = { distinct_index: [3, 9], distinct_rank: [2, 4] };
    await store.insertRows('sealed_profiles', [
      { ...pane, pane: '2026-01-05 00:01:00.000', ...registers },
      { ...pane, pane: '2026-01-05 00:02:00.000', distinct_index: [9, 11], distinct_rank: [6, 1] },
    ]);
    const start = Date.UTC(2026, 0, 5);
    const [sum] = await createMonitorStore(store)
      .readPanes(start + 3_600_000)
      .windowProfiles(start, start + 3_600_000, () => 0);
    expect(sum?.profile).toMatchObject({ n: 15, unseen: 15 });
    expect([...(sum?.profile.distinct ?? [])]).toEqual([
      [3, 2],
      [9, 6],
      [11, 1],
    ]);
  } finally {
    await store.close();
  }
});

it('a vector gets a column of lists, and no other type may take its place', async () => {
  const store = await openStore({ url: 'embedded:./store', database: 'old', workingDirectory: directory });
  try {
    await migrate(store);
    const vector = { name: 'embedding', type: 'vector', dimension: 3 } as const;
    await addFeatureColumns(store, [vector]);
    await addFeatureColumns(store, [{ ...vector, dimension: 8 }]);
    await expect(addFeatureColumns(store, [{ name: 'embedding', type: 'number' }])).rejects.toMatchObject({
      code: 'CONTRACT_INVALID',
      message: 'feature embedding is number, but events.f_embedding holds Array(Float32)',
    });
  } finally {
    await store.close();
  }
});
