import type { Store } from './client.ts';

/** What a window differed by, as its judgement says. */
export interface SeenRow {
  readonly startMs: number;
  readonly segment: string;
  readonly feature: string;
  readonly n: number;
  readonly excess: { readonly bits: number; readonly expected: number; readonly z: readonly number[] };
}

export interface AlarmedRow {
  readonly startMs: number;
  readonly segment: string;
  readonly feature: string;
}

/** Reads back what limits are learned from where a reference shows none, and which windows were not ordinary. */
export function createSeenReader(store: Store) {
  return {
    /** Of the windows of a comparison that start at `fromMs` or later. */
    async seenWindows(comparison: string, fromMs: number): Promise<readonly SeenRow[]> {
      const rows = await store.query<{
        start_ms: string;
        segment: string;
        feature: string;
        n: string;
        bits: number;
        expected: number;
        z: readonly number[];
      }>(
        `SELECT toUnixTimestamp64Milli(window_start) AS start_ms, segment, feature, n_current AS n,
           JSONExtractFloat(detail, 'excess', 'bits') AS bits, JSONExtractFloat(detail, 'excess', 'expected') AS expected,
           JSONExtract(detail, 'excess', 'z', 'Array(Float64)') AS z
         FROM \`${store.database}\`.judgements FINAL
         WHERE comparison = {comparison:String} AND window_start >= fromUnixTimestamp64Milli({from:Int64})
           AND JSONHas(detail, 'excess')`,
        { comparison, from: fromMs },
      );
      return rows.map(({ start_ms, segment, feature, n, bits, expected, z }) => ({
        startMs: Number(start_ms),
        segment,
        feature,
        n: Number(n),
        excess: { bits, expected, z },
      }));
    },
    /** Alarms in the windows of a comparison that start at `fromMs` or later. */
    async alarmedWindows(comparison: string, fromMs: number): Promise<readonly AlarmedRow[]> {
      const rows = await store.query<{ start_ms: string; segment: string; feature: string }>(
        `SELECT toUnixTimestamp64Milli(window_start) AS start_ms, segment, feature
         FROM \`${store.database}\`.judgements FINAL
         WHERE comparison = {comparison:String} AND window_start >= fromUnixTimestamp64Milli({from:Int64}) AND alarm`,
        { comparison, from: fromMs },
      );
      return rows.map(({ start_ms, segment, feature }) => ({ startMs: Number(start_ms), segment, feature }));
    },
  };
}
