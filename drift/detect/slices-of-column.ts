import { type Column, isPresent } from '../../common/columns.ts';
import type { Binning } from '../profile/profile.ts';
import { countBelow } from '../statistics/cells.ts';
import type { ScoreTable } from './score-table.ts';
import type { SliceMeasure } from './slice-model.ts';

/**
 * The measures of one column's slices, in order of time: what `measureSlice` says of each slice's profile, without making
 * the profiles, so that a year of minutes fits into memory. Slices without a row are left out, as are rows without a time.
 */
export function slicesOfColumn(input: {
  readonly column: Column;
  /** ms since 1970, shape `[rows]`, in any order. */
  readonly timesMs: Float64Array;
  readonly rows: number;
  readonly binning: Binning;
  readonly table: ScoreTable;
  readonly sliceMs: number;
}): SliceMeasure[] {
  const { column, timesMs, rows, binning, table, sliceMs } = input;
  const cellOf = cellFinder(column, binning);
  const { cells, scores } = table;
  const count = table.names.length;
  const slices = new Map<number, { readonly startMs: number; n: number; readonly sums: Float64Array }>();
  let slice: { readonly startMs: number; n: number; readonly sums: Float64Array } | undefined;
  for (let row = 0; row < rows; row++) {
    const time = timesMs[row] as number;
    if (Number.isNaN(time)) continue;
    if (slice === undefined || time < slice.startMs || time >= slice.startMs + sliceMs) {
      const at = Math.floor(time / sliceMs);
      slice = slices.get(at);
      if (slice === undefined) {
        slice = { startMs: at * sliceMs, n: 0, sums: new Float64Array(count) };
        slices.set(at, slice);
      }
    }
    slice.n++;
    const cell = cellOf(row);
    for (let which = 0; which < count; which++)
      slice.sums[which] = (slice.sums[which] as number) + (scores[which * cells + cell] as number);
  }
  return [...slices.values()].sort((a, b) => a.startMs - b.startMs);
}

/** The cell of a score table that a row falls into; what is not of the binning's kind is invalid, as in a profile. */
function cellFinder(column: Column, binning: Binning): (row: number) => number {
  const { validity } = column;
  if (binning.kind === 'numeric') {
    const { edges } = binning;
    const missing = edges.length + 1;
    return (row) => {
      if (!isPresent(validity, row)) return missing;
      const value = column.kind === 'number' ? (column.values[row] as number) : Number.NaN;
      return Number.isFinite(value) ? countBelow(edges, value, false) : missing + 1;
    };
  }
  const bins = binning.values.length;
  const binOf = new Map(binning.values.map((value, bin) => [value, bin]));
  if (column.kind === 'number')
    return (row) => (isPresent(validity, row) ? (binOf.get(String(column.values[row])) ?? bins + 2) : bins);
  if (column.kind === 'vector') return (row) => (isPresent(validity, row) ? bins + 2 : bins);
  const binOfCode = column.dictionary.values.map((value) => binOf.get(value) ?? bins + 2);
  return (row) => (isPresent(validity, row) ? (binOfCode[column.codes[row] as number] as number) : bins);
}
