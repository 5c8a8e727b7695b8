import type { Tested } from './counts.ts';
import { normalTwoSided } from './gamma.ts';

/** Number, mean and variance (divided by n - 1) of finite values. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

/** Of finite values, in one pass with a fixed shift (the first value), stable for a large offset. Undefined below two. */
export function momentsOf(values: Float64Array): Moments | undefined {
  const count = values.length;
  if (count < 2) return undefined;
  const shift = values[count >> 1] as number;
  let sum = 0;
  let squares = 0;
  for (let at = 0; at < count; at++) {
    const difference = (values[at] as number) - shift;
    sum += difference;
    squares += difference * difference;
  }
  return { count, mean: shift + sum / count, variance: Math.max(0, squares - (sum * sum) / count) / (count - 1) };
}

/**
 * The change of the mean in standard deviations of the reference (Glass's delta). p by Welch's statistic against the normal,
 * `(mean' - mean) / √(s²/n + s'²/m)`; for fewer than about 30 values a side it is too small. A reference without variance:
 * undefined. Glass 1976, doi:10.2307/1174772; Welch 1947, doi:10.1093/biomet/34.1-2.28.
 */
export function meanChange(reference: Moments, current: Moments): Tested | undefined {
  if (!(reference.variance > 0)) return undefined;
  const change = current.mean - reference.mean;
  const error = Math.sqrt(reference.variance / reference.count + current.variance / current.count);
  return { value: change / Math.sqrt(reference.variance), pValue: normalTwoSided(change / error) };
}

/** ln(variance' / variance): 0 for none, ±0.69 for doubled or halved; undefined where either is 0. */
export function varianceChange(reference: Moments, current: Moments): number | undefined {
  if (!(reference.variance > 0 && current.variance > 0)) return undefined;
  return Math.log(current.variance / reference.variance);
}
