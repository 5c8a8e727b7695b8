/**
 * Watches one stream of numbers and says when it has changed.
 *
 * Memory is bounded, randomness comes from the seed alone, and `state` is plain JSON: a detector made from it, whatever
 * process it was written by, goes on as if nothing had happened. After an alarm a detector begins anew. Values that are not
 * finite are passed over.
 */
export interface Detector<State> {
  /** One more value; true where it completes the evidence for a change. */
  update(value: number): boolean;
  /** A copy: later updates do not change it. */
  state(): State;
}
