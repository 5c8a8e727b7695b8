import { everything } from '../../common/segment.ts';
import { formatNumber, formatShare } from '../cause/words.ts';
import { logGamma } from '../statistics/gamma.ts';
import { alphaOf, type Budget } from './judge-window.ts';
import type { Judgement, Measured } from './judgement.ts';

/** How good a model was on the labelled events of one window. */
export interface WindowPerformance {
  readonly n: number;
  /** Mean, in nats; 0 or not finite for a model that gives no probability. */
  readonly logLoss: number;
  /** Mean squared error. */
  readonly brier: number;
}

export interface PerformanceInput {
  readonly model: string;
  readonly version: string;
  readonly comparison: string;
  readonly window: { readonly startMs: number; readonly endMs: number };
  /** Windows of the hold-out: of the model's own time, but not of its training. */
  readonly reference: readonly WindowPerformance[];
  readonly current: WindowPerformance;
  /** `minEffect` is here the smallest relative growth of the loss. */
  readonly budget: Budget;
  readonly judgementsPerWeek: number;
}

/** What the hold-out predicts of one more window. */
export interface PredictedLoss {
  readonly mean: number;
  readonly spread: number;
  readonly degrees: number;
}

const minWindows = 4;
const minLabels = 100;

/**
 * Is the model worse than on its hold-out? The window's loss (log loss, or the squared error where there is none) against what
 * the hold-out's windows predict of one more window: their mean and spread with Student's t on k - 1 degrees of freedom, the
 * spread taken larger where the window has fewer labels than they. Only worse alarms.
 */
export function judgePerformance(input: PerformanceInput): Judgement {
  const { current, budget } = input;
  const { usable, binary, lossOf } = comparable(input);
  const value = lossOf(current);
  const statistics: Record<string, Measured> = {};
  for (const [name, measured] of [
    ['log_loss', current.logLoss],
    ['brier', current.brier],
  ] as const)
    if (Number.isFinite(measured)) statistics[name] = { value: measured };
  const base = {
    windowStart: input.window.startMs,
    windowEnd: input.window.endMs,
    comparison: input.comparison,
    segment: everything,
    feature: `@performance:${input.model}`,
    referenceId: `${input.model}:${input.version}`,
    nReference: usable.reduce((sum, { n }) => sum + n, 0),
    nCurrent: current.n,
    statistic: binary ? 'log_loss' : 'brier',
    value: Number.isFinite(value) ? value : 0,
  };
  const name = `${input.model} ${input.version}`;
  const refused = refusal(usable.length, current.n, value);
  if (refused !== undefined) {
    const detail = { kind: 'performance', effect: 0, statistics, carriers: [], story: null } as const;
    const why = `${name} is not judged: ${refused}`;
    return { ...base, critical: Number.POSITIVE_INFINITY, pValue: 1, alarm: false, why, detail };
  }
  const { mean, spread, degrees } = predict(usable, lossOf, current.n);
  const critical = mean + studentQuantile(alphaOf(budget, input.judgementsPerWeek), degrees) * spread;
  const pValue = studentTail((value - mean) / spread, degrees);
  const growth = mean > 0 ? value / mean - 1 : 0;
  const alarm = value > critical && growth >= budget.minEffect;
  statistics[base.statistic] = { value, critical, pValue };
  statistics['growth'] = { value: growth };
  const numbers = `${binary ? 'log loss' : 'squared error'} ${formatNumber(value)}, limit ${formatNumber(critical)}, hold-out ${formatNumber(mean)}`;
  return {
    ...base,
    critical,
    pValue,
    alarm,
    why: alarm
      ? `${name} is worse than on its hold-out by ${formatShare(growth)}: ${numbers}`
      : `${name} is as good as its hold-out lets expect: ${numbers}`,
    detail: {
      kind: 'performance',
      effect: Math.min(1, Math.max(0, growth)),
      statistics,
      carriers: [],
      story: null,
    },
  };
}

/** The windows of the hold-out with enough labels, and the loss that all of them have. */
function comparable({ reference, current }: Pick<PerformanceInput, 'reference' | 'current'>) {
  const usable = reference.filter(({ n }) => n >= minLabels);
  const binary = [current, ...usable].every(({ logLoss }) => Number.isFinite(logLoss) && logLoss > 0);
  const lossOf = (one: WindowPerformance): number => (binary ? one.logLoss : one.brier);
  return { usable, binary, lossOf };
}

/** What {@link judgePerformance} compares with, and from how many windows; undefined where it cannot be judged. */
export function predictedLoss(
  input: Pick<PerformanceInput, 'reference' | 'current'>,
): (PredictedLoss & { readonly windows: number }) | undefined {
  const { usable, lossOf } = comparable(input);
  if (refusal(usable.length, input.current.n, lossOf(input.current)) !== undefined) return undefined;
  return { ...predict(usable, lossOf, input.current.n), windows: usable.length };
}

function refusal(windows: number, labels: number, value: number): string | undefined {
  if (windows < minWindows)
    return `not enough reference: ${windows} windows of its hold-out with ${minLabels} labels; ${minWindows} are needed`;
  if (labels < minLabels) return `only ${labels} labelled events in the window; ${minLabels} are needed`;
  return Number.isFinite(value) ? undefined : 'its loss is not a finite number';
}

function predict(
  windows: readonly WindowPerformance[],
  lossOf: (one: WindowPerformance) => number,
  n: number,
): PredictedLoss {
  const losses = windows.map(lossOf);
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  const degrees = losses.length - 1;
  const variance = losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / degrees;
  const labels = windows.reduce((sum, one) => sum + one.n, 0) / windows.length;
  const scaled = variance * (Math.max(1, labels / n) + 1 / losses.length);
  // Hold-out windows that agree to the last digit are no proof that the next one will.
  return { mean, spread: Math.max(Math.sqrt(scaled), 1e-3 * Math.abs(mean), 1e-12), degrees };
}

/** P(T > t) for whole `degrees` >= 1: with t = √degrees / tan φ it is ∫ sin^(degrees-1) over [0, φ], by Simpson's rule. */
export function studentTail(t: number, degrees: number): number {
  if (t < 0) return 1 - studentTail(-t, degrees);
  const end = Math.atan2(Math.sqrt(degrees), t);
  const steps = 200;
  let sum = 0;
  for (let step = 0; step <= steps; step++) {
    const weight = step === 0 || step === steps ? 1 : step % 2 === 1 ? 4 : 2;
    sum += weight * Math.sin((end * step) / steps) ** (degrees - 1);
  }
  const scale = Math.exp(logGamma((degrees + 1) / 2) - logGamma(degrees / 2)) / Math.sqrt(Math.PI);
  return (scale * sum * end) / steps / 3;
}

/** The t >= 0 that is exceeded with `probability` in (0, 0.5], by bisection of {@link studentTail}. */
export function studentQuantile(probability: number, degrees: number): number {
  let low = 0;
  let high = 1;
  while (studentTail(high, degrees) > probability && high < 1e12) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (studentTail(middle, degrees) > probability) low = middle;
    else high = middle;
  }
  return high;
}
