import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../common/random.ts';
import { chiSquareRatio, chiSquareRatioTail, normalQuantile } from '../../../../drift/judge/normal.ts';
import { numericBinning } from '../../../../drift/profile/binning.ts';
import { cellsFor, intoCells } from '../../../../drift/reference/cells.ts';
import { divergence, shareDistance } from '../../../../drift/reference/divergence.ts';
import { shareZ } from '../../../../drift/reference/scaling.ts';
import { seasonCount, seasonOf } from '../../../../drift/reference/season.ts';
import { fitTail, tailProbability, tailQuantile } from '../../../../drift/reference/tail.ts';

describe('divergence', () => {
  it('expects of two samples from one distribution what they have on average', () => {
    const random = createRandom(11);
    const draw = (n: number, bins: number): Float64Array => {
      const counts = new Float64Array(bins);
      for (let at = 0; at < n; at++) {
        // Squaring makes the shares unequal.
        const bin = Math.floor(random.next() ** 2 * bins);
        counts[bin] = (counts[bin] as number) + 1;
      }
      return counts;
    };
    for (const [n, bins, tolerance] of [
      [2000, 20, 0.05],
      [300, 20, 0.08],
      [200, 100, 0.08],
      [60, 200, 0.1],
    ] as const) {
      let measured = 0;
      let expected = 0;
      for (let run = 0; run < 200; run++) {
        const result = divergence(draw(20_000, bins), draw(n, bins));
        measured += result.bits;
        expected += result.expected;
      }
      expect(Math.abs(measured / expected - 1)).toBeLessThan(tolerance);
    }
  });

  it('is 0 with nothing on a side, and 1 without a common bin', () => {
    expect(divergence(Float64Array.of(0, 0), Float64Array.of(3, 1)).bits).toBe(0);
    expect(divergence(Float64Array.of(0, 9), Float64Array.of(3, 0)).bits).toBe(1);
  });
});

describe('shareDistance', () => {
  it('is 0.05 for half a percent that was not there before', () => {
    expect(shareDistance(0, 0.005)).toBeCloseTo(0.05, 3);
    expect(shareDistance(0.3, 0.3)).toBe(0);
  });
});

describe('shareZ', () => {
  it('is about standard normal under the null, and no sensation for one event in many', () => {
    expect(Math.abs(shareZ(0, 500_000, 1, 16_000))).toBeLessThan(2.1);
    expect(shareZ(5000, 500_000, 160, 16_000)).toBeCloseTo(0, 6);
    expect(shareZ(5000, 500_000, 260, 16_000)).toBeGreaterThan(6);
    expect(shareZ(0, 0, 3, 10)).toBe(0);
  });
});

describe('cellsFor', () => {
  const random = createRandom(5);
  const binning = numericBinning(Float64Array.from({ length: 20_000 }, () => random.normal()));
  const counts = new Float64Array(binning.edges.length + 1).fill(10);
  counts[0] = 0;
  counts[100] = 0;

  it('has few cells for few values and keeps what the reference lacks apart', () => {
    const few = cellsFor(binning, counts, 100);
    expect(few.count - 1).toBe(12);
    expect([few.cellOf[0], few.cellOf[100]]).toEqual([0, 0]);
    expect(few.cellOf[1]).not.toBe(0);
    expect(cellsFor(binning, counts, 16_000).count - 1).toBe(96);
    expect([...intoCells(counts, few)].reduce((sum, count) => sum + count, 0)).toBe(10 * (counts.length - 2));
  });
});

describe('tail', () => {
  it('finds the quantiles of an exponential beyond what it has seen, not too small', () => {
    const random = createRandom(3);
    const values = Array.from({ length: 1500 }, () => -Math.log(1 - random.next()));
    const tail = fitTail(
      values,
      values.map((_, at) => at),
    );
    if (tail === undefined) throw new Error('no tail');
    expect(tailQuantile(tail, 0.5)).toBeCloseTo(Math.LN2, 1);
    expect(tailQuantile(tail, 1e-4)).toBeGreaterThan(8);
    expect(tailQuantile(tail, 1e-4)).toBeLessThan(14);
    for (const alpha of [0.03, 1e-3, 1e-5])
      expect(tailProbability(tail, tailQuantile(tail, alpha)) / alpha).toBeCloseTo(1, 6);
  });

  it('holds its level on average however few windows it is made from', () => {
    // The predictive widening: over many small samples, the share of new values beyond the limit is at most alpha.
    const random = createRandom(9);
    const alpha = 0.01;
    let beyond = 0;
    const runs = 3000;
    for (let run = 0; run < runs; run++) {
      const values = Array.from({ length: 31 }, () => -Math.log(1 - random.next()));
      const tail = fitTail(
        values,
        values.map((_, at) => at),
      );
      if (tail !== undefined) beyond += Math.exp(-tailQuantile(tail, alpha));
    }
    expect(beyond / runs).toBeLessThan(1.3 * alpha);
  });

  it('is wider where many values come from few windows', () => {
    const random = createRandom(4);
    const values = Array.from({ length: 1500 }, () => -Math.log(1 - random.next()));
    const limit = (windows: number): number => {
      const tail = fitTail(
        values,
        values.map((_, at) => at % windows),
      );
      return tail === undefined ? 0 : tailQuantile(tail, 1e-5);
    };
    expect(limit(8)).toBeGreaterThan(limit(1500));
  });

  it('needs four values, and takes a constant', () => {
    expect(fitTail([1, 2, 3], [1, 2, 3])).toBeUndefined();
    const constant = fitTail([0, 0, 0, 0, 0], [1, 2, 3, 4, 5]);
    if (constant === undefined) throw new Error('no tail');
    expect(tailQuantile(constant, 1e-6)).toBe(0);
    expect(tailProbability(constant, 0.5)).toBeLessThan(0.2);
    expect(Number.isFinite(tailProbability(constant, 0))).toBe(true);
  });
});

describe('normal and chi-square', () => {
  it('has the textbook quantiles', () => {
    expect(normalQuantile(0.025)).toBeCloseTo(1.959964, 5);
    expect(normalQuantile(1e-9)).toBeCloseTo(5.997807, 4);
    // qchisq(0.999, 20) = 45.31475 and qchisq(0.9999, 3) = 21.10751 (R 4.3).
    expect(chiSquareRatio(0.001, 20) * 20).toBeCloseTo(45.31, 0);
    expect(Math.abs((chiSquareRatio(1e-4, 3) * 3) / 21.10751 - 1)).toBeLessThan(0.05);
    expect(chiSquareRatioTail(chiSquareRatio(1e-5, 7), 7) / 1e-5).toBeCloseTo(1, 5);
  });
});

describe('seasonOf', () => {
  it('counts from Monday, 00:00 UTC', () => {
    const monday = Date.UTC(2001, 0, 1);
    expect(seasonOf(monday, 86_400_000)).toBe(0);
    expect(seasonOf(monday + 5 * 86_400_000, 86_400_000)).toBe(5);
    expect(seasonOf(monday + 25 * 3_600_000, 3_600_000)).toBe(25);
    expect(seasonOf(Date.UTC(1969, 11, 29), 86_400_000)).toBe(0);
    expect([seasonCount(3_600_000), seasonCount(86_400_000), seasonCount(7 * 86_400_000)]).toEqual([168, 7, 1]);
  });
});
