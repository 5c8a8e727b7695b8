import { describe, expect, it } from 'vitest';
import { numericBinning } from '../../../../drift/profile/binning.ts';
import { sortedFinite } from '../../../../drift/profile/doubles.ts';
import {
  type Answer,
  countStatistics,
  numberAnswers,
  numberStatistics,
} from '../../../../drift/statistics/catalogue.ts';
import {
  countBetween,
  countBetweenOfProfile,
  decileCuts,
  decileCutsOfProfile,
} from '../../../../drift/statistics/cells.ts';
import { profileOfValues } from '../profile/count.ts';
import { distributions, draw } from '../profile/distributions.ts';

const rows = 100_000;
/** A value that repeats inside a bin, and a spike in a wide one, are what counts do not tell. */
const tolerances: Readonly<Record<string, number>> = { ad: 0.015, energy: 0.007 };

const changes: Readonly<Record<string, (value: number, row: number) => number>> = {
  nothing: (value) => value,
  'a shift': (value) => value + 0.3,
  'a wider spread': (value) => (value > 1e11 ? 1e12 + (value - 1e12) * 1.3 : value * 1.3),
  'a tenth turned to zero': (value, row) => (row % 10 === 0 ? 0 : value),
};

/**
 * Absolute, and relative where the value is above 1. Of a statistic that grows with the rows what does not: over n m / (n + m),
 * here 41,176.
 */
function isNear(name: string, counted: Answer | undefined, exact: Answer | undefined, unit = 1): void {
  expect(counted === undefined, `${name} is defined from profiles as from values`).toBe(exact === undefined);
  if (counted === undefined || exact === undefined) return;
  const value = exact.value / unit;
  expect(
    Math.abs(counted.value / unit - value) / Math.max(1, Math.abs(value)),
    `${name} ${counted.value} for ${exact.value}`,
  ).toBeLessThanOrEqual(tolerances[name] ?? 0.005);
}

describe('every statistic from profiles is within 0.005 of the exact one', () => {
  for (const kind of Object.keys(distributions))
    it.each(Object.keys(changes))(`${kind}: %s`, (change) => {
      const referenceValues = draw(kind, rows, 3);
      const currentValues = draw(kind, rows * 0.7, 4).map(changes[change] as (value: number, row: number) => number);
      const binning = numericBinning(referenceValues);
      const [reference, current] = [sortedFinite(referenceValues), sortedFinite(currentValues)];
      const [before, now] = [profileOfValues(referenceValues, binning), profileOfValues(currentValues, binning)];
      const exact = numberAnswers(reference, current);
      const sd =
        exact['wasserstein_normalized'] === undefined
          ? 1
          : (exact['wasserstein']?.value ?? 0) / exact['wasserstein_normalized'].value || 1;
      const sizes = (before.n / (before.n + now.n)) * now.n;
      const units: Readonly<Record<string, number>> = { wasserstein: sd, energy: Math.sqrt(sd) };
      for (const [name, statistic] of Object.entries(numberStatistics))
        isNear(name, statistic.ofProfiles(before, now, binning), exact[name], statistic.grows ? sizes : units[name]);

      const cuts = decileCuts(reference);
      const profileCuts = decileCutsOfProfile(before, binning);
      for (const [name, statistic] of Object.entries(countStatistics))
        isNear(
          name,
          statistic.of(
            countBetweenOfProfile(before, binning, profileCuts),
            countBetweenOfProfile(now, binning, profileCuts),
          ),
          statistic.of(countBetween(reference, cuts), countBetween(current, cuts)),
        );
    });
});
