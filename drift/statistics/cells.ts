import { previousDouble } from '../profile/doubles.ts';
import type { NumericBinning, Profile } from '../profile/profile.ts';
import { total } from './counts.ts';

/**
 * The cells that PSI, Jensen–Shannon, Hellinger, total variation and L-infinity are taken over for numbers: cut at the
 * reference's deciles, each cell open below and closed above, the outer two without end; a value that makes up a tenth of the
 * reference by itself (zero in a zero-inflated feature, every value of a small set, a constant) is a cell of its own.
 *
 * `sorted` finite, ascending, not empty. The answer is ascending, without repetition; cells = cuts + 1.
 */
export function decileCuts(sorted: Float64Array, parts = 10): Float64Array {
  const count = sorted.length;
  const cuts = new Set<number>();
  for (let part = 1; part < parts; part++) {
    const value = sorted[Math.min(count - 1, Math.max(0, Math.ceil((part * count) / parts) - 1))] as number;
    cuts.add(value);
  }
  for (const value of new Set(cuts)) {
    const hits = countBelow(sorted, value, true) - countBelow(sorted, value, false);
    if (hits > 1 && hits * parts >= count) cuts.add(previousDouble(value));
  }
  return Float64Array.from(cuts).sort();
}

/** The same from the reference's profile: exact where the deciles are edges, that is, where the binning was made from it. */
export function decileCutsOfProfile(reference: Profile, binning: NumericBinning, parts = 10): Float64Array {
  const count = total(reference.bins);
  const cuts = new Set<number>();
  let below = 0;
  let part = 1;
  for (let bin = 0; bin < binning.edges.length; bin++) {
    const edge = binning.edges[bin] as number;
    const inside = reference.bins[bin] as number;
    below += inside;
    while (part < parts && below * parts >= part * count) {
      cuts.add(edge);
      if (inside > 1 && inside * parts >= count && binning.edges[bin - 1] === previousDouble(edge))
        cuts.add(previousDouble(edge));
      part++;
    }
  }
  return Float64Array.from(cuts).sort();
}

/** Values in each cell; `sorted` ascending, `cuts` ascending. */
export function countBetween(sorted: Float64Array, cuts: Float64Array): Float64Array {
  const counts = new Float64Array(cuts.length + 1);
  let from = 0;
  for (let cell = 0; cell < cuts.length; cell++) {
    const to = countBelow(sorted, cuts[cell] as number, true);
    counts[cell] = to - from;
    from = to;
  }
  counts[cuts.length] = sorted.length - from;
  return counts;
}

/** Counts of a profile in each cell; every cut is an edge of its binning. */
export function countBetweenOfProfile(profile: Profile, binning: NumericBinning, cuts: Float64Array): Float64Array {
  const counts = new Float64Array(cuts.length + 1);
  let cell = 0;
  for (let bin = 0; bin < profile.bins.length; bin++) {
    counts[cell] = (counts[cell] as number) + (profile.bins[bin] as number);
    if (cell < cuts.length && binning.edges[bin] === cuts[cell]) cell++;
  }
  return counts;
}

/** How many values are below `value`, or not above it with `inclusive`. */
export function countBelow(sorted: Float64Array, value: number, inclusive: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = sorted[middle] as number;
    if (at < value || (inclusive && at === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}
