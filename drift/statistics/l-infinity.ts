import { type Counts, totalsOf, visitShares } from './counts.ts';

/**
 * L-infinity distance: the largest change of one cell's share, in [0, 1]. What TensorFlow Data Validation calls infinity norm.
 *
 * `L∞ = max |p - q|`. For numbers over cells such as the reference's deciles; never silently 0, as it is in that tool for a
 * number. An empty side: undefined. O(cells).
 *
 * @example lInfinity([50, 30, 20], [40, 30, 30]) // 0.1
 */
export function lInfinity(reference: Counts, current: Counts): number | undefined {
  let largest = 0;
  const defined = visitShares(reference, current, (p, q) => {
    largest = Math.max(largest, Math.abs(p - q));
  });
  return defined ? largest : undefined;
}

/**
 * {@link lInfinity} less what sampling may make of it, in [0, 1]: 0 for small samples unless the change is large. Deequ's
 * "robust" variant. An empty side: undefined.
 *
 * @example lInfinityRobust([5000, 3000, 2000], [4000, 3000, 3000]) // 0.0745
 */
export function lInfinityRobust(reference: Counts, current: Counts): number | undefined {
  const value = lInfinity(reference, current);
  const totals = totalsOf(reference, current);
  return value === undefined || totals === undefined ? undefined : lessSamplingError(value, totals.n, totals.m);
}

/**
 * `max(0, d - 1.8 √((n + m) / (n m)))`: a distance of two distribution functions less the Kolmogorov–Smirnov critical value at
 * p = 0.003. Deequ uses it on cells (L∞) and on numbers (KS), and so may we.
 */
export function lessSamplingError(distance: number, n: number, m: number): number {
  return Math.max(0, distance - 1.8 * Math.sqrt(1 / n + 1 / m));
}
