import type { Profile } from '../profile/profile.ts';
import type { Tested } from './counts.ts';
import { cramerVonMisesUpper, exactCramerVonMisesUpper } from './cramer-von-mises-tail.ts';
import { type Pass, passOver, passOverBins, type Stretch } from './samples.ts';

export interface CramerVonMisesOptions {
  /** Of the p-value: `auto` is exact where neither side has more than 20 values, as SciPy. Default `auto`. */
  readonly pValue?: 'auto' | 'exact' | 'asymptotic';
  /**
   * Where values repeat: `spread` lets F and G rise evenly across equal values, so that equal shares give 0; `ranks` gives
   * what SciPy gives, from mean ranks, where 5 and 100 times the same value are T = 158 and p = 0. Without repeated values
   * both are the same. Default `spread`.
   */
  readonly ties?: 'spread' | 'ranks';
}

const exactMax = 20;
/** Where the exact distribution is asked for by name: beyond this its table would take gigabytes. */
const exactLimit = 60;

/**
 * Two-sample Cramér–von Mises: the squared difference of the two distribution functions, summed over all values. From 0 to
 * n m / N; about 1/6 where nothing changed.
 *
 * `T = n m / N² Σ (F(z) - G(z))²` over all N = n + m values z; from d to d' across equal values, (d² + d d' + d'²) / 3 for each.
 * Both arrays ascending; NaN and infinities are left out. p: exact for small samples, else the limit, at T scaled to its own
 * mean and variance; too large where values repeat. Fewer than two values on a side: undefined. O(n + m). Anderson 1962, doi:10.1214/aoms/1177704477; as SciPy's `cramervonmises_2samp`.
 *
 * @example cramerVonMises(Float64Array.of(1, 3, 5), Float64Array.of(2, 4, 6, 7)) // { value: 0.1548, pValue: 0.4857 }
 */
export function cramerVonMises(
  reference: Float64Array,
  current: Float64Array,
  options: CramerVonMisesOptions = {},
): Tested | undefined {
  return passOver(reference, current, (n, m) => cramerVonMisesPass(n, m, options));
}

/** The same from two profiles of one numeric binning, the values of both sides spread evenly over a bin. p always of the limit. O(bins). */
export function cramerVonMisesOfProfiles(reference: Profile, current: Profile): Tested | undefined {
  return passOverBins(reference.bins, current.bins, (n, m) => cramerVonMisesPass(n, m, { pValue: 'asymptotic' }));
}

/** As a part of one walk for many statistics. */
export function cramerVonMisesPass(n: number, m: number, options: CramerVonMisesOptions = {}): Pass<Tested> {
  const sum = options.ties === 'ranks' ? rankSquares(n, m) : differences(n, m);
  return {
    add: sum.add,
    answer() {
      if (n < 2 || m < 2) return undefined;
      const method = options.pValue ?? 'auto';
      const largest = Math.max(n, m);
      const exact = method === 'exact' ? largest <= exactLimit : method === 'auto' && largest <= exactMax;
      return tested(sum.value(), n, m, exact);
    },
  };
}

interface Sum {
  add(stretch: Stretch): void;
  value(): number;
}

/**
 * Over a value that stands alone the plain formula has d'² in place of the mean over the step from d to d'; summed over all
 * that is 1/(6N) more, whatever the values are (the squares of d telescope), and in proportion where some repeat.
 */
function differences(n: number, m: number): Sum {
  const all = n + m;
  let sum = 0;
  let alone = 0;
  return {
    add({ length, below, equal, belowCurrent, equalCurrent }) {
      for (let at = 0; at < length; at++) {
        const a = equal[at] as number;
        const b = equalCurrent[at] as number;
        const before = (below[at] as number) / n - (belowCurrent[at] as number) / m;
        const after = ((below[at] as number) + a) / n - ((belowCurrent[at] as number) + b) / m;
        sum += ((a + b) * (before * before + before * after + after * after)) / 3;
        if (a + b === 1) alone++;
      }
    },
    value: () => (n / all) * (m / all) * sum + alone / all / (6 * all),
  };
}

/** `U / (n m N) - (4 n m - 1) / (6 N)`, `U = n Σ (rank of i-th reference value - i)² + m Σ (rank of j-th current value - j)²`. */
function rankSquares(n: number, m: number): Sum {
  let ofReference = 0;
  let ofCurrent = 0;
  return {
    add({ length, below, equal, belowCurrent, equalCurrent }) {
      for (let at = 0; at < length; at++) {
        const a = equal[at] as number;
        const b = equalCurrent[at] as number;
        // The mean rank less the own index is (the other side's below) + (a + b + 1) / 2 - s for the s-th of the equal ones.
        const middle = (a + b + 1) / 2;
        ofReference += squares((belowCurrent[at] as number) + middle, a);
        ofCurrent += squares((below[at] as number) + middle, b);
      }
    },
    value: () => (n * ofReference + m * ofCurrent) / (n * m * (n + m)) - (4 * n * m - 1) / (6 * (n + m)),
  };
}

/** Σ (c - s)² for s = 1 to `count`. */
function squares(c: number, count: number): number {
  const mean = c - (count + 1) / 2;
  return count * mean * mean + (count * (count * count - 1)) / 12;
}

function tested(value: number, n: number, m: number, exact: boolean): Tested {
  const all = n + m;
  const product = n * m;
  if (exact) {
    const u = product * all * (value + (4 * product - 1) / (6 * all));
    return { value, pValue: exactCramerVonMisesUpper(Math.abs(u - Math.round(u)) < 1e-6 ? Math.round(u) : u, n, m) };
  }
  const expected = (1 + 1 / all) / 6;
  const variance =
    ((all + 1) * (4 * product * all - 3 * (n * n + m * m) - 2 * product)) / (45 * all * all * 4 * product);
  const standard = 1 / 6 + (value - expected) / Math.sqrt(45 * variance);
  return { value, pValue: cramerVonMisesUpper(standard) };
}
