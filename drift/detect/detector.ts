/**
 * Watches one stream of numbers and says when it has changed.
 *
 * Memory is bounded, randomness comes from the seed alone, and `state` is plain JSON: a detector made from it, whatever
 * process it was written by, goes on as if nothing had happened. After an alarm a detector begins anew. Values that are not
 * usable (see {@link isUsable}) are passed over.
 */
export interface Detector<State> {
  /** One more value; true where it completes the evidence for a change. */
  update(value: number): boolean;
  /** A copy: later updates do not change it. */
  state(): State;
}

const largestValue = 1e140;

/** A finite number whose square, summed a hundred million times, is finite, too: sums that are infinite are no JSON. */
export function isUsable(value: number): boolean {
  return Math.abs(value) <= largestValue;
}
