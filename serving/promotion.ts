import { formatDuration } from '../common/duration.ts';
import { anytimeInterval, serialInflation } from './anytime-t.ts';

/**
 * Whether a challenger takes the champion's place. Compared are the losses of both on the same labelled events, summed up
 * to blocks of a day: events of one day share their weather, so days are what counts, not events, and the interval is wider
 * where a day resembles the day before (`docs/decisions/0301-promotion-by-days.md`). It may be asked after every window: the interval is anytime-valid.
 */

/** Sums over the labelled events of one window, of a day or shorter, that both versions scored. */
export interface PairedBlock {
  /** First moment of the window, ms since 1970. */
  readonly startMs: number;
  readonly n: number;
  /** Sum of loss of the champion minus loss of the challenger; positive where the challenger is better. */
  readonly sumDiff: number;
}

/** Mean losses over all the events compared. */
export interface Contender {
  readonly version: string;
  readonly logLoss: number;
  readonly brier: number;
}

export interface PromotionInput {
  readonly blocks: readonly PairedBlock[];
  readonly champion: Contender;
  readonly challenger: Contender;
  /** Labelled events before any decision. */
  readonly minLabels: number;
  /**
   * In (0, 1): a challenger that is no better is promoted with probability at most 1 minus this, however often asked; exact
   * where the differences of days are about normal. `docs/decisions/0301-promotion-by-days.md` has the measured rates.
   */
  readonly confidence: number;
  /** Since the challenger began to score. */
  readonly waitedMs: number;
  readonly maxWaitMs: number;
}

export interface PromotionEvidence {
  readonly n: number;
  /** Days with labelled events. */
  readonly blocks: number;
  /** Mean loss of the champion minus that of the challenger, per event. */
  readonly meanDifference: number;
  /** Of the mean difference; null while there are too few blocks for any. */
  readonly interval: readonly [number, number] | null;
  readonly confidence: number;
  readonly champion: Contender;
  readonly challenger: Contender;
}

export interface PromotionDecision {
  readonly kind: 'promote' | 'refuse' | 'wait';
  readonly evidence: PromotionEvidence;
  /** A sentence for people. */
  readonly reason: string;
}

/** Days before any decision: a week, so that every day of the week has been seen. */
export const minBlocks = 7;

export function decidePromotion(input: PromotionInput): PromotionDecision {
  const { confidence, champion, challenger } = input;
  const blocks = byDay(input.blocks);
  const n = blocks.reduce((sum, block) => sum + block.n, 0);
  // A day counts by its events: its sum over the mean size of a day. The mean of that is the difference per event.
  const perBlock = n / Math.max(1, blocks.length);
  const perDay = blocks.map(({ sumDiff }) => sumDiff / perBlock);
  const { mean, upper: edge } = anytimeInterval(perDay, confidence);
  const halfWidth = (edge - mean) * serialInflation(perDay);
  const lower = mean - halfWidth;
  const upper = mean + halfWidth;
  const evidence: PromotionEvidence = {
    n,
    blocks: blocks.length,
    meanDifference: mean,
    interval: Number.isFinite(halfWidth) ? [lower, upper] : null,
    confidence,
    champion,
    challenger,
  };
  const decide = (kind: PromotionDecision['kind'], why: string): PromotionDecision => ({
    kind,
    evidence,
    reason: `${challenger.version} against ${champion.version}: ${why}`,
  });
  const enough = n >= input.minLabels && blocks.length >= minBlocks;
  if (enough && lower > 0) return decide('promote', `better by ${summary(evidence)}`);
  if (enough && upper < 0) return decide('refuse', `worse by ${summary(turned(evidence))}`);
  if (input.waitedMs >= input.maxWaitMs) {
    return decide('refuse', `no better after ${formatDuration(input.waitedMs)}, difference ${summary(evidence)}`);
  }
  if (n < input.minLabels) return decide('wait', `${n} of ${input.minLabels} labelled events`);
  if (blocks.length < minBlocks) return decide('wait', `${blocks.length} of ${minBlocks} days`);
  return decide('wait', `undecided, difference ${summary(evidence)}`);
}

const dayMs = 86_400_000;

/** Sums by day (UTC), in order; days without events are left out. */
function byDay(blocks: readonly PairedBlock[]): PairedBlock[] {
  const days = new Map<number, PairedBlock>();
  for (const { startMs, n, sumDiff } of blocks) {
    const day = Math.floor(startMs / dayMs) * dayMs;
    const sum = days.get(day);
    if (n > 0) days.set(day, { startMs: day, n: n + (sum?.n ?? 0), sumDiff: sumDiff + (sum?.sumDiff ?? 0) });
  }
  return [...days.values()].sort((a, b) => a.startMs - b.startMs);
}

/** Of a challenger that is worse, so that `worse by` is followed by what it is worse by. */
function turned(evidence: PromotionEvidence): PromotionEvidence {
  const { meanDifference, interval } = evidence;
  return {
    ...evidence,
    meanDifference: -meanDifference,
    interval: interval === null ? null : [-interval[1], -interval[0]],
  };
}

/** `0.0091 log-loss (99 % interval 0.0007 to 0.0175) on 187,000 events of 11 days, 0.3853 to 0.3757`. */
function summary({ n, blocks, meanDifference, interval, confidence, champion, challenger }: PromotionEvidence): string {
  const number = (value: number) => value.toFixed(4);
  const range =
    interval === null
      ? 'no interval yet'
      : `${Number((confidence * 100).toFixed(3))} % interval ${number(interval[0])} to ${number(interval[1])}`;
  const losses = `${number(champion.logLoss)} to ${number(challenger.logLoss)}`;
  return `${number(meanDifference)} log-loss (${range}) on ${n.toLocaleString('en')} events of ${blocks} days, ${losses}`;
}
