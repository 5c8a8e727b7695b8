import type { Profile } from '../profile/profile.ts';
import type { Tested } from './counts.ts';
import { cramerVonMisesUpper, exactCramerVonMisesUpper } from './cramer-von-mises-tail.ts';
import { type Pass, passOver, passOverBins } from './samples.ts';

export interface CramerVonMisesOptions {
  /** Of the p-value: `auto` is exact where neither side has more than 20 values, as SciPy. Default `auto`. */
  readonly pValue?: 'auto' | 'exact' | 'asymptotic';
}

const exactMax = 20;
/** Where the exact distribution is asked for by name: beyond this its table would take gigabytes. */
const exactLimit = 60;

/**
 * Two-sample Cramér–von Mises: the squared difference of the two distribution functions, summed over all values. From 0 to
 * n m / (n + m) · ⅓ or so; about 1/6 where nothing changed.
 *
 * `T = U / (n m N) - (4 n m - 1) / (6 N)`, `U = n Σ (rank of i-th reference value - i)² + m Σ (rank of j-th current value - j)²`,
 * N = n + m, equal values with their mean rank, so ties are no difficulty. Both arrays ascending; NaN and infinities are left
 * out. p: exact for small samples, else the limit, at T scaled to its own mean and variance. Fewer than two values on a side:
 * undefined. O(n + m). Anderson 1962, doi:10.1214/aoms/1177704477; as SciPy's `cramervonmises_2samp`.
 *
 * @example cramerVonMises(Float64Array.of(1, 2, 3), Float64Array.of(2, 3, 4, 5)) // { value: 0.2619, pValue: 0.2286 }
 */
export function cramerVonMises(
  reference: Float64Array,
  current: Float64Array,
  options: CramerVonMisesOptions = {},
): Tested | undefined {
  return passOver(reference, current, (n, m) => cramerVonMisesPass(n, m, options));
}

/** The same from two profiles of one numeric binning, values of one bin taken as equal. p always of the limit. O(bins). */
export function cramerVonMisesOfProfiles(reference: Profile, current: Profile): Tested | undefined {
  return passOverBins(reference.bins, current.bins, (n, m) => cramerVonMisesPass(n, m, { pValue: 'asymptotic' }));
}

/** As a part of one walk for many statistics. */
export function cramerVonMisesPass(n: number, m: number, options: CramerVonMisesOptions = {}): Pass<Tested> {
  let ofReference = 0;
  let ofCurrent = 0;
  return {
    add({ length, below, equal, belowCurrent, equalCurrent }) {
      for (let at = 0; at < length; at++) {
        const a = equal[at] as number;
        const b = equalCurrent[at] as number;
        // The mean rank less the own index is (the other side's below) + (a + b + 1) / 2 - s for the s-th of the equal ones.
        const middle = (a + b + 1) / 2;
        if (a > 0) ofReference += squares((belowCurrent[at] as number) + middle, a);
        if (b > 0) ofCurrent += squares((below[at] as number) + middle, b);
      }
    },
    answer() {
      if (n < 2 || m < 2) return undefined;
      const method = options.pValue ?? 'auto';
      const largest = Math.max(n, m);
      const exact = method === 'exact' ? largest <= exactLimit : method === 'auto' && largest <= exactMax;
      return tested(n * ofReference + m * ofCurrent, n, m, exact);
    },
  };
}

/** Σ (c - s)² for s = 1 to `count`. */
function squares(c: number, count: number): number {
  if (count === 1) return (c - 1) * (c - 1);
  const mean = c - (count + 1) / 2;
  return count * mean * mean + (count * (count * count - 1)) / 12;
}

function tested(u: number, n: number, m: number, exact: boolean): Tested {
  const all = n + m;
  const product = n * m;
  const value = u / (product * all) - (4 * product - 1) / (6 * all);
  if (exact) return { value, pValue: exactCramerVonMisesUpper(u, n, m) };
  const expected = (1 + 1 / all) / 6;
  const variance =
    ((all + 1) * (4 * product * all - 3 * (n * n + m * m) - 2 * product)) / (45 * all * all * 4 * product);
  const standard = 1 / 6 + (value - expected) / Math.sqrt(45 * variance);
  return { value, pValue: cramerVonMisesUpper(standard) };
}
