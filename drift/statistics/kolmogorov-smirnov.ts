import type { Profile } from '../profile/profile.ts';
import { type Tested, totalsOf } from './counts.ts';
import { kolmogorovUpper } from './kolmogorov.ts';
import { exactTwoSampleUpper } from './kolmogorov-two-sample.ts';
import { type Pass, passOver } from './samples.ts';

export { kolmogorovLimit } from './kolmogorov.ts';

export interface KolmogorovSmirnovOptions {
  /**
   * Of the p-value: `exact` counts lattice paths, O(n m) at worst; `asymptotic` takes the one-sample distribution at
   * n m / (n + m); `auto` is exact where neither side has more than 10,000 values. As SciPy's `method`. Default `auto`.
   */
  readonly pValue?: 'auto' | 'exact' | 'asymptotic';
}

const exactMax = 10_000;

/**
 * Two-sample Kolmogorov–Smirnov: the largest difference of the two empirical distribution functions, in [0, 1].
 *
 * `D = sup |F(x) - G(x)|`, exact, ties included. Both arrays ascending; NaN and infinities are left out. p, two-sided, is what
 * SciPy's `ks_2samp` gives (see the option); it takes values as continuous, and is too large where they repeat. An empty
 * side: undefined. Two constants: 0 if equal, 1 if not. O(n + m) and the exact p. Smirnov 1939; Hodges 1958,
 * doi:10.1007/BF02589501.
 *
 * @example kolmogorovSmirnov(Float64Array.of(1, 2, 3), Float64Array.of(2, 3, 4, 5)) // { value: 0.5, pValue: 0.6571 }
 */
export function kolmogorovSmirnov(
  reference: Float64Array,
  current: Float64Array,
  options: KolmogorovSmirnovOptions = {},
): Tested | undefined {
  return passOver(reference, current, (n, m) => kolmogorovSmirnovPass(n, m, options));
}

/** As a part of one walk for many statistics. */
export function kolmogorovSmirnovPass(n: number, m: number, options: KolmogorovSmirnovOptions = {}): Pass<Tested> {
  let largest = 0;
  return {
    add({ length, below, equal, belowCurrent, equalCurrent }) {
      for (let at = 0; at < length; at++) {
        const f = ((below[at] as number) + (equal[at] as number)) / n;
        const g = ((belowCurrent[at] as number) + (equalCurrent[at] as number)) / m;
        const difference = Math.abs(f - g);
        if (difference > largest) largest = difference;
      }
    },
    answer() {
      const method = options.pValue ?? 'auto';
      const exact = method === 'exact' || (method === 'auto' && Math.max(n, m) <= exactMax);
      return { value: largest, pValue: exact ? exactTwoSampleUpper(largest, n, m) : kolmogorovTail(largest, n, m) };
    },
  };
}

/**
 * The same from two profiles of one numeric binning: the largest difference at the edges. Too small by at most the share
 * of the reference in one bin (1/B, see `numericBinning`), whatever the other side looks like. p always asymptotic: an exact p
 * of a rounded D would say more than is known, and costs milliseconds. O(bins).
 */
export function kolmogorovSmirnovOfProfiles(reference: Profile, current: Profile): Tested | undefined {
  const totals = totalsOf(reference.bins, current.bins);
  if (totals === undefined) return undefined;
  const { n, m } = totals;
  let below = 0;
  let belowCurrent = 0;
  let largest = 0;
  for (let bin = 0; bin < reference.bins.length; bin++) {
    below += reference.bins[bin] as number;
    belowCurrent += current.bins[bin] as number;
    const difference = Math.abs(below / n - belowCurrent / m);
    if (difference > largest) largest = difference;
  }
  return { value: largest, pValue: kolmogorovTail(largest, n, m) };
}

/**
 * P(D >= d) for two samples of n and m from one continuous distribution, by the distribution for one sample of n m / (n + m),
 * rounded, values: SciPy's asymptotic mode, good from some twenty values a side on. SciPy itself approximates that
 * distribution from a million on (5e-5 relative at p = 1e-12); here it is exact to nine digits.
 */
export function kolmogorovTail(d: number, n: number, m: number): number {
  return kolmogorovUpper(d, Math.max(1, roundHalfEven((n / (n + m)) * m)));
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}
