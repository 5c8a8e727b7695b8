import { createRandom } from '../../../common/random.ts';
import type { FlightData } from './dataset.ts';
import { type FitInput, fitLogistic, type LogisticModel, predict } from './fit.ts';
import { type BinaryMetrics, binaryMetrics } from './metrics.ts';
import { levelsAt, type Term } from './terms.ts';

export const dayMs = 86_400_000;
const folds = 5;

export interface Window extends BinaryMetrics {
  readonly startMs: number;
}

export interface Evaluation {
  readonly trainRows: number;
  readonly holdout: BinaryMetrics;
  /** Of always saying the base rate of the training rows. */
  readonly baselineLogLoss: number;
  /** Every day, judged by the model that did not see it. */
  readonly days: readonly Window[];
  /** Share of each feature in the log-loss it saves, summing to 1 (or all 0). */
  readonly importance: Readonly<Record<string, number>>;
}

/**
 * Five fits, each leaving out a fifth of the time; the last fifth is the hold-out. Together they say for every day how a
 * model does that did not see it: what an ordinary day looks like.
 */
export function evaluate(data: FlightData, fit: Omit<FitInput, 'rows'>, seed: number): Evaluation {
  const foldOf = cutByTime(data);
  const all = Int32Array.from({ length: data.rows }, (_, row) => row);
  const probability = new Float64Array(data.rows);
  let last = fitLogistic({ ...fit, rows: all.filter((row) => foldOf[row] !== folds - 1) });
  const holdoutModel = last;
  for (let fold = folds - 1; fold >= 0; fold--) {
    if (fold < folds - 1) last = fitLogistic({ ...fit, rows: all.filter((row) => foldOf[row] !== fold) });
    const out = all.filter((row) => foldOf[row] === fold);
    predict(last, fit.design, out).forEach((p, i) => {
      probability[out[i] as number] = p;
    });
  }
  const holdout = all.filter((row) => foldOf[row] === folds - 1);
  const trainRows = data.rows - holdout.length;
  const metrics = binaryMetrics(probability.subarray(trainRows), data.label.subarray(trainRows));
  const trained = data.label.subarray(0, trainRows);
  const base = (trained.reduce((sum, y) => sum + y, 0) + 0.5) / (trainRows + 1);
  return {
    trainRows,
    holdout: metrics,
    baselineLogLoss: binaryMetrics(new Float64Array(holdout.length).fill(base), data.label.subarray(trainRows)).logLoss,
    days: byDay(data, probability),
    importance: importanceOf({ data, terms: fit.terms, model: holdoutModel, rows: holdout, seed }),
  };
}

/** Whole days where there are at least as many as folds, else rows; always in order of time, none empty. */
function cutByTime({ timeMs, rows }: FlightData): Uint8Array {
  const days = new Set(Array.from(timeMs, (ms) => Math.floor(ms / dayMs)));
  const fold = new Uint8Array(rows);
  const share = (row: number): number => Math.min(folds - 1, Math.floor((row * folds) / rows));
  if (days.size < 2 * folds) return fold.map((_, row) => share(row));
  let current = 0;
  for (let row = 1; row < rows; row++) {
    const midnight = Math.floor((timeMs[row] as number) / dayMs) !== Math.floor((timeMs[row - 1] as number) / dayMs);
    // The midnight before the boundary: a day goes whole to the later fold.
    if (midnight && current < folds - 1) {
      const nextDayMs = (Math.floor((timeMs[row] as number) / dayMs) + 1) * dayMs;
      let end = row;
      while (end < rows && (timeMs[end] as number) < nextDayMs) end++;
      if (share((row + end) >> 1) > current) current++;
    }
    fold[row] = current;
  }
  return current === folds - 1 ? fold : fold.map((_, row) => share(row));
}

function byDay({ timeMs, label, rows }: FlightData, probability: Float64Array): Window[] {
  const windows: Window[] = [];
  for (let from = 0; from < rows; ) {
    const startMs = Math.floor((timeMs[from] as number) / dayMs) * dayMs;
    let to = from;
    while (to < rows && (timeMs[to] as number) < startMs + dayMs) to++;
    windows.push({ startMs, ...binaryMetrics(probability.subarray(from, to), label.subarray(from, to)) });
    from = to;
  }
  return windows;
}

/** Permutation importance (Breiman, 2001, doi:10.1023/A:1010933404324): what the log-loss grows by when a feature is shuffled. */
function importanceOf(input: {
  readonly data: FlightData;
  readonly terms: readonly Term[];
  readonly model: LogisticModel;
  readonly rows: Int32Array;
  readonly seed: number;
}): Record<string, number> {
  const { data, terms, model, rows, seed } = input;
  const label = Uint8Array.from(rows, (row) => data.label[row] as number);
  const lossOf = (shuffled?: Shuffled): number =>
    binaryMetrics(predictRows(data, terms, model, rows, shuffled), label).logLoss;
  const intact = lossOf();
  const features = ['origin', 'destination', 'distance', 'hour', 'weekday'] as const;
  const gains = features.map((feature, at) => {
    const random = createRandom(seed + at);
    const order = Int32Array.from(rows);
    for (let i = order.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [order[i], order[j]] = [order[j] as number, order[i] as number];
    }
    return Math.max(0, lossOf({ feature, order }) - intact);
  });
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  return Object.fromEntries(features.map((feature, at) => [feature, total === 0 ? 0 : (gains[at] as number) / total]));
}

interface Shuffled {
  readonly feature: 'origin' | 'destination' | 'distance' | 'hour' | 'weekday';
  readonly order: Int32Array;
}

function predictRows(
  data: FlightData,
  terms: readonly Term[],
  model: LogisticModel,
  rows: Int32Array,
  shuffled: Shuffled | undefined,
): Float64Array {
  return Float64Array.from(rows, (row, i) => {
    const own = levelsAt(data, row);
    const levels =
      shuffled === undefined
        ? own
        : { ...own, [shuffled.feature]: levelsAt(data, shuffled.order[i] as number)[shuffled.feature] };
    let logit = model.intercept;
    for (let t = 0; t < terms.length; t++) {
      logit += (model.weights[t] as Float64Array)[(terms[t] as Term).level(levels)] as number;
    }
    return 1 / (1 + Math.exp(-logit));
  });
}
