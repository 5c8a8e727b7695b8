import { isPresent, type VectorColumn } from '../common/columns.ts';
import { count, type InferredFeature } from './inferred.ts';

/** A vector of the column's dimension. Components get no range: embeddings of the next model have another. */
export function inferVector({ dimension, values, validity }: VectorColumn, rows: number): InferredFeature {
  let present = 0;
  let unusable = 0;
  for (let row = 0; row < rows; row++) {
    if (!isPresent(validity, row)) continue;
    present++;
    const vector = values.subarray(row * dimension, (row + 1) * dimension);
    if (!vector.every(Number.isFinite)) unusable++;
  }
  const notes = [
    `lists of ${count(dimension)} numbers`,
    ...(unusable === 0
      ? []
      : [`NaN or infinite in ${count(unusable)} rows, so such vectors are flagged, not rejected`]),
  ];
  const limits = { dimension, ...(unusable === 0 ? {} : { onTypeMismatch: 'flag' as const }) };
  return { type: 'vector', limits, present, notes };
}
