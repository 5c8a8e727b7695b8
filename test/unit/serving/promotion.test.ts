import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../common/random.ts';
import { decidePromotion, type PairedBlock, type PromotionInput } from '../../../serving/promotion.ts';

const day = 86_400_000;

function input(blocks: readonly PairedBlock[], over: Partial<PromotionInput> = {}): PromotionInput {
  return {
    blocks,
    champion: { version: 'a', logLoss: 0.5, brier: 0.16 },
    challenger: { version: 'b', logLoss: 0.49, brier: 0.15 },
    minLabels: 1000,
    confidence: 0.99,
    waitedMs: blocks.length * day,
    maxWaitMs: 21 * day,
    ...over,
  };
}

/** Days of `n` events whose differences have a mean of `mean` plus an effect of the day, which is autocorrelated by `follow`. */
function daysOf(
  seed: number,
  count: number,
  { mean = 0, daySd = 0.015, eventSd = 0.2, n = 5000, follow = 0 },
): PairedBlock[] {
  const random = createRandom(seed);
  let effect = 0;
  return Array.from({ length: count }, (_, at) => {
    effect = follow * effect + daySd * random.normal();
    return { startMs: at * day, n, sumDiff: n * (mean + effect) + Math.sqrt(n) * eventSd * random.normal() };
  });
}

/** The first decision of daily looks. */
function peek(blocks: readonly PairedBlock[]): string {
  for (let count = 1; count <= blocks.length; count++) {
    const { kind } = decidePromotion(input(blocks.slice(0, count), { waitedMs: 0 }));
    if (kind !== 'wait') return kind;
  }
  return 'wait';
}

describe('decidePromotion', () => {
  it('promotes a challenger that is better and says by how much', () => {
    const decision = decidePromotion(input(daysOf(1, 14, { mean: 0.03 })));
    expect(decision.kind).toBe('promote');
    expect(decision.evidence).toMatchObject({ n: 70_000, blocks: 14, confidence: 0.99 });
    expect(decision.evidence.interval?.[0]).toBeGreaterThan(0);
    expect(decision.reason).toMatch(
      /^b against a: better by 0\.0\d+ log-loss \(99 % interval 0\.\d+ to 0\.\d+\) on 70,000/,
    );
  });

  it('refuses a challenger that is worse', () => {
    const decision = decidePromotion(input(daysOf(1, 14, { mean: -0.03 })));
    expect(decision.kind).toBe('refuse');
    expect(decision.reason).toMatch(/: worse by 0\.0\d+ log-loss \(99 % interval 0\.\d+ to 0\.\d+\)/);
    expect(decision.evidence.meanDifference).toBeLessThan(0);
  });

  it('waits for labels, for a week and for certainty', () => {
    const few = decidePromotion(input(daysOf(1, 8, { mean: 0.1, n: 10 })));
    expect(few).toMatchObject({ kind: 'wait', reason: 'b against a: 80 of 1000 labelled events' });
    const short = decidePromotion(input(daysOf(1, 6, { mean: 0.1 })));
    expect(short).toMatchObject({ kind: 'wait', reason: 'b against a: 6 of 7 days' });
    expect(decidePromotion(input(daysOf(1, 8, {}))).reason).toContain('undecided');
  });

  it('refuses one that has not won in time', () => {
    const decision = decidePromotion(input(daysOf(3, 21, {})));
    expect(decision.kind).toBe('refuse');
    expect(decision.reason).toContain('no better after 21d');
    expect(decidePromotion(input([], { waitedMs: 21 * day }))).toMatchObject({
      kind: 'refuse',
      evidence: { n: 0, meanDifference: 0, interval: null },
    });
  });

  it('neither promotes nor refuses a copy of the champion before the time is over', () => {
    const blocks = Array.from({ length: 20 }, (_, at) => ({ startMs: at * day, n: 5000, sumDiff: 0 }));
    expect(decidePromotion(input(blocks)).kind).toBe('wait');
  });

  it('takes hours together to days', () => {
    const days = daysOf(1, 14, { mean: 0.03 });
    const hours = days.flatMap(({ startMs, n, sumDiff }) =>
      Array.from({ length: 24 }, (_, hour) => ({
        startMs: startMs + hour * 3_600_000,
        n: hour === 12 ? n : 0,
        sumDiff: hour === 12 ? sumDiff : 0,
      })),
    );
    expect(decidePromotion(input(hours, { waitedMs: 0 }))).toEqual(decidePromotion(input(days, { waitedMs: 0 })));
  });

  it('weighs days by their events', () => {
    const blocks = [...daysOf(1, 10, {}), { startMs: 10 * day, n: 1, sumDiff: -3 }];
    const total = blocks.reduce((sum, block) => sum + block.sumDiff, 0);
    expect(decidePromotion(input(blocks)).evidence.meanDifference).toBeCloseTo(total / 50_001, 12);
  });

  it('promotes an equal challenger in at most 1 % of trials that look every day for two months', () => {
    const kinds = Array.from({ length: 1500 }, (_, trial) => peek(daysOf(trial, 60, {})));
    expect(kinds.filter((kind) => kind === 'promote').length / 1500).toBeLessThan(0.01);
    expect(kinds.filter((kind) => kind === 'refuse').length / 1500).toBeLessThan(0.01);
  });

  it('promotes an equal challenger in about 1 % of trials where days follow each other as the flights do', () => {
    const kinds = Array.from({ length: 1500 }, (_, trial) => peek(daysOf(trial, 60, { follow: 0.3 })));
    expect(kinds.filter((kind) => kind === 'promote').length / 1500).toBeLessThan(0.015);
  });

  it('would promote every third equal challenger if events counted as independent', () => {
    const fooled = Array.from({ length: 300 }, (_, trial) => {
      const blocks = daysOf(trial, 21, {});
      let sum = 0;
      let n = 0;
      return blocks.some((block) => {
        sum += block.sumDiff;
        n += block.n;
        return sum / (0.2 * Math.sqrt(n)) > 2.33;
      });
    });
    expect(fooled.filter(Boolean).length / 300).toBeGreaterThan(0.33);
  });

  it('finds a gain of one and a half day deviations within three weeks nearly always', () => {
    const kinds = Array.from({ length: 300 }, (_, trial) => peek(daysOf(trial, 21, { mean: 0.0225 })));
    expect(kinds.filter((kind) => kind === 'promote').length / 300).toBeGreaterThan(0.9);
  });
});
