/** How much one feature tells of another, in bits, with its sampling error. */
export interface MutualInformation {
  /** Plain estimate less its bias (Miller–Madow), >= 0 but for that correction. */
  readonly bits: number;
  /** Variance of `bits` by sampling, in bits². */
  readonly variance: number;
  /** Rows counted. */
  readonly n: number;
}

/**
 * Mutual information of two discrete features from their table of counts, row-major, shape `[rows × columns]`:
 *
 * `I = Σ p_ij log2(p_ij / (p_i p_j))`, 0 where they are independent. The plain estimate is too large by about
 * `(r - 1)(c - 1) / (2 n ln 2)` bits, r and c being the rows and columns in use, which is taken off (Miller 1955). Its variance is
 * `(Σ p log2²(p/(p_i p_j)) - I²) / n` where features depend on each other, and of order 1/n² where not (then 2 n ln 2 · I is
 * chi-square): both are added, so it is rather too large than too small. Undefined for an empty table. O(cells).
 */
export function mutualInformation(counts: Float64Array, columns: number): MutualInformation | undefined {
  const rows = counts.length / columns;
  const rowSums = new Float64Array(rows);
  const columnSums = new Float64Array(columns);
  let n = 0;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const count = counts[row * columns + column] as number;
      rowSums[row] = (rowSums[row] as number) + count;
      columnSums[column] = (columnSums[column] as number) + count;
      n += count;
    }
  if (n === 0) return undefined;
  let bits = 0;
  let squares = 0;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const count = counts[row * columns + column] as number;
      if (count === 0) continue;
      const log = Math.log2((count * n) / ((rowSums[row] as number) * (columnSums[column] as number)));
      bits += (count / n) * log;
      squares += (count / n) * log * log;
    }
  const used = (sums: Float64Array): number => sums.reduce((sum, one) => sum + (one > 0 ? 1 : 0), 0);
  const degrees = Math.max(0, (used(rowSums) - 1) * (used(columnSums) - 1));
  const chance = 1 / (2 * n * Math.LN2);
  return {
    bits: bits - degrees * chance,
    variance: Math.max(0, squares - bits * bits) / n + 2 * degrees * chance * chance,
    n,
  };
}

/**
 * The correlation that two normal features of this mutual information would have, in [0, 1): `√(1 - 2^(-2 I))` (Linfoot 1957,
 * doi:10.1016/S0019-9958(57)90116-X). Puts dependence of any kind on the scale of correlations.
 */
export function informationalCorrelation(bits: number): number {
  return bits <= 0 ? 0 : Math.sqrt(1 - 2 ** (-2 * bits));
}
