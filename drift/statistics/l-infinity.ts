import { type Counts, visitShares } from './counts.ts';

/**
 * L-infinity distance: the largest change of one cell's share, in [0, 1]. What TensorFlow Data Validation calls infinity norm.
 *
 * `L∞ = max |p - q|`. An empty side: undefined. O(cells).
 */
export function lInfinity(reference: Counts, current: Counts): number | undefined {
  let largest = 0;
  const defined = visitShares(reference, current, (p, q) => {
    largest = Math.max(largest, Math.abs(p - q));
  });
  return defined ? largest : undefined;
}
