import { isPresent, setPresent, type TextColumn, type VectorColumn } from '../common/columns.ts';
import { coerceVector } from './coerce-vector.ts';
import type { ContractFeature } from './contract.ts';
import type { RowNotes } from './row-notes.ts';
import { judgeCoerced, outOfRange, verdictOf } from './violations.ts';

/** Checks one row of raw values and puts what is usable into `out`. */
function take(feature: ContractFeature, raw: unknown, row: number, out: VectorColumn, notes: RowNotes): void {
  const coerced = coerceVector(raw, out.dimension);
  if (coerced.kind === 'value') putVector(out, row, coerced.value as readonly number[]);
  const judged = judgeCoerced(feature, raw, coerced);
  if (judged !== undefined) notes.add(row, judged.verdict, [judged.violation]);
}

export function putVector(column: VectorColumn, row: number, vector: ArrayLike<number>): void {
  column.values.set(vector, row * column.dimension);
  setPresent(column.validity, row);
}

export interface VectorSource {
  readonly rows: number;
  readonly notes: RowNotes;
}

/** Vectors of a file's column. What is not of the feature's dimension or not finite is a violation of its row. */
export function fromVectors(
  feature: ContractFeature,
  { rows, notes }: VectorSource,
  column: VectorColumn,
  out: VectorColumn,
): VectorColumn {
  const { dimension, values, validity } = column;
  for (let row = 0; row < rows; row++) {
    const present = isPresent(validity, row);
    const vector = values.subarray(row * dimension, (row + 1) * dimension);
    if (present && dimension === out.dimension && allFinite(vector)) putVector(out, row, vector);
    else take(feature, present ? Array.from(vector) : null, row, out, notes);
  }
  return out;
}

/** Vectors written as JSON lists in texts. */
export function vectorsFromTexts(
  feature: ContractFeature,
  { rows, notes }: VectorSource,
  { codes, dictionary, validity }: TextColumn,
  read: (text: string) => unknown,
  out: VectorColumn,
): VectorColumn {
  for (let row = 0; row < rows; row++) {
    const raw = isPresent(validity, row) ? read(dictionary.values[codes[row] as number] as string) : null;
    take(feature, raw, row, out, notes);
  }
  return out;
}

function allFinite(vector: Float32Array): boolean {
  for (let at = 0; at < vector.length; at++) {
    const value = vector[at] as number;
    if (value - value !== 0) return false;
  }
  return true;
}

/** Flags or rejects rows with a component outside `min` and `max`; the first such component is named. */
export function checkVectorRange(feature: ContractFeature, column: VectorColumn, { rows, notes }: VectorSource): void {
  // Components are 32-bit floats: a limit of 0.1 has to let their 0.1 pass.
  const min = Math.fround(feature.min ?? Number.NEGATIVE_INFINITY);
  const max = Math.fround(feature.max ?? Number.POSITIVE_INFINITY);
  const verdict = verdictOf(feature.otherwise);
  const { dimension, values, validity } = column;
  for (let row = 0; row < rows; row++) {
    if (!isPresent(validity, row)) continue;
    for (let at = 0; at < dimension; at++) {
      const value = values[row * dimension + at] as number;
      if (value >= min && value <= max) continue;
      notes.add(row, verdict, [outOfRange(feature, value, ` as component ${at} (from 0)`)]);
      break;
    }
  }
}
