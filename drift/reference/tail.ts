/**
 * How far a distribution of scaled distances reaches, kept small: quantiles of its body and, above a threshold, the values
 * themselves, to which a generalised Pareto tail is fitted where the question is rarer than what was seen.
 */
export interface Tail {
  /** Values the tail was made from. */
  readonly count: number;
  /** Windows behind them: values of one window in many segments move together and are no independent evidence. */
  readonly windows: number;
  /** Ascending, at equal steps of probability from 0 to 1. */
  readonly body: readonly number[];
  /** Fitted excess over `threshold`: share of values above it, shape and scale of the generalised Pareto. */
  readonly threshold: number;
  readonly share: number;
  readonly shape: number;
  readonly scale: number;
}

const bodySteps = 20;
const minValues = 4;

/**
 * A tail from values >= 0 with the window each belongs to. Undefined below four values.
 *
 * The fit is by probability-weighted moments (Hosking and Wallis 1987, doi:10.1080/00401706.1987.10488243), the shape
 * kept within [0, 0.5]. Then `1/k` is added to it, k being the number of windows among the excesses: for an exponential
 * tail whose scale is estimated from k excesses this is the exact predictive distribution, so few windows make a wide tail.
 */
export function fitTail(values: readonly number[], windowOf: readonly number[]): Tail | undefined {
  if (values.length < minValues) return undefined;
  const order = values.map((_, at) => at).sort((a, b) => (values[a] as number) - (values[b] as number));
  const sorted = order.map((at) => values[at] as number);
  const count = sorted.length;
  const body = Array.from({ length: bodySteps + 1 }, (_, step) => quantileOf(sorted, step / bodySteps));
  const excesses = Math.min(200, Math.max(Math.ceil(count / 10), Math.min(10, Math.ceil(count / 3))));
  const threshold = sorted[Math.max(0, count - excesses - 1)] as number;
  const above = sorted.slice(count - excesses).map((value) => value - threshold);
  const windows = new Set(order.slice(count - excesses).map((at) => windowOf[at])).size;
  const { shape, scale } = fitGeneralisedPareto(above);
  return {
    count,
    windows: new Set(windowOf).size,
    body,
    threshold,
    share: excesses / count,
    shape: shape + 1 / Math.max(1, windows),
    scale,
  };
}

/** The value that is exceeded with probability `alpha`; alpha in (0, 1). */
export function tailQuantile(tail: Tail, alpha: number): number {
  if (alpha >= tail.share) return interpolate(tail.body, 1 - alpha);
  return tail.threshold + (tail.scale / tail.shape) * ((tail.share / alpha) ** tail.shape - 1);
}

/** The probability of exceeding `value`, in [0, 1]. */
export function tailProbability(tail: Tail, value: number): number {
  if (value > tail.threshold && tail.scale > 0)
    return tail.share * (1 + (tail.shape * (value - tail.threshold)) / tail.scale) ** (-1 / tail.shape);
  if (value > tail.threshold) return tail.share / (tail.count + 1);
  const at = tail.body.findIndex((quantile) => quantile >= value);
  if (at <= 0) return 1;
  const low = tail.body[at - 1] as number;
  const high = tail.body[at] as number;
  const within = high > low ? (value - low) / (high - low) : 1;
  return Math.max(tail.share, 1 - (at - 1 + within) / bodySteps);
}

/** `excesses` ascending and >= 0. Method of probability-weighted moments, shape within [0, 0.5]. */
function fitGeneralisedPareto(excesses: readonly number[]): { shape: number; scale: number } {
  const k = excesses.length;
  const mean = excesses.reduce((sum, value) => sum + value, 0) / k;
  const weighted = excesses.reduce((sum, value, at) => sum + value * (1 - (at + 0.65) / k), 0) / k;
  const denominator = mean - 2 * weighted;
  const raw = denominator > 0 ? 2 - mean / denominator : 0.5;
  const shape = Math.min(0.5, Math.max(0, raw));
  // With the shape clipped, the scale follows from the mean alone: mean = scale / (1 - shape).
  return { shape, scale: mean * (1 - shape) };
}

function quantileOf(sorted: readonly number[], probability: number): number {
  return interpolate(sorted, probability);
}

function interpolate(sorted: readonly number[], probability: number): number {
  const at = probability * (sorted.length - 1);
  const low = sorted[Math.floor(at)] as number;
  const high = sorted[Math.ceil(at)] as number;
  return low + (high - low) * (at - Math.floor(at));
}
