/**
 * Principal components of a reference: the directions in which its rows vary most. Rows that no longer follow them are not well
 * rebuilt from them.
 */
export interface PrincipalComponents {
  /** Shape `[columns]`. */
  readonly means: Float64Array;
  /** Standard deviations (over n), 1 for a constant column; shape `[columns]`. */
  readonly scales: Float64Array;
  /** Row-major, shape `[kept × columns]`: orthonormal directions, those with the most variance first. */
  readonly directions: Float64Array;
  readonly kept: number;
  /** Share of the variance that they hold. */
  readonly explained: number;
}

/**
 * Fits to standardised columns of equal length, without NaN: eigenvectors of their correlation matrix, as many as hold `share`
 * of the variance (default 0.65, as NannyML). O(rows · columns² + columns³). Jolliffe 2002, doi:10.1007/b98835.
 */
export function fitComponents(columns: readonly Float64Array[], share = 0.65): PrincipalComponents {
  const width = columns.length;
  const rows = columns[0]?.length ?? 0;
  const means = new Float64Array(width);
  const scales = new Float64Array(width).fill(1);
  const standard = columns.map((column, at) => {
    const mean = column.reduce((sum, value) => sum + value, 0) / rows;
    const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows;
    means[at] = mean;
    if (variance > 1e-18) scales[at] = Math.sqrt(variance);
    return column.map((value) => (value - mean) / (scales[at] as number));
  });
  const matrix = new Float64Array(width * width);
  for (let a = 0; a < width; a++)
    for (let b = 0; b <= a; b++) {
      const x = standard[a] as Float64Array;
      const y = standard[b] as Float64Array;
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += (x[row] as number) * (y[row] as number);
      matrix[a * width + b] = sum / rows;
      matrix[b * width + a] = sum / rows;
    }
  const { values, vectors } = eigenSymmetric(matrix, width);
  const order = Array.from(values.keys()).sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  let kept = 0;
  let held = 0;
  while (kept < width && held < share * total) held += Math.max(0, values[order[kept++] as number] as number);
  const directions = new Float64Array(kept * width);
  for (let at = 0; at < kept; at++)
    for (let column = 0; column < width; column++)
      directions[at * width + column] = vectors[column * width + (order[at] as number)] as number;
  return { means, scales, directions, kept, explained: total > 0 ? held / total : 1 };
}

/**
 * Euclidean distance of each row, standardised as the reference, from what its components rebuild of it; shape `[rows]`, >= 0.
 * O(rows · columns · kept).
 */
export function reconstructionErrors(fitted: PrincipalComponents, columns: readonly Float64Array[]): Float64Array {
  const { means, scales, directions, kept } = fitted;
  const width = columns.length;
  const rows = columns[0]?.length ?? 0;
  const errors = new Float64Array(rows);
  const point = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    let squared = 0;
    for (let at = 0; at < width; at++) {
      const value = (((columns[at] as Float64Array)[row] as number) - (means[at] as number)) / (scales[at] as number);
      point[at] = value;
      squared += value * value;
    }
    for (let component = 0; component < kept; component++) {
      let along = 0;
      for (let at = 0; at < width; at++)
        along += (point[at] as number) * (directions[component * width + at] as number);
      squared -= along * along;
    }
    errors[row] = Math.sqrt(Math.max(0, squared));
  }
  return errors;
}

/** Eigenvalues and eigenvectors (columns of `vectors`) of a symmetric matrix, row-major, by cyclic Jacobi rotations. */
function eigenSymmetric(matrix: Float64Array, size: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice();
  const vectors = new Float64Array(size * size);
  for (let at = 0; at < size; at++) vectors[at * size + at] = 1;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) off += (a[p * size + q] as number) ** 2;
    if (off < 1e-24 * size * size) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, size, p, q);
  }
  return { values: Float64Array.from({ length: size }, (_, at) => a[at * size + at] as number), vectors };
}

function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const apq = a[p * size + q] as number;
  if (Math.abs(apq) < 1e-300) return;
  const theta = ((a[q * size + q] as number) - (a[p * size + p] as number)) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < size; k++) {
    const kp = a[k * size + p] as number;
    const kq = a[k * size + q] as number;
    a[k * size + p] = c * kp - s * kq;
    a[k * size + q] = s * kp + c * kq;
  }
  for (let k = 0; k < size; k++) {
    const pk = a[p * size + k] as number;
    const qk = a[q * size + k] as number;
    a[p * size + k] = c * pk - s * qk;
    a[q * size + k] = s * pk + c * qk;
    const vp = vectors[k * size + p] as number;
    const vq = vectors[k * size + q] as number;
    vectors[k * size + p] = c * vp - s * vq;
    vectors[k * size + q] = s * vp + c * vq;
  }
}
