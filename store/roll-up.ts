import type { Store } from './client.ts';
import { profileSums } from './profile-codec.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Sums of so much event time are made in one statement: the first round over an old store has years of it. */
const statementMs = 7 * dayMs;
/** As in one profile: the most frequent unknown values by name. */
const unseenNamesMax = 64;

const keys = 'segment, feature, binning';
const counts = `n, missing, invalid, zero, "nan", pos_inf, neg_inf, min, max, sum_z, sum_z2, bin_index, bin_count, unseen,
  unseen_value, unseen_count, distinct_index, distinct_rank`;

export interface RollUp {
  /** Hours and days that end in (afterMs, throughMs] are summed ... */
  readonly afterMs: number;
  readonly throughMs: number;
  /** ... and those of these panes, again. */
  readonly latePanesMs: readonly number[];
  /** Ascending: of hours and days those that the pipeline's panes divide. */
  readonly lengthsMs: readonly number[];
  readonly revision: number;
}

export interface ProfileCuts {
  /** Rows that start before are forgotten: those shorter than an hour, shorter than a day, the others. */
  readonly panes: number;
  readonly hours: number;
  readonly days: number;
}

/**
 * Sealed panes summed to hours and days. The sums are keyed by what they are of, so that summing again changes nothing, and
 * late events make them anew under a higher revision. Days are made of hours, which are still there when their panes are not.
 */
export function createRollUp(store: Store) {
  const table = (name: string) => `\`${store.database}\`.\`${name}\``;

  async function sum(
    lengthMs: number,
    shorterMs: number,
    range: { readonly fromMs: number; readonly toMs: number; readonly revision: number },
  ): Promise<void> {
    const within = 'pane >= fromUnixTimestamp64Milli({from:Int64}) AND pane < fromUnixTimestamp64Milli({to:Int64})';
    await store.command(
      `INSERT INTO ${table('rolled_profiles')} (pane, pane_ms, ${keys}, revision, ${counts})
       SELECT fromUnixTimestamp64Milli(start), {length:UInt32}, ${keys}, {revision:UInt64}, n, missing, invalid, zero, "nan", pos_inf,
         neg_inf, min, max, sum_z, sum_z2, bins.1, bins.2, unseen, arrayMap(x -> x.2, names), arrayMap(x -> x.1, names),
         registers.1, registers.2
       FROM (
         SELECT start, ${keys}, ${profileSums},
           arraySlice(arrayReverseSort(arrayZip(unseen_names.2, unseen_names.1)), 1, ${unseenNamesMax}) AS names
         FROM (
           SELECT toInt64(floor(toUnixTimestamp64Milli(pane) / {length:UInt32})) * {length:UInt32} AS start, ${keys}, ${counts}
           FROM ${table('sealed_profiles')} FINAL WHERE ${within} AND pane_ms >= {shorter:UInt32} AND pane_ms < {length:UInt32}
           UNION ALL
           SELECT toInt64(floor(toUnixTimestamp64Milli(pane) / {length:UInt32})) * {length:UInt32} AS start, ${keys}, ${counts}
           FROM ${table('rolled_profiles')} FINAL WHERE pane_ms = {shorter:UInt32} AND ${within}
         ) GROUP BY start, ${keys}
       )`,
      { length: lengthMs, shorter: shorterMs, from: range.fromMs, to: range.toMs, revision: range.revision },
    );
  }

  return {
    async rollUp({ afterMs, throughMs, latePanesMs, lengthsMs, revision }: RollUp): Promise<void> {
      for (const [at, lengthMs] of lengthsMs.entries()) {
        const shorterMs = lengthsMs[at - 1] ?? 0;
        const startOf = (ms: number): number => Math.floor(ms / lengthMs) * lengthMs;
        const firstMs = startOf(afterMs);
        const endMs = startOf(throughMs);
        for (let fromMs = firstMs; fromMs < endMs; fromMs += statementMs)
          await sum(lengthMs, shorterMs, { fromMs, toMs: Math.min(endMs, fromMs + statementMs), revision });
        const late = new Set(latePanesMs.map(startOf).filter((startMs) => startMs < firstMs));
        for (const fromMs of [...late].sort((a, b) => a - b))
          await sum(lengthMs, shorterMs, { fromMs, toMs: fromMs + lengthMs, revision });
      }
    },

    /** Start of the first pane or sum there is; undefined before the first. */
    async firstProfile(): Promise<number | undefined> {
      const [row] = await store.query<{ first: string; n: string }>(
        `SELECT toUnixTimestamp64Milli(min(first)) AS first, sum(n) AS n FROM (
           SELECT min(pane) AS first, count() AS n FROM ${table('sealed_profiles')} HAVING n > 0
           UNION ALL SELECT min(pane) AS first, count() AS n FROM ${table('rolled_profiles')} HAVING n > 0)`,
      );
      return row === undefined || Number(row.n) === 0 ? undefined : Number(row.first);
    },

    async expireProfiles(cuts: ProfileCuts): Promise<void> {
      const before = (cut: 'panes' | 'hours' | 'days') => `pane < fromUnixTimestamp64Milli({${cut}:Int64})`;
      for (const name of ['sealed_profiles', 'rolled_profiles']) {
        const old = `(pane_ms < ${hourMs} AND ${before('panes')})
             OR (pane_ms >= ${hourMs} AND pane_ms < ${dayMs} AND ${before('hours')}) OR (pane_ms >= ${dayMs} AND ${before('days')})`;
        // Deleting nothing costs as much as deleting: every part of the table is looked through and written anew.
        const [row] = await store.query<{ n: string }>(`SELECT count() AS n FROM ${table(name)} WHERE ${old}`, {
          ...cuts,
        });
        if (Number(row?.n ?? 0) > 0) await store.command(`DELETE FROM ${table(name)} WHERE ${old}`, { ...cuts });
      }
    },
  };
}
