import type { Tested } from './counts.ts';
import { finitePart, type Pass } from './samples.ts';

/** Of a p-value that is known only within what the published table covers. */
export interface AndersonDarling extends Tested {
  /** `floor`: p is 0.001 or less; `cap`: 0.25 or more; undefined: as it stands. */
  readonly bound?: 'floor' | 'cap';
}

/**
 * k-sample Anderson–Darling, normalised: how far the samples' distribution functions are from the common one, with the tails
 * weighted up. About 0 (standard deviation 1) where nothing changed; no upper end.
 *
 * `A² = (N-1)/N Σ_i 1/n_i Σ_j l_j/N · (N M_ij - n_i B_j)² / (B_j (N - B_j) - N l_j/4)` over the distinct values j, l_j of all
 * and f_ij of sample i equal to it, B and M the values below it plus half of those (midrank, so ties are no difficulty);
 * the result is (A² - (k - 1)) / σ. p is interpolated in the published table, as SciPy's `anderson_ksamp` does, and says no
 * more than `0.001 or less` and `0.25 or more` beyond it.
 *
 * Samples ascending; NaN and infinities are left out. Undefined for fewer than two samples, an empty one, fewer than four values
 * in all, or one distinct value only. O(N k). Scholz and Stephens 1987, doi:10.1080/01621459.1987.10478517.
 *
 * @example andersonDarling([Float64Array.of(1, 2, 3), Float64Array.of(2, 3, 4, 5)]) // { value: 0.8034, pValue: 0.1532 }
 */
export function andersonDarling(samples: readonly Float64Array[]): AndersonDarling | undefined {
  const kept = samples.map(finitePart);
  const sizes = kept.map(({ length }) => length);
  const sum = createSum(sizes);
  const at = kept.map(() => 0);
  const equal = new Float64Array(kept.length);
  for (let left = sum.all; left > 0; ) {
    let value = Number.POSITIVE_INFINITY;
    for (let sample = 0; sample < kept.length; sample++) {
      const next = kept[sample]?.[at[sample] as number];
      if (next !== undefined && next < value) value = next;
    }
    for (let sample = 0; sample < kept.length; sample++) {
      const values = kept[sample] as Float64Array;
      const from = at[sample] as number;
      let to = from;
      while (to < values.length && (values[to] as number) === value) to++;
      at[sample] = to;
      equal[sample] = to - from;
      left -= to - from;
    }
    sum.add(equal);
  }
  return sum.result();
}

/** Of two samples, as a part of one walk for many statistics: the same sums, spelled out. */
export function andersonDarlingPass(n: number, m: number): Pass<AndersonDarling> {
  const all = n + m;
  let squares = 0;
  let distinct = 0;
  return {
    add({ length, below, equal, belowCurrent, equalCurrent }) {
      for (let at = 0; at < length; at++) {
        const inside = equal[at] as number;
        const together = inside + (equalCurrent[at] as number);
        const before = below[at] as number;
        const middle = before + (belowCurrent[at] as number) + together / 2;
        // Of two samples one is ahead by what the other is behind.
        const off = all * (before + inside / 2) - middle * n;
        squares += ((together / all) * off * off) / (middle * (all - middle) - (all * together) / 4);
      }
      distinct += length;
    },
    answer: () => (distinct < 2 ? undefined : normalized((squares / n + squares / m) * ((all - 1) / all), [n, m])),
  };
}

interface Sum {
  readonly all: number;
  /** The next larger value: how many of each sample are equal to it. */
  add(equal: Float64Array): void;
  result(): AndersonDarling | undefined;
}

function createSum(sizes: readonly number[]): Sum {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const below = new Float64Array(sizes.length);
  const sums = new Float64Array(sizes.length);
  let belowAll = 0;
  let distinct = 0;
  return {
    all,
    add(equal) {
      let together = 0;
      for (let sample = 0; sample < equal.length; sample++) together += equal[sample] as number;
      const middle = belowAll + together / 2;
      const weight = together / all / (middle * (all - middle) - (all * together) / 4);
      for (let sample = 0; sample < equal.length; sample++) {
        const inside = equal[sample] as number;
        const before = below[sample] as number;
        const off = all * (before + inside / 2) - middle * (sizes[sample] as number);
        sums[sample] = (sums[sample] as number) + weight * off * off;
        below[sample] = before + inside;
      }
      belowAll += together;
      distinct++;
    },
    result() {
      if (distinct < 2) return undefined;
      let squared = 0;
      sizes.forEach((size, sample) => {
        squared += (sums[sample] as number) / size;
      });
      return normalized((squared * (all - 1)) / all, sizes);
    },
  };
}

/** The sum as the statistic: less its mean, over its standard deviation, with the p-value of the table. */
export function normalized(squared: number, sizes: readonly number[]): AndersonDarling | undefined {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.length < 2 || all < 4 || sizes.some((size) => size === 0)) return undefined;
  const degrees = sizes.length - 1;
  const value = (squared - degrees) / Math.sqrt(varianceOf(sizes, all));
  return Number.isFinite(value) ? { value, ...probability(value, degrees) } : undefined;
}

/** σ² of A², equation 4 of the paper; its double sum over harmonic numbers in closed form, `H₂(N) - 2 H(N-1)/N - 1/N²`. */
function varianceOf(sizes: readonly number[], all: number): number {
  const k = sizes.length;
  const inverse = sizes.reduce((sum, size) => sum + 1 / size, 0);
  const h = harmonic(all - 1);
  const g = harmonicOfSquares(all) - (2 * h) / all - 1 / (all * all);
  const a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * inverse;
  const b = (2 * g - 4) * k * k + 8 * h * k + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6;
  const c = (6 * h + 2 * g - 2) * k * k + (4 * h - 4 * g + 6) * k + (2 * h - 6) * inverse + 4 * h;
  const d = (2 * h + 6) * k * k - 4 * h * k;
  return (a * all ** 3 + b * all ** 2 + c * all + d) / ((all - 1) * (all - 2) * (all - 3));
}

/** Σ 1/i for i from 1 to n. */
function harmonic(n: number): number {
  if (n < 50) {
    let sum = 0;
    for (let i = n; i >= 1; i--) sum += 1 / i;
    return sum;
  }
  const square = n * n;
  return Math.log(n) + 0.5772156649015329 + 1 / (2 * n) - (1 / 12 - (1 / 120 - 1 / 252 / square) / square) / square;
}

/** Σ 1/i² for i from 1 to n. */
function harmonicOfSquares(n: number): number {
  if (n < 50) {
    let sum = 0;
    for (let i = n; i >= 1; i--) sum += 1 / (i * i);
    return sum;
  }
  const square = n * n;
  return Math.PI ** 2 / 6 - (1 - 1 / (2 * n) + (1 / 6 - (1 / 30 - 1 / 42 / square) / square) / square) / n;
}

const levels = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001] as const;
const b0 = [0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085] as const;
const b1 = [-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615] as const;
const b2 = [-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154] as const;

/** ln p as a parabola through the table's critical values, by least squares. */
function probability(value: number, degrees: number): Pick<AndersonDarling, 'pValue' | 'bound'> {
  const critical = b0.map(
    (first, at) => first + (b1[at] as number) / Math.sqrt(degrees) + (b2[at] as number) / degrees,
  );
  if (value < (critical[0] as number)) return { pValue: 0.25, bound: 'cap' };
  if (value > (critical.at(-1) as number)) return { pValue: 0.001, bound: 'floor' };
  const logs = levels.map(Math.log);
  const [constant, linear, square] = parabola(critical, logs);
  return { pValue: Math.exp(constant + linear * value + square * value * value) };
}

/** Least squares by the normal equations, around the middle of the points so that they stay well-conditioned. */
function parabola(xs: readonly number[], ys: readonly number[]): readonly [number, number, number] {
  const count = xs.length;
  const mean = xs.reduce((sum, x) => sum + x, 0) / count;
  const power = (k: number): number => xs.reduce((sum, x) => sum + (x - mean) ** k, 0);
  const moment = (k: number): number => xs.reduce((sum, x, at) => sum + (x - mean) ** k * (ys[at] as number), 0);
  const [s2, s3, s4] = [power(2), power(3), power(4)];
  const [t0, t1, t2] = [moment(0), moment(1), moment(2)];
  const determinant = count * (s2 * s4 - s3 * s3) - s2 * s2 * s2;
  const q = (count * (s2 * t2 - s3 * t1) - s2 * s2 * t0) / determinant;
  const p = (t1 - q * s3) / s2;
  const r = (t0 - q * s2) / count;
  return [r - p * mean + q * mean * mean, p - 2 * q * mean, q];
}
