import { studentUpper } from './beta.ts';
import { finiteOrNone, type Tested } from './counts.ts';
import { type Moments, meanDifference } from './moments.ts';

export { type Moments, momentsOf, momentsOfProfile } from './moments.ts';

/** Welch's test of two means. */
export interface WelchTest extends Tested {
  /** Welch and Satterthwaite's degrees of freedom. */
  readonly degrees: number;
}

/**
 * The change of the mean in standard deviations of the reference (Glass's delta), any sign. p, two-sided, by Welch's t-test:
 * `t = (mean' - mean) / √(s²/n + s'²/m)` against Student's distribution with
 * `(s²/n + s'²/m)² / ((s²/n)²/(n-1) + (s'²/m)²/(m-1))` degrees. Values need not be normal from some thirty a side on, and
 * need not have equal variances. A reference without variance: undefined. O(1), from moments or profiles alike. Glass 1976,
 * doi:10.2307/1174772; Welch 1947, doi:10.1093/biomet/34.1-2.28.
 *
 * @example meanChange({ count: 50, mean: 10, variance: 4 }, { count: 60, mean: 11, variance: 5 }) // { value: 0.5, pValue: 0.0149 }
 */
export function meanChange(reference: Moments, current: Moments): WelchTest | undefined {
  if (!(reference.variance > 0)) return undefined;
  const change = meanDifference(reference, current);
  const value = finiteOrNone(change / Math.sqrt(reference.variance));
  if (value === undefined) return undefined;
  const a = reference.variance / reference.count;
  const b = current.variance / current.count;
  // By shares of the error, so that neither tiny nor huge variances leave the doubles.
  const share = a / (a + b);
  const degrees = 1 / (share ** 2 / (reference.count - 1) + (1 - share) ** 2 / (current.count - 1));
  const t = change / Math.sqrt(a + b);
  if (!(Number.isFinite(t) && Number.isFinite(degrees))) return undefined;
  return { value, pValue: Math.min(1, 2 * studentUpper(Math.abs(t), degrees)), degrees };
}

/**
 * ln(variance' / variance): 0 for none, ±0.69 for doubled or halved; undefined where either is 0. Its test: Brown–Forsythe.
 *
 * @example varianceChange({ count: 50, mean: 10, variance: 4 }, { count: 60, mean: 11, variance: 8 }) // 0.6931
 */
export function varianceChange(reference: Moments, current: Moments): number | undefined {
  if (!(reference.variance > 0 && current.variance > 0)) return undefined;
  return finiteOrNone(Math.log(current.variance) - Math.log(reference.variance));
}
