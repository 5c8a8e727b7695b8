import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../common/random.ts';
import type { FlightData } from '../../../examples/flights/training/dataset.ts';
import { evaluate } from '../../../examples/flights/training/evaluate.ts';
import { fitLogistic, predict } from '../../../examples/flights/training/fit.ts';
import { areaUnderRoc, binaryMetrics } from '../../../examples/flights/training/metrics.ts';
import { designOf, levelsAt, type Term, termsOf } from '../../../examples/flights/training/terms.ts';

const one = (name: string, levels: number, ridge: number): Term => ({
  name,
  levels,
  ridge,
  ridgeDays: 0,
  level: () => 0,
});
const allOf = (rows: number) => Int32Array.from({ length: rows }, (_, row) => row);
const logit = (p: number) => Math.log(p / (1 - p));

/** Flights whose lateness depends on the hour alone; the airports mean nothing. */
function flights(rows: number, days: number): FlightData {
  const random = createRandom(11);
  const numbers = (draw: (row: number) => number) => Float64Array.from({ length: rows }, (_, row) => draw(row));
  const hour = numbers(() => random.below(24));
  return {
    rows,
    timeMs: numbers((row) => (row * days * 86_400_000) / rows),
    origin: Int32Array.from({ length: rows }, () => 1 + random.below(3)),
    destination: Int32Array.from({ length: rows }, () => 1 + random.below(3)),
    airports: ['ATL', 'BOS', 'DFW'],
    distance: numbers(() => 100 + random.below(2000)),
    hour,
    weekday: numbers((row) => Math.floor((row * days) / rows) % 7),
    label: Uint8Array.from(hour, (value) => Number(random.next() < 0.1 + value / 40)),
    weight: new Float64Array(rows).fill(1),
    id: 'x',
  };
}

describe('fitLogistic', () => {
  it('gives each level its own log-odds where nothing holds it', () => {
    // 30 of 100 and 60 of 100.
    const label = Uint8Array.from({ length: 200 }, (_, row) => Number(row < 100 ? row < 30 : row < 160));
    const design = [Int32Array.from(label, (_, row) => (row < 100 ? 1 : 2))];
    const model = fitLogistic({
      terms: [one('t', 3, 1e-9)],
      design,
      label,
      weight: new Float64Array(200).fill(1),
      day: new Int32Array(200),
      rows: allOf(200),
      sweeps: 10,
    });
    const [, low, high] = model.weights[0] as Float64Array;
    expect(model.intercept + (low as number)).toBeCloseTo(logit(0.3), 6);
    expect(model.intercept + (high as number)).toBeCloseTo(logit(0.6), 6);
    expect((low as number) + (high as number)).toBeCloseTo(0, 9);
    expect(predict(model, design, Int32Array.of(0, 199))[1]).toBeCloseTo(0.6, 6);
  });

  it('counts a weight of 3 as three rows', () => {
    const label = Uint8Array.of(1, 0, 0, 1, 1, 1, 0);
    const level = Int32Array.of(1, 1, 2, 2, 2, 2, 1);
    const weighted = { label: label.slice(0, 4), design: [level.slice(0, 4)], weight: Float64Array.of(1, 2, 1, 3) };
    const repeated = { label, design: [level], weight: new Float64Array(7).fill(1) };
    const weightOfFirst = (input: typeof weighted): number => {
      const rows = allOf(input.label.length);
      const fitted = fitLogistic({
        ...input,
        terms: [one('t', 3, 1)],
        day: new Int32Array(rows.length),
        rows,
        sweeps: 5,
      });
      return fitted.weights[0]?.[1] as number;
    };
    expect(weightOfFirst(weighted)).toBeCloseTo(weightOfFirst(repeated), 9);
  });

  it('believes what it saw on many days more than what it saw on few', () => {
    // Two levels of 300 rows, 60 % positive, among 6000 with 20 %; level 1 on 30 days, level 2 on one.
    const rows = 6600;
    const level = Int32Array.from({ length: rows }, (_, row) => (row < 300 ? 1 : row < 600 ? 2 : 3));
    const model = fitLogistic({
      terms: [{ ...one('t', 4, 1), ridgeDays: 3 }],
      design: [level],
      label: Uint8Array.from(level, (value, row) => Number(row % 10 < (value === 3 ? 2 : 6))),
      weight: new Float64Array(rows).fill(1),
      day: Int32Array.from(level, (value, row) => (value === 2 ? 0 : row % 30)),
      rows: allOf(rows),
      sweeps: 20,
    });
    const [, many, few, rest] = model.weights[0] as Float64Array;
    expect((few as number) - (rest as number)).toBeLessThan(0.5 * ((many as number) - (rest as number)));
    expect(few).toBeGreaterThan(rest as number);
  });

  it('does not count on both outcomes being there', () => {
    const model = fitLogistic({
      terms: [one('t', 2, 1)],
      design: [new Int32Array(5).fill(1)],
      label: new Uint8Array(5),
      weight: new Float64Array(5).fill(1),
      day: new Int32Array(5),
      rows: allOf(5),
      sweeps: 4,
    });
    expect(Number.isFinite(model.intercept)).toBe(true);
  });
});

describe('levelsAt', () => {
  it('takes what is absent or outside for unknown', () => {
    const data = {
      ...flights(4, 1),
      hour: Float64Array.of(0, 23.5, 24, Number.NaN),
      distance: Float64Array.of(0, 150, 1e9, Number.NaN),
    };
    expect([0, 1, 2, 3].map((row) => levelsAt(data, row).hour)).toEqual([1, 24, 0, 0]);
    expect([0, 1, 2, 3].map((row) => levelsAt(data, row).distance)).toEqual([1, 2, 12, 0]);
  });
});

describe('binaryMetrics', () => {
  it('agrees with values worked out by hand', () => {
    const metrics = binaryMetrics(Float64Array.of(0.9, 0.2, 0.6, 0.6), Uint8Array.of(1, 0, 1, 0));
    expect(metrics.logLoss).toBeCloseTo(-(Math.log(0.9) + Math.log(0.8) + Math.log(0.6) + Math.log(0.4)) / 4, 12);
    expect(metrics.brier).toBeCloseTo((0.01 + 0.04 + 0.16 + 0.36) / 4, 12);
    // Pairs: 0.9 beats both; 0.6 beats 0.2 and ties with 0.6.
    expect(metrics.auc).toBeCloseTo(3.5 / 4, 12);
  });

  it('has no AUC where one outcome is absent, and 0.5 where every probability is the same', () => {
    expect(areaUnderRoc(Float64Array.of(0.1, 0.9), Uint8Array.of(1, 1))).toBeUndefined();
    expect(areaUnderRoc(new Float64Array(9).fill(0.3), Uint8Array.of(1, 0, 0, 1, 0, 0, 0, 1, 0))).toBe(0.5);
  });
});

describe('evaluate', () => {
  const run = (data: FlightData) => {
    const terms = termsOf(data.airports.length);
    const day = Int32Array.from(data.timeMs, (ms) => Math.floor(ms / 86_400_000));
    const fit = { terms, design: designOf(data, terms), label: data.label, weight: data.weight, day, sweeps: 4 };
    return evaluate(data, fit, 1);
  };

  it('judges every day by a model that did not see it, and finds what matters', () => {
    const data = flights(20_000, 20);
    const { days, importance, holdout, baselineLogLoss, trainRows } = run(data);
    expect(days).toHaveLength(20);
    expect(days.reduce((sum, { n }) => sum + n, 0)).toBe(20_000);
    expect(trainRows).toBe(16_000);
    expect(holdout.logLoss).toBeLessThan(baselineLogLoss - 0.02);
    expect(importance['hour']).toBeGreaterThan(0.9);
    expect(Object.values(importance).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('gives the same numbers again', () => {
    expect(run(flights(3000, 12))).toEqual(run(flights(3000, 12)));
  });

  it('cuts by rows where there are few days', () => {
    const { days, trainRows } = run(flights(1000, 2));
    expect(days).toHaveLength(2);
    expect(trainRows).toBe(800);
  });
});
