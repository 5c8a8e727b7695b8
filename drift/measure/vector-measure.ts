import {
  createNumberColumn,
  isPresent,
  type NumberColumn,
  setPresent,
  type VectorColumn,
} from '../../common/columns.ts';
import { measureName, projections } from '../../common/measure.ts';
import { createRandom } from '../../common/random.ts';
import type { Measurer, VectorMeasure } from './measure.ts';

/** Names the random directions; another number would make every profile of before another measure. */
const seed = 0x7469_6465;

/** The mean of the vectors in these rows, seven digits of each component; zeros where there is none. */
export function fitVector(feature: string, column: VectorColumn, rows: Int32Array): VectorMeasure {
  const { dimension, values, validity } = column;
  const sums = new Float64Array(dimension);
  let present = 0;
  for (const row of rows) {
    if (!isPresent(validity, row)) continue;
    present++;
    for (let at = 0; at < dimension; at++) sums[at] = (sums[at] as number) + (values[row * dimension + at] as number);
  }
  const centroid = Array.from(sums, (sum) => Number((present === 0 ? 0 : sum / present).toPrecision(7)));
  return { kind: 'vector', feature, centroid };
}

/**
 * `norm`, the Euclidean length; `centroid`, the cosine distance to the reference's centroid, from 0 (the same direction) to 2,
 * absent where one of the two is zero; `p1` to `p8`, projections on random directions of signs ±1/√d (Achlioptas 2003,
 * doi:10.1016/S0022-0000(03)00025-4), which keep distances on average. A vector of at most 8 dimensions is seen by its components.
 *
 * One pass over the components, about 5 ns each.
 */
export function vectorMeasurer({ feature, centroid }: VectorMeasure): Measurer {
  const dimension = centroid.length;
  const center = Float64Array.from(centroid);
  const centerNorm = Math.sqrt(center.reduce((sum, value) => sum + value * value, 0));
  const count = Math.min(projections, dimension);
  const directions = directionsOf(dimension);
  const names = ['norm', 'centroid', ...Array.from({ length: count }, (_, at) => `p${at + 1}`)];
  const fields = names.map((name) => ({ name: measureName(feature, name), type: 'number' as const }));
  return (column, rows) => {
    if (column.kind !== 'vector' || column.dimension !== dimension) return [];
    const columns = names.map(() => createNumberColumn(rows));
    const [norm, distance] = columns as [NumberColumn, NumberColumn];
    const projected = columns.slice(2);
    const sums = new Float64Array(projections);
    for (let row = 0; row < rows; row++) {
      if (!isPresent(column.validity, row)) continue;
      const { square, dot } = passOver(column.values, row * dimension, center, directions, sums);
      const length = Math.sqrt(square);
      put(norm, row, length);
      if (length > 0 && centerNorm > 0) put(distance, row, 1 - dot / (length * centerNorm));
      for (let at = 0; at < projected.length; at++) put(projected[at] as NumberColumn, row, sums[at] as number);
    }
    return fields.map((field, at) => ({ field, column: columns[at] as NumberColumn }));
  };
}

function put(column: NumberColumn, row: number, value: number): void {
  column.values[row] = value;
  setPresent(column.validity, row);
}

/** Signs over √d, shape `[dimension × 8]`; the first axes where the dimension is at most 8. */
function directionsOf(dimension: number): Float64Array {
  const directions = new Float64Array(dimension * projections);
  if (dimension <= projections) {
    for (let at = 0; at < dimension; at++) directions[at * projections + at] = 1;
    return directions;
  }
  const random = createRandom(seed);
  const size = 1 / Math.sqrt(dimension);
  for (let at = 0; at < dimension; at++) {
    const bits = random.below(1 << projections);
    for (let k = 0; k < projections; k++) directions[at * projections + k] = (bits & (1 << k)) === 0 ? size : -size;
  }
  return directions;
}

/** Sums of one vector: of its squares, of its products with the centroid, and with each direction into `sums`. */
function passOver(
  values: Float32Array,
  from: number,
  center: Float64Array,
  directions: Float64Array,
  sums: Float64Array,
): { readonly square: number; readonly dot: number } {
  let square = 0;
  let dot = 0;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let e = 0;
  let f = 0;
  let g = 0;
  let h = 0;
  for (let at = 0, cell = 0; at < center.length; at++, cell += projections) {
    const value = values[from + at] as number;
    square += value * value;
    dot += value * (center[at] as number);
    // Unrolled: an inner loop over the directions takes twice the time.
    a += value * (directions[cell] as number);
    b += value * (directions[cell + 1] as number);
    c += value * (directions[cell + 2] as number);
    d += value * (directions[cell + 3] as number);
    e += value * (directions[cell + 4] as number);
    f += value * (directions[cell + 5] as number);
    g += value * (directions[cell + 6] as number);
    h += value * (directions[cell + 7] as number);
  }
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
  sums[4] = e;
  sums[5] = f;
  sums[6] = g;
  sums[7] = h;
  return { square, dot };
}
