import { describe, expect, it } from 'vitest';
import { everything } from '../../../../common/segment.ts';
import { formatNumber } from '../../../../drift/cause/words.ts';
import { explainFeature } from '../../../../drift/judge/explain.ts';
import { performanceWorkings, workingsOf } from '../../../../drift/judge/explain-text.ts';
import type { Test } from '../../../../drift/judge/feature-tests.ts';
import { judgePerformance, type PerformanceInput } from '../../../../drift/judge/judge-performance.ts';
import { judgeWindow, type WindowInput } from '../../../../drift/judge/judge-window.ts';
import { dayMs, profilesOf, shopDays, shopReference, startMs } from './stream.ts';

const reference = shopReference();

function inputOf(change: Partial<WindowInput> = {}): WindowInput {
  const { frame } = shopDays(1, 11, (row) => {
    if (row.price !== null) row.price *= 1.25;
    if (row.city === 'Hof' && row.price !== null && row.price > 200) row.city = 'Rom';
  });
  return {
    reference,
    against: { kind: 'training' },
    comparison: 'training:1d',
    window: { startMs: startMs + 28 * dayMs, endMs: startMs + 29 * dayMs },
    profile: profilesOf(reference, frame),
    features: ['price', 'city'],
    segments: [everything, ...reference.segments],
    budget: { falseAlarmsPerWeek: 1, minEffect: 0.05 },
    judgementsPerWeek: 56,
    ...change,
  };
}

const told = (input: WindowInput, segment: string, feature: string) => {
  const found = explainFeature(input, segment, feature);
  if (found === undefined) throw new Error('there is nothing to explain');
  return found;
};

describe('explainFeature', () => {
  const before = profilesOf(reference, shopDays(1, 12).frame);
  it.each([
    ['training', inputOf()],
    ['previous', inputOf({ against: { kind: 'previous', profile: before }, comparison: 'previous:1d' })],
    ['a rare level', inputOf({ judgementsPerWeek: 1_000_000 })],
  ] as const)('gives the judgement itself, and workings that lead to its numbers: %s', (_, input) => {
    const judged = judgeWindow(input);
    let explained = 0;
    for (const judgement of judged) {
      const { explanation } = told(input, judgement.segment, judgement.feature);
      const { story: _story, ...detail } = judgement.detail;
      expect(explanation.judgement).toMatchObject({ value: judgement.value, critical: judgement.critical, detail });
      const { level, tests } = explanation;
      expect(level.ofTest * level.tests).toBeCloseTo(level.ofJudgement, 15);
      expect(level.ofJudgement).toBeCloseTo(level.falseAlarmsPerWeek / level.judgementsPerWeek, 15);
      for (const test of tests) {
        checkWorkings(test, level.ofTest);
        explained++;
      }
    }
    expect(explained).toBeGreaterThan(20);
  });

  it('has the counts of both sides', () => {
    const { explanation, compared } = told(inputOf(), everything, 'city');
    const { reference: side, current } = explanation.sides;
    for (const counts of [side, current])
      expect(counts.values + counts.missing + counts.invalid + counts.unseen).toBe(counts.n);
    expect(side.n).toBe(28_000);
    expect(current.unseen).toBeGreaterThan(0);
    expect(explanation.bins).toBe(compared.binning.kind === 'categorical' ? compared.binning.values.length : 0);
  });

  it('has nothing to say where there is nothing to compare', () => {
    expect(explainFeature(inputOf(), everything, 'colour')).toBeUndefined();
    expect(explainFeature(inputOf({ profile: () => undefined }), everything, 'price')).toBeUndefined();
  });

  it('says which test could not be made', () => {
    const few = profilesOf(reference, shopDays(1, 13).frame);
    const input = inputOf({
      profile: (segment, feature) => {
        const profile = few(segment, feature);
        return profile && { ...profile, bins: profile.bins.map((count) => Math.floor(count / 100)) };
      },
    });
    const { explanation } = told(input, everything, 'price');
    expect(explanation.refusals.map(({ statistic }) => statistic)).toEqual(['js_distance']);
    expect(explanation.level.tests).toBe(3);
    expect(workingsOf(explanation).at(-1)?.lines[0]).toMatch(/^not judged: only \d+ usable values/);
  });
});

/** The formulas of docs/methods/calibration.md, from the workings alone. */
function checkWorkings({ value, critical, pValue, effect, workings }: Test, alpha: number): void {
  if (workings.kind === 'mass') {
    const { before, z, limit, spread, nReference, nCurrent, inflation, largest } = workings;
    const phi = (share: number) => 2 * Math.asin(Math.sqrt(share));
    expect(z).toBeCloseTo((phi(value) - phi(before)) / Math.sqrt(1 / nReference + 1 / nCurrent) / spread, 9);
    expect(spread).toBeCloseTo(Math.max(Math.sqrt(inflation), (1.1 * largest) / limit, 1), 12);
    return;
  }
  const { bits, expected, degrees, habit, ratio, chance, tail, nReference, nCurrent, pHabit, pChance } = workings;
  expect(value).toBeCloseTo(Math.sqrt(bits), 12);
  expect(expected).toBeCloseTo((degrees / (8 * Math.LN2)) * (1 / nReference + 1 / nCurrent), 12);
  expect(critical).toBeCloseTo(Math.sqrt(Math.max((expected + habit) * ratio, expected * chance)), 12);
  expect(effect).toBeCloseTo(Math.sqrt(Math.max(0, bits - expected)), 12);
  expect(pValue).toBe(Math.max(pHabit, pChance));
  if (alpha < tail.share)
    expect(ratio).toBeCloseTo(
      tail.threshold + (tail.scale / tail.shape) * ((tail.share / alpha) ** tail.shape - 1),
      10,
    );
}

describe('workingsOf', () => {
  it('fills the numbers into the formulas, the test that decided first', () => {
    const { explanation } = told(inputOf(), everything, 'price');
    const [budget, first, ...rest] = workingsOf(explanation);
    expect(budget?.lines[0]).toBe('α = false alarms a week / judgements a week / tests = 1 / 56 / 3 = 0.005952');
    expect(first?.title).toBe('Jensen-Shannon distance, which decided');
    expect(rest.map(({ title }) => title)).toEqual(['share of missing', 'share of invalid']);
    const { value, critical } = explanation.judgement;
    expect(first?.lines[0]).toMatch(new RegExp(`= √[\\d.]+ = ${formatNumber(value)}, over \\d+ cells of \\d+ bins$`));
    expect(first?.lines.join('\n')).toMatch(new RegExp(`limit .* = ${formatNumber(critical)}\n`));
    expect(first?.lines.find((line) => line.startsWith('habit'))).toContain('Mondays');
  });

  it('says by which quantile or tail the null is left', () => {
    const lineOf = (judgementsPerWeek: number) =>
      workingsOf(told(inputOf({ judgementsPerWeek }), everything, 'price').explanation)
        .flatMap(({ lines }) => lines)
        .find((line) => line.trim().startsWith('q ='));
    expect(lineOf(56)).toContain('((');
    expect(lineOf(1)).toContain('α');
  });
});

describe('performanceWorkings', () => {
  const holdout = Array.from({ length: 8 }, (_, at) => ({ n: 1000, logLoss: 0.5 + 0.01 * (at % 3), brier: 0.2 }));
  const input: PerformanceInput = {
    model: 'late',
    version: '1',
    comparison: 'labels:1d',
    window: { startMs, endMs: startMs + dayMs },
    reference: holdout,
    current: { n: 900, logLoss: 0.7, brier: 0.3 },
    budget: { falseAlarmsPerWeek: 1, minEffect: 0.05 },
    judgementsPerWeek: 700,
  };

  it("has the hold-out's mean and spread, and Student's limit", () => {
    const judgement = judgePerformance(input);
    const [budget, loss] = performanceWorkings(input, judgement);
    expect(budget?.lines[0]).toBe('α = false alarms a week / judgements a week / tests = 1 / 700 / 1 = 0.001429');
    expect(loss?.lines[1]).toMatch(/^hold-out {2}mean 0\.50875, |^hold-out {2}mean 0\.5088, /);
    expect(loss?.lines[3]).toMatch(new RegExp(`= ${formatNumber(judgement.critical)}: exceeded with probability α$`));
  });

  it('shows the quotient and then what it is kept within', () => {
    const alone = { ...input, judgementsPerWeek: 7 };
    const [budget] = performanceWorkings(alone, judgePerformance(alone));
    expect(budget?.lines.slice(0, 2)).toEqual([
      'α = false alarms a week / judgements a week / tests = 1 / 7 / 1 = 0.1429',
      "a judgement's share is kept within 1e-12 and 0.05: α = 0.05 / 1 = 0.05",
    ]);
  });

  it('says why there is none', () => {
    const few = { ...input, current: { ...input.current, n: 10 } };
    const [, loss] = performanceWorkings(few, judgePerformance(few));
    expect(loss?.lines[0]).toContain('only 10 labelled events');
  });
});
