import type { NumericBinning } from './profile.ts';

/**
 * Finds bins in steps: a table over t = z / (1 + |z|), z = (v - center) / scale, narrows the edges down to a few; where many
 * edges share a cell (two tight spikes far apart) a second table, even in v between the first and last of them, narrows
 * further; binary search does the rest. Neither t nor the second position falls as v grows (each operation rounds
 * monotonically), so the tables are exact whatever the edges are; the edges only decide how much is left to search.
 */
export interface BinFinder {
  readonly edges: Float64Array;
  readonly center: number;
  readonly perScale: number;
  /** `first[cell]` is the number of edges in the cells before; shape `[finderCells + 1]`. */
  readonly first: Uint16Array;
  /** Where a crowded cell's second table begins in `inner`, -1 for none; shape `[finderCells]`. */
  readonly innerAt: Int32Array;
  /** Second tables, each `parts + 1` edge numbers. */
  readonly inner: Uint16Array;
  /** Per cell: the first edge, parts a unit of v, and the number of parts. */
  readonly innerLow: Float64Array;
  readonly innerPerWidth: Float64Array;
  readonly innerParts: Int32Array;
}

const finderCells = 2048;
const crowded = 6;
const partsPerEdge = 4;

export function createBinFinder(binning: NumericBinning): BinFinder {
  const { edges, center, scale } = binning;
  const perScale = 1 / scale;
  const first = new Uint16Array(finderCells + 1);
  for (const edge of edges) {
    const cell = cellOf((edge - center) * perScale);
    first[cell + 1] = (first[cell + 1] as number) + 1;
  }
  for (let cell = 0; cell < finderCells; cell++)
    first[cell + 1] = (first[cell + 1] as number) + (first[cell] as number);
  return { edges, center, perScale, first, ...innerTables(edges, first) };
}

function innerTables(
  edges: Float64Array,
  first: Uint16Array,
): Pick<BinFinder, 'innerAt' | 'inner' | 'innerLow' | 'innerPerWidth' | 'innerParts'> {
  const innerAt = new Int32Array(finderCells).fill(-1);
  const innerLow = new Float64Array(finderCells);
  const innerPerWidth = new Float64Array(finderCells);
  const innerParts = new Int32Array(finderCells);
  const inner: number[] = [];
  for (let cell = 0; cell < finderCells; cell++) {
    const from = first[cell] as number;
    const to = first[cell + 1] as number;
    const low = edges[from] as number;
    const width = (edges[to - 1] as number) - low;
    const parts = (to - from) * partsPerEdge;
    const perWidth = parts / width;
    if (to - from <= crowded || !(perWidth > 0 && Number.isFinite(perWidth))) continue;
    innerAt[cell] = inner.length;
    innerLow[cell] = low;
    innerPerWidth[cell] = perWidth;
    innerParts[cell] = parts;
    let edge = from;
    for (let part = 0; part <= parts; part++) {
      while (edge < to && partOf(edges[edge] as number, low, perWidth, parts) < part) edge++;
      inner.push(edge);
    }
  }
  return { innerAt, inner: Uint16Array.from(inner), innerLow, innerPerWidth, innerParts };
}

/** `z` may be infinite (a finite value far off), never NaN. */
function cellOf(z: number): number {
  const t = z >= 0 ? (z < 1e15 ? z / (1 + z) : 1) : z > -1e15 ? z / (1 - z) : -1;
  return ((t + 1) * ((finderCells - 1) / 2)) | 0;
}

/** In [0, parts - 1]; values before the first edge are in part 0, values behind the last one in the last. */
function partOf(value: number, low: number, perWidth: number, parts: number): number {
  const part = (value - low) * perWidth;
  return part > 0 ? (part < parts ? part | 0 : parts - 1) : 0;
}

/** The bin of a finite value: the number of edges below it. `z` is its (v - center) * perScale. */
export function findBin(finder: BinFinder, value: number, z: number): number {
  const { edges, first } = finder;
  const cell = cellOf(z);
  let low = first[cell] as number;
  let high = first[cell + 1] as number;
  if (high - low > crowded) {
    const at = finder.innerAt[cell] as number;
    if (at >= 0) {
      const parts = finder.innerParts[cell] as number;
      const part = partOf(value, finder.innerLow[cell] as number, finder.innerPerWidth[cell] as number, parts);
      low = finder.inner[at + part] as number;
      high = part + 1 < parts ? (finder.inner[at + part + 1] as number) : high;
    }
  }
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
