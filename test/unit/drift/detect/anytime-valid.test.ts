import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../common/random.ts';
import { createConformal } from '../../../../drift/detect/conformal.ts';
import { eBenjaminiHochberg, eValueOf, meanEValue, powerEValueOf } from '../../../../drift/detect/e-values.ts';
import { normalScore } from '../../../../drift/detect/normal-score.ts';
import { advanceEvidence } from '../../../../drift/detect/shiryaev-roberts.ts';
import { normalQuantile } from '../../../../drift/judge/normal.ts';

describe('e-values of p-values', () => {
  it('are the average of the power calibrators, and have a mean of 1', () => {
    const steps = 20_000;
    for (const p of [0.001, 0.05, 0.5, 0.9999]) {
      let average = 0;
      for (let at = 0; at < steps; at++) average += powerEValueOf(p, (at + 0.5) / steps) / steps;
      expect(eValueOf(p) / average).toBeCloseTo(1, 4);
    }
    // The integral over p of the calibrator from q on is 1 - q-dependent; over (1e-12, 1) it misses 1 / ln(1e12) of it.
    let mean = 0;
    for (let at = 0; at < 200_000; at++) {
      const from = Math.exp(Math.log(1e-12) * (1 - at / 200_000));
      const to = Math.exp(Math.log(1e-12) * (1 - (at + 1) / 200_000));
      mean += eValueOf((from + to) / 2) * (to - from);
    }
    expect(mean).toBeGreaterThan(0.96 - 1 / Math.log(1e12));
    expect(mean).toBeLessThan(1);
    expect([eValueOf(0), eValueOf(1)]).toEqual([Number.POSITIVE_INFINITY, 0.5]);
    expect(meanEValue([])).toBe(1);
    expect(meanEValue([0, 4])).toBe(2);
  });

  it('are discoveries by e-BH: the largest k that reach count / (alpha k)', () => {
    // 10 hypotheses at 0.1: one has to reach 100, two 50 each, three 33.4 each.
    const values = [40, 1, 35, 0, 34, 1, 1, 0, 2, 0];
    expect(eBenjaminiHochberg(values, 0.1)).toEqual([0, 2, 4]);
    expect(eBenjaminiHochberg([40, 1, 30, 0, 34, 1, 1, 0, 2, 0], 0.1)).toEqual([]);
    expect(eBenjaminiHochberg([100], 0.1, 10)).toEqual([0]);
    expect(eBenjaminiHochberg([99], 0.1, 10)).toEqual([]);
    expect(eBenjaminiHochberg([], 0.1)).toEqual([]);
  });

  it('never alarm more often by e-BH than the budget, however dependent', () => {
    // All ten equal: a p-value each that is one and the same uniform draw.
    const random = createRandom(1);
    let false_ = 0;
    const runs = 20_000;
    for (let run = 0; run < runs; run++) {
      const e = eValueOf(1 - random.next());
      if (eBenjaminiHochberg(new Array<number>(10).fill(e), 0.1).length > 0) false_++;
    }
    expect(false_ / runs).toBeLessThan(0.1);
  });
});

describe('Shiryaev–Roberts evidence', () => {
  it('takes at least c steps on average to reach c where every bet is fair', () => {
    const random = createRandom(2);
    const critical = 200;
    const shifts = [-0.5, 0.5, 1];
    let steps = 0;
    const runs = 400;
    for (let run = 0; run < runs; run++) {
      const sums = [0, 0, 0];
      let evidence = 0;
      while (evidence < critical) {
        const z = random.normal();
        evidence = advanceEvidence(
          sums,
          shifts.map((shift) => Math.exp(shift * z - (shift * shift) / 2)),
          0.01,
        );
        steps++;
      }
    }
    // The standard error of the mean is about 1/20 of it.
    expect(steps / runs).toBeGreaterThan(0.9 * critical);
  });

  it('stays finite', () => {
    const sums = [0];
    for (let at = 0; at < 100; at++) advanceEvidence(sums, [1e200]);
    expect(Number.isFinite(sums[0])).toBe(true);
  });
});

describe('the conformal detector', () => {
  const random = createRandom(5);
  const reference = Float64Array.from({ length: 2000 }, () => random.normal());
  const alarmsOf = (values: readonly number[], bets: 'tilts' | 'jumper' = 'tilts', of = (value: number) => value) => {
    const detector = createConformal({ reference: reference.map(of), valuesPerFalseAlarm: 2000, seed: 3, bets });
    return values.flatMap((value, at) => (detector.update(of(value)) ? [at] : []));
  };

  it('has no more false alarms than asked for', () => {
    const quiet = Array.from({ length: 60_000 }, () => random.normal());
    // 30 are allowed on average; two standard deviations more may be seen of the jumper, whose small bets use all of it.
    expect(alarmsOf(quiet).length).toBeLessThanOrEqual(30);
    expect(alarmsOf(quiet, 'jumper').length).toBeLessThanOrEqual(41);
  });

  it('finds level and spread, soon', () => {
    const level = Array.from({ length: 600 }, (_, at) => random.normal() + (at < 300 ? 0 : 1));
    const spread = Array.from({ length: 600 }, (_, at) => random.normal() * (at < 300 ? 1 : 2));
    for (const stream of [level, spread]) {
      const [first] = alarmsOf(stream);
      expect(first).toBeGreaterThanOrEqual(300);
      expect(first).toBeLessThan(380);
    }
    expect(alarmsOf(level, 'jumper')[0]).toBeGreaterThanOrEqual(300);
  });

  it('knows ranks alone: another unit changes nothing', () => {
    const stream = Array.from({ length: 800 }, (_, at) => random.normal() + (at < 300 ? 0 : 0.7));
    expect(alarmsOf(stream, 'tilts', (value) => Math.exp(3 * value))).toEqual(alarmsOf(stream));
    expect(alarmsOf(stream).length).toBeGreaterThan(0);
  });
});

describe('normalScore', () => {
  it('is the normal quantile', () => {
    for (const p of [1e-9, 1e-4, 0.02, 0.3, 0.5, 0.9, 0.999])
      expect(Math.abs(normalScore(p) + normalQuantile(p))).toBeLessThan(1e-7);
  });
});
