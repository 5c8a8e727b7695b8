import { isPresent, type NumberColumn, type TextColumn } from '../../common/columns.ts';

/** A feature in few cells, for tables of counts. */
export interface CellColumn {
  /** Cell of each row, shape `[rows]`. */
  readonly codes: Uint8Array;
  readonly count: number;
  readonly ordered: boolean;
  /** Cell 0 holds absent, NaN and infinite values where there are any. */
  readonly hasMissing: boolean;
}

/**
 * Puts a column into at most `most` cells (and one for missing values): numbers at quantiles, so that
 * each distinct value has its own cell where there are few; texts into their most frequent values (ties by value) and one cell for
 * the rest. Quantiles and frequencies are those of all rows together: cells that one side had chosen would fit that side better by
 * chance, and that would look like a change. O(rows log rows).
 */
export function cellsOfColumn(column: NumberColumn | TextColumn, rows: number, most: number): CellColumn {
  return column.kind === 'number'
    ? cellsOfNumbers(column.values, column.validity, rows, most)
    : cellsOfTexts(column, rows, most);
}

function cellsOfNumbers(values: Float64Array, validity: Uint8Array, rows: number, most: number): CellColumn {
  const usable = (row: number): boolean => isPresent(validity, row) && Number.isFinite(values[row]);
  const learnt: number[] = [];
  let missing = 0;
  for (let row = 0; row < rows; row++) {
    if (!usable(row)) missing = 1;
    else learnt.push(values[row] as number);
  }
  const edges = edgesOf(Float64Array.from(learnt).sort(), most);
  const codes = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    if (!usable(row)) continue;
    const value = values[row] as number;
    let cell = 0;
    while (cell < edges.length && value > (edges[cell] as number)) cell++;
    codes[row] = cell + missing;
  }
  return { codes, count: edges.length + 1 + missing, ordered: true, hasMissing: missing === 1 };
}

/** Upper edges (inclusive) of all cells but the last. Few distinct values: each its own; else quantiles, without repetition. */
function edgesOf(sorted: Float64Array, most: number): number[] {
  const distinct: number[] = [];
  for (const value of sorted) {
    if (distinct.at(-1) !== value) distinct.push(value);
    if (distinct.length > most) break;
  }
  if (distinct.length <= most) return distinct.slice(0, -1);
  const edges: number[] = [];
  const last = sorted[sorted.length - 1];
  for (let cell = 1; cell < most; cell++) {
    const edge = sorted[Math.ceil((cell * sorted.length) / most) - 1] as number;
    if (edge !== edges.at(-1) && edge !== last) edges.push(edge);
  }
  return edges;
}

function cellsOfTexts(column: TextColumn, rows: number, most: number): CellColumn {
  const { values } = column.dictionary;
  const counts = new Float64Array(values.length);
  let missing = 0;
  for (let row = 0; row < rows; row++) {
    if (!isPresent(column.validity, row)) missing = 1;
    else {
      const code = column.codes[row] as number;
      counts[code] = (counts[code] as number) + 1;
    }
  }
  const byCount = Array.from(counts.keys())
    .filter((code) => (counts[code] as number) > 0)
    .sort(
      (a, b) =>
        (counts[b] as number) - (counts[a] as number) || ((values[a] as string) < (values[b] as string) ? -1 : 1),
    )
    .slice(0, most - 1);
  const other = byCount.length + missing;
  const cellOf = new Uint8Array(values.length).fill(other);
  byCount.forEach((code, at) => {
    cellOf[code] = at + missing;
  });
  const codes = new Uint8Array(rows);
  for (let row = 0; row < rows; row++)
    if (isPresent(column.validity, row)) codes[row] = cellOf[column.codes[row] as number] as number;
  return { codes, count: other + 1, ordered: false, hasMissing: missing === 1 };
}
