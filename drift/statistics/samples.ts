/**
 * The finite part of values in ascending order as typed arrays sort them (-∞ first, then +∞ and NaN last), without copying:
 * what every statistic of samples looks at, so that NaN and infinities are left out wherever they stand. O(1) where there are none.
 */
export function finitePart(sorted: Float64Array): Float64Array {
  let from = 0;
  let to = sorted.length;
  while (to > 0 && !Number.isFinite(sorted[to - 1] as number)) to--;
  while (from < to && !Number.isFinite(sorted[from] as number)) from++;
  return from === 0 && to === sorted.length ? sorted : sorted.subarray(from, to);
}

/**
 * Walks through two samples, finite and ascending, by distinct value: `below` values of each side are smaller than it, `equal`
 * are it. O(n + m).
 */
export function visitDistinct(
  reference: Float64Array,
  current: Float64Array,
  visit: (below: number, equal: number, belowCurrent: number, equalCurrent: number, value: number) => void,
): void {
  const n = reference.length;
  const m = current.length;
  let i = 0;
  let j = 0;
  while (i < n || j < m) {
    const a = i < n ? (reference[i] as number) : Number.POSITIVE_INFINITY;
    const b = j < m ? (current[j] as number) : Number.POSITIVE_INFINITY;
    const value = Math.min(a, b);
    const below = i;
    const belowCurrent = j;
    while (i < n && (reference[i] as number) === value) i++;
    while (j < m && (current[j] as number) === value) j++;
    visit(below, i - below, belowCurrent, j - belowCurrent, value);
  }
}

/** The same over the bins of two profiles of one binning: what falls into one bin counts as equal. */
export function visitBins(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  visit: (below: number, equal: number, belowCurrent: number, equalCurrent: number) => void,
): void {
  let below = 0;
  let belowCurrent = 0;
  for (let bin = 0; bin < reference.length; bin++) {
    const equal = reference[bin] as number;
    const equalCurrent = current[bin] as number;
    if (equal + equalCurrent === 0) continue;
    visit(below, equal, belowCurrent, equalCurrent);
    below += equal;
    belowCurrent += equalCurrent;
  }
}
