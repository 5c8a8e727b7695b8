/** A rank correlation, and how many rows it rests on. */
export interface RankAssociation {
  /** In [-1, 1]. */
  readonly r: number;
  /** As many rows of ranks without ties say as much, see {@link rankAssociation}. In (0, rows]. */
  readonly carriers: number;
}

/** Of products of independent ranks without ties: the mean of their fourth powers over that of their squares, squared. */
const kurtosisWithoutTies = 3.24;

/**
 * Spearman's rank correlation of two features: the product-moment correlation of their ranks, in [-1, 1]. It does not change
 * when a feature is stretched, shifted or otherwise moved without changing its order, so it speaks of the pair alone.
 *
 * `carriers`: where nearly all values are equal the few others decide alone. With `w` the product of a row's two ranks it is
 * `3.24 (Σ w²)² / Σ w⁴`, at most the rows: all rows where ranks have no ties, 3.24 k where k rows stand apart from all others.
 *
 * `x` and `y` are ranks less their mean (see `rankColumn`), shape `[rows]`, NaN where there is no value; rows that lack either are
 * left out (ranks are those among all values of a feature, so with missing values it is near, not equal to, the coefficient of
 * the complete rows). `groupOf` and `group` choose rows; undefined is all. Undefined below three rows, or where a side is
 * constant. O(rows). Spearman 1904, doi:10.2307/1412159.
 */
export function rankAssociation(
  x: Float64Array,
  y: Float64Array,
  groupOf?: Uint8Array,
  group = 0,
): RankAssociation | undefined {
  let n = 0;
  let sumX = 0;
  let sumY = 0;
  let sumXX = 0;
  let sumYY = 0;
  let sumXY = 0;
  let squares = 0;
  let fourths = 0;
  for (let row = 0; row < x.length; row++) {
    if (groupOf !== undefined && groupOf[row] !== group) continue;
    const a = x[row] as number;
    const b = y[row] as number;
    const product = a * b;
    if (Number.isNaN(product)) continue;
    n++;
    sumX += a;
    sumY += b;
    sumXX += a * a;
    sumYY += b * b;
    sumXY += product;
    const square = product * product;
    squares += square;
    fourths += square * square;
  }
  if (n < 3) return undefined;
  const varianceX = sumXX - (sumX * sumX) / n;
  const varianceY = sumYY - (sumY * sumY) / n;
  if (varianceX < 1e-12 * n || varianceY < 1e-12 * n) return undefined;
  const r = (sumXY - (sumX * sumY) / n) / Math.sqrt(varianceX * varianceY);
  const carriers = fourths > 0 ? Math.min(n, (kurtosisWithoutTies * squares * squares) / fourths) : 0;
  return { r: Math.max(-1, Math.min(1, r)), carriers };
}

/** Fisher's transform, `atanh r`, of a correlation kept within ±0.995: its spread hardly depends on r. In (-3, 3). */
export function fisherZ(r: number): number {
  return Math.atanh(Math.max(-0.995, Math.min(0.995, r)));
}
