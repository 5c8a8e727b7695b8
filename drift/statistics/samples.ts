import { finiteOrNone, totalsOf } from './counts.ts';

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
 * A stretch of the distinct values of two samples together (or of the bins of two profiles), ascending: how many values of
 * each side are smaller than it, and how many are it. Only the first `length` places are filled.
 */
export interface Stretch {
  length: number;
  readonly below: Float64Array;
  readonly equal: Float64Array;
  readonly belowCurrent: Float64Array;
  readonly equalCurrent: Float64Array;
  /** NaN for bins, which have none. */
  readonly value: Float64Array;
}

/**
 * What is gathered in one walk, stretch by stretch. Statistics are written as such, so that many of them take one walk
 * ({@link walkSamples}), in loops over typed arrays.
 */
export interface Pass<A> {
  add(stretch: Stretch): void;
  answer(): A | undefined;
}

const stretchLength = 2048;

function createStretch(): Stretch {
  const column = (): Float64Array => new Float64Array(stretchLength);
  return {
    length: 0,
    below: column(),
    equal: column(),
    belowCurrent: column(),
    equalCurrent: column(),
    value: column(),
  };
}

/** Walks through two samples, finite and ascending. O(n + m) for each pass. */
export function walkSamples(reference: Float64Array, current: Float64Array, passes: readonly Pass<unknown>[]): void {
  const n = reference.length;
  const m = current.length;
  const stretch = createStretch();
  const { below, equal, belowCurrent, equalCurrent, value } = stretch;
  let i = 0;
  let j = 0;
  while (i < n || j < m) {
    let at = 0;
    for (; at < stretchLength && (i < n || j < m); at++) {
      const a = i < n ? (reference[i] as number) : Number.POSITIVE_INFINITY;
      const b = j < m ? (current[j] as number) : Number.POSITIVE_INFINITY;
      const least = Math.min(a, b);
      const from = i;
      const fromCurrent = j;
      while (i < n && (reference[i] as number) === least) i++;
      while (j < m && (current[j] as number) === least) j++;
      below[at] = from;
      equal[at] = i - from;
      belowCurrent[at] = fromCurrent;
      equalCurrent[at] = j - fromCurrent;
      value[at] = least;
    }
    stretch.length = at;
    for (const pass of passes) pass.add(stretch);
  }
}

/**
 * The area between the two distribution functions, their difference taken to `power`: `∫ |F(x) - G(x)|^power dx`. Needs
 * values, so not over bins.
 */
export function areaPass(n: number, m: number, power: 1 | 2): Pass<number> {
  let area = 0;
  let at = Number.NaN;
  return {
    add({ length, below, belowCurrent, value }) {
      for (let next = 0; next < length; next++) {
        const difference = Math.abs((below[next] as number) / n - (belowCurrent[next] as number) / m);
        // Before the first value of all there is none.
        if (difference > 0)
          area += (power === 1 ? difference : difference * difference) * ((value[next] as number) - at);
        at = value[next] as number;
      }
    },
    answer: () => finiteOrNone(area),
  };
}

/** The answer of one pass over two samples in ascending order, NaN and infinities left out. */
export function passOver<A>(
  reference: Float64Array,
  current: Float64Array,
  create: (n: number, m: number) => Pass<A>,
): A | undefined {
  const before = finitePart(reference);
  const now = finitePart(current);
  if (before.length === 0 || now.length === 0) return undefined;
  const pass = create(before.length, now.length);
  walkSamples(before, now, [pass]);
  return pass.answer();
}

/** The same over the bins of two profiles of one binning: what falls into one bin counts as equal. O(bins). */
export function passOverBins<A>(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  create: (n: number, m: number) => Pass<A>,
): A | undefined {
  const totals = totalsOf(reference, current);
  if (totals === undefined) return undefined;
  const pass = create(totals.n, totals.m);
  const stretch = createStretch();
  stretch.value.fill(Number.NaN);
  let below = 0;
  let belowCurrent = 0;
  for (let bin = 0; bin < reference.length; ) {
    let at = 0;
    for (; at < stretchLength && bin < reference.length; bin++) {
      const equal = reference[bin] as number;
      const equalCurrent = current[bin] as number;
      if (equal + equalCurrent === 0) continue;
      stretch.below[at] = below;
      stretch.equal[at] = equal;
      stretch.belowCurrent[at] = belowCurrent;
      stretch.equalCurrent[at] = equalCurrent;
      below += equal;
      belowCurrent += equalCurrent;
      at++;
    }
    stretch.length = at;
    pass.add(stretch);
  }
  return pass.answer();
}
