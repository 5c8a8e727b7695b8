import type { Profile } from '../profile/profile.ts';
import { seasonOf } from '../reference/season.ts';
import { cellCounts, type ScoreTable } from './score-table.ts';

/** One feature (of one segment) over one slice of time: the sum of each score over its events. */
export interface SliceMeasure {
  readonly startMs: number;
  /** Events. */
  readonly n: number;
  /** Shape `[names]` of the score table. */
  readonly sums: ArrayLike<number>;
}

/** How slices of one feature behave while nothing changes, and what is bet on; plain JSON. */
export interface SliceModel {
  readonly sliceMs: number;
  readonly names: readonly string[];
  /** 168 hours of the week, 24 hours of the day, 7 days of the week, or 1. */
  readonly seasons: number;
  /** Mean score of an event by season, shape `[names][seasons]`. */
  readonly means: readonly (readonly number[])[];
  /** Events of a large slice; larger ones vary more than these did. */
  readonly typical: number;
  readonly bets: readonly Bet[];
}

/**
 * A bet on one score moving one way: after a slice of n events whose scores sum to S more than the season's, it is worth
 * `exp(rate · S - n · cost)`, which has a mean of at most 1 while nothing changes.
 */
export interface Bet {
  /** Index into the names. */
  readonly score: number;
  /** In the scores' unit (a standard deviation); negative for a bet on less. */
  readonly rate: number;
  /** Of independent events, and what an event costs beyond that because slices vary more than independent events. */
  readonly cost: number;
  readonly extra: number;
  /** Its share of what is staked anew at each slice; all together 1. */
  readonly stake: number;
}

export function measureSlice(table: ScoreTable, startMs: number, profile: Profile): SliceMeasure {
  const counts = cellCounts(profile);
  const { names, scores, cells } = table;
  const sums = new Float64Array(names.length);
  for (let cell = 0; cell < cells; cell++) {
    const count = counts[cell] as number;
    if (count === 0) continue;
    for (let which = 0; which < sums.length; which++)
      sums[which] = (sums[which] as number) + count * (scores[which * cells + cell] as number);
  }
  return { startMs, n: profile.n, sums };
}

const hourMs = 3_600_000;

/** The season of a slice among `seasons`. */
export function sliceSeason(startMs: number, sliceMs: number, seasons: number): number {
  if (seasons === 1) return 0;
  if (seasons === 24) return Math.floor((((startMs / hourMs) % 24) + 24) % 24);
  return seasonOf(startMs, sliceMs);
}
