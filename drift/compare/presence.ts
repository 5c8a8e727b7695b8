import { type Column, isPresent } from '../../common/columns.ts';
import { twoProportions } from '../statistics/two-proportions.ts';
import { type Effects, type Finding, type Statistic, statistic } from './comparison.ts';
import { percent } from './words.ts';

/** How many rows of one side hold what. `rows = missing + unusable + usable`. */
export interface Presence {
  readonly rows: number;
  readonly missing: number;
  /** NaN, infinite, or text where the other side has numbers. */
  readonly unusable: number;
}

export function missingIn(column: Column, rows: number): number {
  let missing = 0;
  for (let row = 0; row < rows; row++) if (!isPresent(column.validity, row)) missing++;
  return missing;
}

/** The change of missing and of unusable values, which needs no look at the others. */
export function comparePresence(
  reference: Presence,
  current: Presence,
  effects: Effects,
): { readonly statistics: Readonly<Record<string, Statistic>>; readonly findings: readonly Finding[] } {
  const statistics: Record<string, Statistic> = {};
  const findings: Finding[] = [];
  const compare = (name: string, which: 'missing' | 'unusable', words: string): void => {
    const before = { hits: reference[which], of: reference.rows };
    const now = { hits: current[which], of: current.rows };
    const tested = twoProportions(before, now);
    statistics[`${name}_change`] = statistic(
      tested?.value,
      'a side has no rows',
      tested === undefined ? {} : { p_value: tested.pValue, unit: 'share' },
    );
    if (tested === undefined) return;
    statistics[`${name}_reference`] = { value: before.hits / before.of, unit: 'share' };
    statistics[`${name}_current`] = { value: now.hits / now.of, unit: 'share' };
    findings.push({
      pValue: tested.pValue,
      effect: Math.abs(tested.value) / effects.missing,
      words: `${words} went from ${percent(before.hits / before.of)} to ${percent(now.hits / now.of)}`,
    });
  };
  compare('missing', 'missing', 'missing values');
  compare('invalid', 'unusable', 'unusable values (NaN, infinite, or of another type)');
  return { statistics, findings };
}
