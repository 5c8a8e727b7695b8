import type { Binning } from '../profile/profile.ts';

const leastCells = 10;

/**
 * The cells a window of `values` values is compared over: bin -> cell, shape `[bins]`, made from the reference's counts alone.
 *
 * A number's bins are put together to about `2 n^(2/5)` cells of equal mass, at least ten: many bins and few values leave
 * nothing but noise (Mann and Wald 1942, doi:10.1214/aoms/1177731569). Bins where the reference has nothing are one cell by
 * themselves, so that values from outside it show undiluted. Categories stay as they are.
 */
export function cellsFor(binning: Binning, reference: Float64Array, values: number): Cells {
  return cellsOfCount(binning, reference, cellCount(values));
}

/** Cells made from the counts of a whole, and its counts in them, shape `[cells.count]`. */
export interface CellsOfWhole {
  readonly cells: Cells;
  readonly whole: Float64Array;
}

/** {@link cellsFor} for windows of any size: those of about one size share their cells, which are made once. */
export function cellsBySize(binning: Binning, whole: Float64Array): (values: number) => CellsOfWhole {
  const known = new Map<number, CellsOfWhole>();
  return (values) => {
    const count = binning.kind === 'categorical' ? 0 : cellCount(values);
    let found = known.get(count);
    if (found === undefined) {
      const cells = cellsOfCount(binning, whole, count);
      found = { cells, whole: intoCells(whole, cells) };
      known.set(count, found);
    }
    return found;
  };
}

/** How many cells of equal mass are made for so many values. */
export function cellCount(values: number): number {
  return Math.max(leastCells, Math.floor(2 * values ** 0.4));
}

/** {@link cellsFor}, with the number of cells given. */
export function cellsOfCount(binning: Binning, reference: Float64Array, wanted: number): Cells {
  const bins = reference.length;
  if (binning.kind === 'categorical')
    return { count: bins, cellOf: Int32Array.from({ length: bins }, (_, bin) => bin) };
  let total = 0;
  for (let bin = 0; bin < bins; bin++) total += reference[bin] as number;
  const cellOf = new Int32Array(bins);
  let below = 0;
  let count = 0;
  let quantile = -1;
  for (let bin = 0; bin < bins; bin++) {
    const inside = reference[bin] as number;
    if (inside === 0) continue;
    const at = Math.floor((below / total) * wanted + 1e-9);
    if (at !== quantile) {
      quantile = at;
      count++;
    }
    cellOf[bin] = count;
    below += inside;
  }
  return { count: count + 1, cellOf };
}

export interface Cells {
  readonly count: number;
  readonly cellOf: Int32Array;
}

/** The counts of bins put together to cells, shape `[cells.count]`. */
export function intoCells(bins: Float64Array, { count, cellOf }: Cells): Float64Array {
  const counts = new Float64Array(count);
  for (let bin = 0; bin < bins.length; bin++) {
    const cell = cellOf[bin] as number;
    counts[cell] = (counts[cell] as number) + (bins[bin] as number);
  }
  return counts;
}
