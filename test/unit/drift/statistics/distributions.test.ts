import { describe, expect, it } from 'vitest';
import { betaLower, fUpper, studentUpper } from '../../../../drift/statistics/beta.ts';
import { binomialChance, hypergeometricChance } from '../../../../drift/statistics/binomial.ts';
import { cramerVonMisesUpper } from '../../../../drift/statistics/cramer-von-mises-tail.ts';
import { chiSquareTail, gammaLower, gammaUpper, normalTwoSided } from '../../../../drift/statistics/gamma.ts';
import { kolmogorovLimit, kolmogorovUpper, smirnovUpper } from '../../../../drift/statistics/kolmogorov.ts';
import { normalLower, normalLowerQuantile, normalUpper } from '../../../../drift/statistics/normal.ts';
import { expectClose, readFixture } from './fixture.ts';

const functions: Readonly<Record<string, (...a: number[]) => number>> = {
  betaLower: betaLower as (...a: number[]) => number,
  binomialChance: binomialChance as (...a: number[]) => number,
  chiSquareTail: chiSquareTail as (...a: number[]) => number,
  cramerVonMisesUpper: cramerVonMisesUpper as (...a: number[]) => number,
  fUpper: fUpper as (...a: number[]) => number,
  gammaLower: gammaLower as (...a: number[]) => number,
  gammaUpper: gammaUpper as (...a: number[]) => number,
  hypergeometricChance: hypergeometricChance as (...a: number[]) => number,
  kolmogorovLimit: kolmogorovLimit as (...a: number[]) => number,
  kolmogorovUpper: kolmogorovUpper as (...a: number[]) => number,
  normalLowerQuantile: normalLowerQuantile as (...a: number[]) => number,
  normalUpper: normalUpper as (...a: number[]) => number,
  studentUpper: studentUpper as (...a: number[]) => number,
};
const { distributions } = readFixture();

describe('distribution functions agree with SciPy, mostly to nine digits, always to seven', () => {
  it.each(Object.keys(functions))('%s', (name) => {
    const cases = distributions.filter(({ f }) => f === name);
    expect(cases.length).toBeGreaterThan(3);
    const loose = ['betaLower', 'studentUpper', 'fUpper', 'kolmogorovUpper'].includes(name) ? 1e-7 : 1e-9;
    for (const { a, p } of cases) expectClose(functions[name]?.(...a), p, loose);
  });

  it('at the ends of their domains', () => {
    expect([gammaUpper(2, 0), gammaUpper(2, Number.POSITIVE_INFINITY), gammaUpper(2, Number.NaN)]).toEqual([
      1,
      0,
      Number.NaN,
    ]);
    expect([gammaLower(2, 0), gammaLower(2, Number.POSITIVE_INFINITY)]).toEqual([0, 1]);
    expect([betaLower(2, 3, 0), betaLower(2, 3, 1), betaLower(2, 3, Number.NaN)]).toEqual([0, 1, Number.NaN]);
    expect([normalLowerQuantile(0), normalLowerQuantile(1), normalLowerQuantile(2)]).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ]);
    expect([kolmogorovUpper(0, 5), kolmogorovUpper(1, 5), kolmogorovLimit(0), smirnovUpper(0.999, 1)]).toEqual([
      1,
      0,
      1,
      expect.closeTo(0.001, 12),
    ]);
    expect(normalTwoSided(1.96)).toBeCloseTo(2 * normalLower(-1.96), 14);
    expect([fUpper(0, 1, 5), binomialChance(0, 4, 0), binomialChance(4, 4, 1), binomialChance(1, 4, 0)]).toEqual([
      1, 1, 1, 0,
    ]);
  });
});
