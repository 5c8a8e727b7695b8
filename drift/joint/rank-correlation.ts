/**
 * Spearman's rank correlation of two features: the product-moment correlation of their ranks, in [-1, 1]. It does not change
 * when a feature is stretched, shifted or otherwise moved without changing its order, so it speaks of the pair alone.
 *
 * `x` and `y` are ranks less their mean (see `rankColumn`), shape `[rows]`, NaN where there is no value; rows that lack either are
 * left out (ranks are those among all values of a feature, so with missing values it is near, not equal to, the coefficient of
 * the complete rows). `groupOf` and `group` choose rows; undefined is all. Undefined below three rows, or where a side is
 * constant. O(rows). Spearman 1904, doi:10.2307/1412159.
 */
export function rankCorrelation(x: Float64Array, y: Float64Array, groupOf?: Uint8Array, group = 0): number | undefined {
  let n = 0;
  let sumX = 0;
  let sumY = 0;
  let sumXX = 0;
  let sumYY = 0;
  let sumXY = 0;
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
  }
  if (n < 3) return undefined;
  const varianceX = sumXX - (sumX * sumX) / n;
  const varianceY = sumYY - (sumY * sumY) / n;
  if (varianceX < 1e-12 * n || varianceY < 1e-12 * n) return undefined;
  const r = (sumXY - (sumX * sumY) / n) / Math.sqrt(varianceX * varianceY);
  return Math.max(-1, Math.min(1, r));
}

/** Fisher's transform, `atanh r`, of a correlation kept within ±0.995: its spread hardly depends on r. In (-3, 3). */
export function fisherZ(r: number): number {
  return Math.atanh(Math.max(-0.995, Math.min(0.995, r)));
}
