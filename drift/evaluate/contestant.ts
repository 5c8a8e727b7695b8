import type { Run } from './run.ts';

/** A way of finding changes, with one knob. */
export interface Contestant {
  readonly name: string;
  readonly kind: 'tidemark' | 'anytime' | 'classical' | 'rule';
  /** The knob's positions, from the one with the fewest alarms on. */
  readonly levels: readonly number[];
  /**
   * Reads a stream; what it gives answers for each position with the events (counted from 1) after which it alarms, at least
   * up to the first one beyond `enough`.
   */
  read(run: Run): (level: number, enough?: number) => number[];
}

/** `from`, `from · ratio`, … `count` positions. */
export function geometric(from: number, ratio: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => from * ratio ** at);
}

/** The judging's part of the budget, where windows are judged and detectors run; the rest is the detectors'. */
export const judgingShare = 0.2;
