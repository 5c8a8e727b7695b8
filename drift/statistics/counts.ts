/**
 * Counts over cells that both sides share: `reference[i]` and `current[i]` are events in cell i, shape `[cells]`, 0 or more.
 */
export type Counts = ArrayLike<number>;

export function total(counts: Counts): number {
  let sum = 0;
  for (let cell = 0; cell < counts.length; cell++) sum += counts[cell] as number;
  return sum;
}

/** Calls `visit` with the shares of every cell; false where a side is empty, and then there are no shares. */
export function visitShares(
  reference: Counts,
  current: Counts,
  visit: (referenceShare: number, currentShare: number, cell: number) => void,
): boolean {
  if (reference.length !== current.length)
    throw new Error(`${reference.length} and ${current.length} cells are not the same cells`);
  const n = total(reference);
  const m = total(current);
  if (!(n > 0 && m > 0)) return false;
  for (let cell = 0; cell < reference.length; cell++)
    visit((reference[cell] as number) / n, (current[cell] as number) / m, cell);
  return true;
}

/** A statistic with the probability that chance alone gives as much. */
export interface Tested {
  readonly value: number;
  /** In [0, 1]. */
  readonly pValue: number;
}
