import { type Counts, totalsOf } from './counts.ts';

/**
 * Normalised absolute difference: the largest change of one cell's count, over the events of both sides together; in [0, 1].
 * It sees a change of volume: twice the events in the same shares are not 0 (a third of the largest share).
 *
 * `NAD = max |a - b| / (n + m)`. An empty side: undefined. O(cells). As TensorFlow Data Validation's
 * `normalized_abs_difference`; there, too, over values of text.
 *
 * @example normalizedAbsoluteDifference([50, 50], [80, 20]) // 0.15
 */
export function normalizedAbsoluteDifference(reference: Counts, current: Counts): number | undefined {
  const totals = totalsOf(reference, current);
  if (totals === undefined) return undefined;
  let largest = 0;
  for (let cell = 0; cell < reference.length; cell++)
    largest = Math.max(largest, Math.abs((reference[cell] as number) - (current[cell] as number)));
  return largest / (totals.n + totals.m);
}
