import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../common/random.ts';
import { judgePerformance, studentQuantile, studentTail } from '../../../../drift/judge/judge-performance.ts';

const random = createRandom(8);
const windows = (count: number, loss: number) =>
  Array.from({ length: count }, () => ({ n: 5000, logLoss: loss * (1 + 0.02 * random.normal()), brier: 0.1 }));
const judge = (current: { n: number; logLoss: number; brier: number }, reference = windows(9, 0.5)) =>
  judgePerformance({
    model: 'late',
    version: '3',
    comparison: 'labels:1d',
    window: { startMs: 0, endMs: 86_400_000 },
    reference,
    current,
    budget: { falseAlarmsPerWeek: 1, minEffect: 0.05 },
    judgementsPerWeek: 7,
  });

describe('judgePerformance', () => {
  it('alarms where the loss grew beyond what the hold-out predicts and what is worth it', () => {
    const worse = judge({ n: 5000, logLoss: 0.6, brier: 0.12 });
    expect(worse).toMatchObject({ alarm: true, statistic: 'log_loss', feature: '@performance:late', value: 0.6 });
    expect(worse.why).toContain('late 3 is worse than on its hold-out by 19 %');
    expect(worse.detail).toMatchObject({ kind: 'performance' });
    expect(judge({ n: 5000, logLoss: 0.51, brier: 0.1 }).alarm).toBe(false);
    expect(judge({ n: 5000, logLoss: 0.3, brier: 0.05 }).alarm).toBe(false);
  });

  it('asks for more where the window has few labels', () => {
    const current = { logLoss: 0.53, brier: 0.1 };
    expect(judge({ n: 200, ...current }).critical).toBeGreaterThan(judge({ n: 5000, ...current }).critical);
  });

  it('uses the squared error of a model without probabilities', () => {
    const reference = [1, 1.1, 0.9, 1, 1.05].map((brier) => ({ n: 500, logLoss: 0, brier }));
    expect(judge({ n: 500, logLoss: 0, brier: 3 }, reference)).toMatchObject({ alarm: true, statistic: 'brier' });
  });

  it('says what is missing', () => {
    expect(judge({ n: 5000, logLoss: 0.6, brier: 0.1 }, windows(2, 0.5))).toMatchObject({ alarm: false });
    expect(judge({ n: 20, logLoss: 0.6, brier: 0.1 }).why).toContain('only 20 labelled events');
    const broken = judge({ n: 500, logLoss: Number.NaN, brier: Number.NaN });
    expect(broken).toMatchObject({ alarm: false, value: 0 });
    expect(JSON.stringify(broken.detail)).not.toContain('null,');
  });
});

describe('student', () => {
  it('has the textbook quantiles and its inverse', () => {
    // qt(0.975, 8) = 2.306004, qt(0.999, 3) = 10.21453, qt(0.95, 30) = 1.697261 (R 4.3).
    expect(studentQuantile(0.025, 8) / 2.306004).toBeCloseTo(1, 6);
    expect(Math.abs(studentQuantile(0.001, 3) / 10.21453 - 1)).toBeLessThan(1e-6);
    expect(studentQuantile(0.05, 30) / 1.697261).toBeCloseTo(1, 6);
    expect(studentTail(studentQuantile(0.003, 6), 6)).toBeCloseTo(0.003, 6);
  });
});
