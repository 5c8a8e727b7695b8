import type { NumericBinning } from './profile.ts';

/**
 * Finds bins in steps: a table over t = w / (1 + |w|), w = 2 (v - center) / scale, narrows the edges down to a few; where many
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
  /** The crowd of a cell with many edges, by its number; -1 for none; shape `[finderCells]`. */
  readonly crowdOfCell: Int16Array;
  readonly crowds: readonly Crowd[];
}

/** Many edges in one cell: `starts[part]` is the first edge that is not before the part. */
interface Crowd {
  readonly low: number;
  readonly partsPerUnit: number;
  /** Shape `[parts + 1]`. */
  readonly starts: Uint16Array;
}

const finderCells = 8192;
const crowded = 6;
const partsPerEdge = 16;

const finders = new WeakMap<NumericBinning, BinFinder>();

/** Made once for each binning. */
export function binFinderOf(binning: NumericBinning): BinFinder {
  const known = finders.get(binning);
  if (known !== undefined) return known;
  const finder = createBinFinder(binning);
  finders.set(binning, finder);
  return finder;
}

function createBinFinder({ edges, center, scale }: NumericBinning): BinFinder {
  const perScale = 1 / scale;
  const first = new Uint16Array(finderCells + 1);
  for (const edge of edges) {
    const cell = cellOf((edge - center) * perScale);
    first[cell + 1] = (first[cell + 1] as number) + 1;
  }
  for (let cell = 0; cell < finderCells; cell++)
    first[cell + 1] = (first[cell + 1] as number) + (first[cell] as number);
  const crowdOfCell = new Int16Array(finderCells).fill(-1);
  const crowds: Crowd[] = [];
  for (let cell = 0; cell < finderCells; cell++) {
    const crowd = crowdOf(edges, first[cell] as number, first[cell + 1] as number);
    if (crowd !== undefined) crowdOfCell[cell] = crowds.push(crowd) - 1;
  }
  return { edges, center, perScale, first, crowdOfCell, crowds };
}

function crowdOf(edges: Float64Array, from: number, to: number): Crowd | undefined {
  if (to - from <= crowded) return undefined;
  const low = edges[from] as number;
  const parts = (to - from) * partsPerEdge;
  const partsPerUnit = parts / ((edges[to - 1] as number) - low);
  if (!(partsPerUnit > 0 && Number.isFinite(partsPerUnit))) return undefined;
  const starts = new Uint16Array(parts + 1);
  let edge = from;
  for (let part = 0; part < parts; part++) {
    while (edge < to && partOf(edges[edge] as number, low, partsPerUnit, parts) < part) edge++;
    starts[part] = edge;
  }
  starts[parts] = to;
  return { low, partsPerUnit, starts };
}

/** `z` may be infinite (a finite value far off), never NaN. */
function cellOf(z: number): number {
  const w = z + z;
  const t = w >= 0 ? (w < 1e15 ? w / (1 + w) : 1) : w > -1e15 ? w / (1 - w) : -1;
  return ((t + 1) * ((finderCells - 1) / 2)) | 0;
}

/** In [0, parts - 1]; values before the first edge are in part 0, values behind the last one in the last. */
function partOf(value: number, low: number, partsPerUnit: number, parts: number): number {
  const part = (value - low) * partsPerUnit;
  return part > 0 ? (part < parts ? part | 0 : parts - 1) : 0;
}

/** The bin of a finite value: the number of edges below it. `z` is its (v - center) * perScale. */
export function findBin(finder: BinFinder, value: number, z: number): number {
  const { edges, first } = finder;
  const cell = cellOf(z);
  let low = first[cell] as number;
  let high = first[cell + 1] as number;
  if (high - low > crowded) {
    const crowd = finder.crowds[finder.crowdOfCell[cell] as number];
    if (crowd !== undefined) {
      const { starts } = crowd;
      const part = partOf(value, crowd.low, crowd.partsPerUnit, starts.length - 1);
      low = starts[part] as number;
      high = starts[part + 1] as number;
    }
  }
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
