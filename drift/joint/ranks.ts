import { type Column, isPresent } from '../../common/columns.ts';

/** The ranks of one column's values, mid-ranks for ties, scaled to mean 0; NaN where a value is absent, NaN or infinite. */
export interface Ranked {
  readonly scores: Float64Array;
  /** Rows in ascending order of value; only those with a finite one. */
  readonly order: Int32Array;
  /** `ties[i]`: the value at `order[i]` equals that at `order[i - 1]`. */
  readonly ties: Uint8Array;
}

/** Orders the finite values of a column of numbers, shape `[rows]`. O(rows log rows). */
export function rankColumn(column: Column, rows: number): Ranked {
  const present: number[] = [];
  if (column.kind === 'number')
    for (let row = 0; row < rows; row++)
      if (isPresent(column.validity, row) && Number.isFinite(column.values[row])) present.push(row);
  const values = column.kind === 'number' ? column.values : new Float64Array(0);
  const order = Int32Array.from(present).sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
  const ties = new Uint8Array(order.length);
  for (let at = 1; at < order.length; at++)
    if (values[order[at] as number] === values[order[at - 1] as number]) ties[at] = 1;
  const scores = new Float64Array(rows).fill(Number.NaN);
  scoreRanks({ scores, order, ties }, undefined, 0, scores);
  return { scores, order, ties };
}

/**
 * Ranks among the rows of one group only (`groupOf[row] === group`; undefined: all rows), written to `into`: mid-rank less the
 * mean rank, over the number of rows, so in (-½, ½). Without sorting: the order of all rows holds that of every group.
 */
export function scoreRanks(
  { order, ties }: Pick<Ranked, 'scores' | 'order' | 'ties'>,
  groupOf: Uint8Array | undefined,
  group: number,
  into: Float64Array,
): void {
  const inside = (row: number): boolean => groupOf === undefined || groupOf[row] === group;
  let count = 0;
  for (let at = 0; at < order.length; at++) if (inside(order[at] as number)) count++;
  let rank = 0;
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && ties[to] === 1) to++;
    let equal = 0;
    for (let at = from; at < to; at++) if (inside(order[at] as number)) equal++;
    const score = (rank + (equal + 1) / 2 - (count + 1) / 2) / count;
    for (let at = from; at < to; at++) if (inside(order[at] as number)) into[order[at] as number] = score;
    rank += equal;
    from = to;
  }
}
