/** A value as the file has it: times as ms since 1970, nothing as null. */
export type PairValue = number | string | null;

/** One event on both sides. */
export interface ValuePair {
  readonly key: string;
  readonly training: PairValue;
  readonly serving: PairValue;
}

/** How two columns of one name are compared. */
export const measures = ['number', 'whole-number', 'time', 'text'] as const;
export type Measure = (typeof measures)[number];

/** Of numbers: |a - b| up to this share of the larger one is equal. Twenty times what a float of 32 bits loses. */
export const defaultTolerance = 1e-6;

/** NaN equals NaN. `tolerance` >= 0 is relative to the larger of the two. */
export function numbersAgree(a: number, b: number, tolerance: number): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
}
