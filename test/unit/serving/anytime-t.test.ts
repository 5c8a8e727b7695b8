import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../common/random.ts';
import { anytimeInterval, serialInflation } from '../../../serving/anytime-t.ts';

/** The e-value of the docblock, taken literally. */
function eValue(values: readonly number[], mean: number): number {
  const n = values.length;
  const average = values.reduce((sum, value) => sum + value, 0) / n;
  const spread = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
  const distance = n * (average - mean) ** 2;
  return (1 + n) ** -0.5 * ((spread + distance) / (spread + distance / (1 + n))) ** (n / 2);
}

/** Share of seeded series whose interval ever excludes 0 while it is looked at after each value. */
function everExcludesZero(draw: (random: Random) => number): number {
  const series = 3000;
  let excluded = 0;
  for (let s = 0; s < series; s++) {
    const random = createRandom(1000 + s);
    const values: number[] = [];
    for (let look = 0; look < 60; look++) {
      values.push(draw(random));
      const { lower, upper } = anytimeInterval(values, 0.95);
      if (lower > 0 || upper < 0) {
        excluded++;
        break;
      }
    }
  }
  return excluded / series;
}

describe('anytimeInterval', () => {
  it('ends where the e-value of the mean is 1/alpha', () => {
    const values = [0.3, -0.1, 0.25, 0.4, 0.05, 0.31, 0.2, -0.02, 0.15];
    const { lower, upper, mean } = anytimeInterval(values, 0.95);
    expect(eValue(values, lower)).toBeCloseTo(20, 6);
    expect(eValue(values, upper)).toBeCloseTo(20, 6);
    expect(mean - lower).toBeCloseTo(upper - mean, 12);
  });

  it('says nothing while the values are too few', () => {
    expect(anytimeInterval([], 0.99)).toEqual({ n: 0, mean: 0, lower: -Infinity, upper: Infinity });
    expect(anytimeInterval([1, 1], 0.99)).toMatchObject({ lower: -Infinity, upper: Infinity });
  });

  it('does not depend on the unit', () => {
    const values = [0.3, -0.1, 0.25, 0.4, 0.05, 0.31, 0.2];
    const small = anytimeInterval(values, 0.9);
    const large = anytimeInterval(
      values.map((value) => value * 1e6),
      0.9,
    );
    expect(large.lower / 1e6).toBeCloseTo(small.lower, 9);
  });

  it('is wrong in at most 5 % of series when it is looked at 60 times', () => {
    expect(everExcludesZero((random) => random.normal())).toBeLessThan(0.05);
  });

  it('is wrong more often for very skewed values, which the decision record states', () => {
    const share = everExcludesZero((random) => -Math.log(1 - random.next()) - 1);
    expect(share).toBeGreaterThan(0.05);
    expect(share).toBeLessThan(0.15);
  });
});

describe('serialInflation', () => {
  it('is 1 for constant, short and alternating values', () => {
    expect(serialInflation([])).toBe(1);
    expect(serialInflation([3, 3, 3])).toBe(1);
    expect(serialInflation([1, -1, 1, -1, 1, -1])).toBe(1);
  });

  it('finds the factor of an autoregression', () => {
    const random = createRandom(5);
    const values = [0];
    for (let at = 1; at < 20_000; at++) values.push(0.5 * (values[at - 1] as number) + random.normal());
    expect(serialInflation(values)).toBeCloseTo(Math.sqrt(3), 1);
  });

  it('is at most 3', () => {
    expect(serialInflation(Array.from({ length: 1000 }, (_, at) => at))).toBeCloseTo(3, 12);
  });
});
