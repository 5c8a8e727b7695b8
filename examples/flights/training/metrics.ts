export interface BinaryMetrics {
  readonly n: number;
  readonly positives: number;
  readonly logLoss: number;
  readonly brier: number;
  readonly meanPrediction: number;
  /** Undefined where one class is absent. */
  readonly auc: number | undefined;
}

const clip = 1e-6;

/** @param probability in [0, 1]; @param label 0 or 1; both `[n]`, n > 0 */
export function binaryMetrics(probability: Float64Array, label: Uint8Array): BinaryMetrics {
  const n = probability.length;
  let positives = 0;
  let loss = 0;
  let squares = 0;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const p = Math.max(clip, Math.min(1 - clip, probability[i] as number));
    const y = label[i] as number;
    positives += y;
    loss -= Math.log(y === 1 ? p : 1 - p);
    squares += (p - y) ** 2;
    sum += p;
  }
  return {
    n,
    positives,
    logLoss: loss / n,
    brier: squares / n,
    meanPrediction: sum / n,
    auc: areaUnderRoc(probability, label),
  };
}

/** Rank-sum form, ties counted half. Probabilities closer than 2^-40 are ties. */
export function areaUnderRoc(probability: Float64Array, label: Uint8Array): number | undefined {
  const n = probability.length;
  // Probability and label in one double, so that a plain numeric sort orders both.
  const keys = Float64Array.from(probability, (p, i) => Math.floor(p * 2 ** 40) * 2 + (label[i] as number)).sort();
  let positives = 0;
  let rankSum = 0;
  for (let from = 0; from < n; ) {
    const value = Math.floor((keys[from] as number) / 2);
    let to = from;
    let hits = 0;
    for (; to < n && Math.floor((keys[to] as number) / 2) === value; to++) hits += (keys[to] as number) % 2;
    rankSum += hits * ((from + to + 1) / 2);
    positives += hits;
    from = to;
  }
  if (positives === 0 || positives === n) return undefined;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (n - positives));
}
