import type { Binning, Profile } from '../profile/profile.ts';
import { normalScore } from './normal-score.ts';

/**
 * What is watched of a feature: functions of a value that have mean 0 and variance 1 over the reference, so that the sum of
 * one over a slice of events says how far the slice moved in that direction, in standard deviations.
 */
export interface ScoreTable {
  readonly names: readonly string[];
  /**
   * `scores[which * cells + cell]`, shape `[names, cells]`; a cell is a bin of the binning or, after them, missing, invalid
   * (NaN and infinite ones included) and unseen.
   */
  readonly scores: Float64Array;
  readonly cells: number;
  /** Share of the reference in each cell, shape `[cells]`. */
  readonly shares: Float64Array;
}

/** The cells after the bins. */
export const cellsBeyondBins = 3;

/** Shares below this have the variance of this: one event of a kind that hardly ever occurs is no sensation. */
export const leastShare = 0.0025;
/** Categories with less are watched only by the windows' comparison. */
const watchedShare = 0.01;
const watchedCategories = 8;
const largestNormalScore = 4;

/** How the counts of a profile fall into the table's cells. */
export function cellCounts(profile: Profile): Float64Array {
  const bins = profile.bins.length;
  const counts = new Float64Array(bins + cellsBeyondBins);
  counts.set(profile.bins);
  counts[bins] = profile.missing;
  counts[bins + 1] = profile.invalid + profile.nan + profile.posInf + profile.negInf;
  counts[bins + 2] = profile.unseen;
  return counts;
}

/**
 * Numbers: by their rank u in the reference, the normal score z (level), z² (spread), z³ - 3z (skew), cosines of u (shape
 * inside), and the outer hundredth on both sides (tails). Text: one function a frequent category. Both: missing, invalid and
 * unseen values. A function that does not vary over the reference is left out, but for those of kinds of value.
 *
 * Ranks make all of them bounded, whatever the values are. An empty reference has no functions.
 */
export function scoreTableOf(binning: Binning, reference: Profile): ScoreTable {
  const counts = cellCounts(reference);
  const cells = counts.length;
  const bins = cells - cellsBeyondBins;
  const all = counts.reduce((sum, count) => sum + count, 0);
  const shares = counts.map((count) => (all > 0 ? count / all : 0));
  const names: string[] = [];
  const rows: Float64Array[] = [];
  const add = (name: string, of: (cell: number) => number): void => {
    const row = standardised(
      Float64Array.from({ length: cells }, (_, cell) => of(cell)),
      shares,
    );
    if (row === undefined) return;
    names.push(name);
    rows.push(row);
  };
  if (all > 0) {
    if (binning.kind === 'numeric') {
      const { u, z } = ranks(counts, bins);
      const within = (of: (cell: number) => number) => (cell: number) => (cell < bins ? of(cell) : 0);
      const at = (array: Float64Array, cell: number): number => array[cell] as number;
      add(
        'level',
        within((cell) => at(z, cell)),
      );
      add(
        'spread',
        within((cell) => at(z, cell) ** 2 - 1),
      );
      add(
        'skew',
        within((cell) => at(z, cell) ** 3 - 3 * at(z, cell)),
      );
      for (const waves of [2, 3, 4])
        add(
          `shape ${waves}`,
          within((cell) => Math.cos(Math.PI * waves * at(u, cell))),
        );
      add(
        'tails',
        within((cell) => (Math.abs(at(u, cell) - 0.5) > 0.49 ? 1 : 0)),
      );
    } else {
      const frequent = shares.subarray(0, bins).findIndex((share) => share < watchedShare);
      const watched = Math.min(watchedCategories, frequent < 0 ? bins : frequent);
      for (let bin = 0; bin < watched; bin++) add(`= ${binning.values[bin] as string}`, (cell) => Number(cell === bin));
      add('unseen', (cell) => Number(cell === bins + 2));
    }
    add('missing', (cell) => Number(cell === bins));
    add('invalid', (cell) => Number(cell === bins + 1));
  }
  const scores = new Float64Array(names.length * cells);
  rows.forEach((row, which) => {
    scores.set(row, which * cells);
  });
  return { names, scores, cells, shares };
}

/** The middle rank of each bin among the values, in (0, 1), and its normal score; both shape `[bins]`. */
function ranks(counts: Float64Array, bins: number): { readonly u: Float64Array; readonly z: Float64Array } {
  let total = 0;
  for (let bin = 0; bin < bins; bin++) total += counts[bin] as number;
  const u = new Float64Array(bins);
  let below = 0;
  for (let bin = 0; bin < bins; bin++) {
    const inside = counts[bin] as number;
    u[bin] = total > 0 ? (below + inside / 2) / total : 0.5;
    below += inside;
  }
  const z = u.map((rank) => {
    const score = normalScore(Math.min(1 - 1e-6, Math.max(1e-6, rank)));
    return Math.min(largestNormalScore, Math.max(-largestNormalScore, score));
  });
  return { u, z };
}

/** Less its mean, by its standard deviation, which is at least that of a rare share. Undefined for a constant. */
function standardised(row: Float64Array, shares: Float64Array): Float64Array | undefined {
  let mean = 0;
  let square = 0;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  row.forEach((value, cell) => {
    const share = shares[cell] as number;
    mean += share * value;
    square += share * value * value;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  });
  if (highest - lowest < 1e-9) return undefined;
  const spread = Math.sqrt(Math.max(square - mean * mean, leastShare));
  return row.map((value) => (value - mean) / spread);
}
