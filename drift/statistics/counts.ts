/**
 * Counts over cells that both sides share: `reference[i]` and `current[i]` are events in cell i, shape `[cells]`, 0 or more.
 */
export type Counts = ArrayLike<number>;

export function total(counts: Counts): number {
  let sum = 0;
  for (let cell = 0; cell < counts.length; cell++) sum += counts[cell] as number;
  return sum;
}

/** The totals of both sides. */
export interface Totals {
  readonly n: number;
  readonly m: number;
}

/**
 * The totals, where both sides have events; undefined where a side is empty, or where a count is negative or no finite number
 * (which no profile produces): no statistic of counts is defined there.
 */
export function totalsOf(reference: Counts, current: Counts): Totals | undefined {
  if (reference.length !== current.length)
    throw new Error(`${reference.length} and ${current.length} cells are not the same cells`);
  let n = 0;
  let m = 0;
  for (let cell = 0; cell < reference.length; cell++) {
    const a = reference[cell] as number;
    const b = current[cell] as number;
    if (!(a >= 0 && b >= 0)) return undefined;
    n += a;
    m += b;
  }
  return n > 0 && m > 0 && Number.isFinite(n) && Number.isFinite(m) ? { n, m } : undefined;
}

/** Calls `visit` with the shares of every cell; false where {@link totalsOf} has none, and then there are no shares. */
export function visitShares(
  reference: Counts,
  current: Counts,
  visit: (referenceShare: number, currentShare: number, cell: number) => void,
): boolean {
  const totals = totalsOf(reference, current);
  if (totals === undefined) return false;
  for (let cell = 0; cell < reference.length; cell++)
    visit((reference[cell] as number) / totals.n, (current[cell] as number) / totals.m, cell);
  return true;
}

/** A statistic with the probability that chance alone gives as much. */
export interface Tested {
  readonly value: number;
  /** In [0, 1]. */
  readonly pValue: number;
}

/** A number that is one; undefined for NaN and infinities, so that no statistic ever returns these. */
export function finiteOrNone(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
