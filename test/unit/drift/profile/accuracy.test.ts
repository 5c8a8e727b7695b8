import { describe, expect, it } from 'vitest';
import { numericBinning } from '../../../../drift/profile/binning.ts';
import { errorsOfProfiles } from './accuracy.ts';
import { distributions, draw } from './distributions.ts';

const rows = 100_000;

/** What may happen to a feature between the reference and now. */
const changes: Readonly<Record<string, (value: number, row: number) => number>> = {
  nothing: (value) => value,
  'a shift': (value) => value + 0.3,
  'a small shift': (value) => value + 0.01,
  'a wider spread': (value) => value * 1.3,
  'a tenth turned to zero': (value, row) => (row % 10 === 0 ? 0 : value),
};

describe('statistics from profiles are within 0.005 of the exact ones', () => {
  for (const name of Object.keys(distributions)) {
    it.each(Object.keys(changes))(`${name}: %s`, (change) => {
      const reference = draw(name, rows, 1);
      const current = draw(name, rows, 2).map(changes[change] as (value: number, row: number) => number);
      const errors = errorsOfProfiles(reference, current, numericBinning(reference));
      for (const [statistic, error] of Object.entries(errors)) expect(error, statistic).toBeLessThanOrEqual(0.005);
    });
  }
});
