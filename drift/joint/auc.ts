/**
 * Area under the ROC curve: the probability that a row of class 1 scores higher than one of class 0, ties counting half. In [0, 1],
 * 0.5 for scores that say nothing.
 *
 * `AUC = U / (n1 n0)` with the rank sum U of Mann and Whitney. `scores` and `classes` (0 or 1) have shape `[rows]`, scores finite.
 * Undefined where a class is empty. O(rows log rows). Hanley and McNeil 1982, doi:10.1148/radiology.143.1.7063747.
 *
 * @example areaUnderCurve(Float64Array.of(0.1, 0.4, 0.35, 0.8), Uint8Array.of(0, 0, 1, 1)) // 0.75
 */
export function areaUnderCurve(scores: Float64Array, classes: Uint8Array): number | undefined {
  const order = Int32Array.from(scores, (_, row) => row).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  let ones = 0;
  let rankSum = 0;
  for (let from = 0; from < order.length; ) {
    const value = scores[order[from] as number];
    let to = from;
    let hits = 0;
    while (to < order.length && scores[order[to] as number] === value) hits += classes[order[to++] as number] as number;
    rankSum += hits * ((from + 1 + to) / 2);
    ones += hits;
    from = to;
  }
  const zeros = order.length - ones;
  if (ones === 0 || zeros === 0) return undefined;
  return (rankSum - (ones * (ones + 1)) / 2) / (ones * zeros);
}

/** Variance of the AUC of scores that say nothing, `(n1 + n0 + 1) / (12 n1 n0)` (Mann and Whitney 1947); with ties a little less. */
export function aucVariance(ones: number, zeros: number): number {
  return (ones + zeros + 1) / (12 * ones * zeros);
}
