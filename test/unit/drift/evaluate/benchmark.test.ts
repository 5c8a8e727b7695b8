import { beforeAll, describe, expect, it } from 'vitest';
import { type BenchmarkOptions, compete, prepareField, type Score } from '../../../../drift/evaluate/benchmark.ts';
import { type Case, cases } from '../../../../drift/evaluate/cases.ts';
import { contestants, seasonalFeatures, seededFamilies } from '../../../../drift/evaluate/entrants.ts';
import { countQuiet } from '../../../../drift/evaluate/false-alarms.ts';
import type { Family } from '../../../../drift/evaluate/family.ts';
import { driftPage } from '../../../../drift/evaluate/page.ts';
import { poissonInterval, standingsOf } from '../../../../drift/evaluate/standings.ts';

/** A small piece of `npm run bench:drift`, with the same code: two families, a few cases, short streams. */
const options: BenchmarkOptions = {
  referenceWeeks: 4,
  nullRuns: 3,
  nullWeeks: 3,
  falseAlarmsPerWeek: 0.4,
  runsPerCase: 3,
  horizonHours: 48,
  seed: 5,
};
const names = ['Tidemark', 'ADWIN', 'Page–Hinkley δ 0.25', 'PSI > limit', 'KS p < limit'];
const some = contestants.filter(({ name }) => names.includes(name));
const few: readonly Case[] = cases.filter(
  ({ family, name }) =>
    (family === 'plain' &&
      ['sudden: mean +0.5 sd', 'sudden: scale × 1.5', 'sudden: shape: two humps'].includes(name)) ||
    (family === 'seasonal' && ['sudden: mean -1 sd', 'sudden: scale × 1.5'].includes(name)),
);
const families = seededFamilies.filter(({ name }) => name === 'plain' || name === 'seasonal');
const scoresOf = (family: Family): readonly Score[] => {
  const field = prepareField(family, few, options);
  return some.map((contestant) => compete(field, contestant));
};

describe('the drift benchmark, in small', () => {
  let fields: { readonly name: string; readonly description: string; readonly scores: readonly Score[] }[];
  beforeAll(() => {
    fields = families.map((family) => ({ ...family, scores: scoresOf(family) }));
  }, 120_000);

  it('gives Tidemark no more false alarms than the others, and it finds every change', () => {
    for (const { scores } of fields) {
      const tidemark = scores.find(({ contestant }) => contestant === 'Tidemark') as Score;
      expect(tidemark.falseAlarmsPerWeek).toBeLessThanOrEqual(options.falseAlarmsPerWeek);
      expect(tidemark.unfit).toBe(false);
      expect(tidemark.cases.map(({ found }) => found)).toEqual(tidemark.cases.map(() => 1));
    }
  });

  it('holds the bars: nowhere twice as slow as the best, mostly no slower than the best classical one', () => {
    const { cases: standings, classical } = standingsOf(fields);
    expect(classical).toHaveLength(2);
    for (const one of standings) expect(one.tidemark / one.best.delay, `${one.family} ${one.name}`).toBeLessThan(2);
    const atMost = standings.filter(({ tidemark, bestSingle }) => bestSingle === undefined || tidemark <= bestSingle);
    expect(atMost.length).toBeGreaterThanOrEqual(0.8 * standings.length);
  });

  it('writes its page, the same one for the same seed', () => {
    const page = driftPage({ options, fields, quiet: [] });
    expect(page).toContain('### seasonal');
    const [first] = families;
    const again = (first as Family) && scoresOf(first as Family);
    expect(again).toEqual(fields[0]?.scores);
  }, 60_000);
});

describe('false alarms in small', () => {
  it('stay within the budget where rules with fixed limits cry all the time', () => {
    const counts = countQuiet({
      families: seasonalFeatures.slice(0, 3),
      budgets: [1],
      referenceWeeks: 4,
      weeks: 4,
      seed: 3,
    });
    const alarmsOf = (name: string): number => counts.find((one) => one.name === name)?.alarms ?? Number.NaN;
    expect(alarmsOf('Tidemark')).toBeLessThanOrEqual(4);
    expect(alarmsOf('PSI > 0.1')).toBeGreaterThan(500);
    expect(alarmsOf('KS p < 0.05')).toBeGreaterThan(500);
  }, 60_000);
});

describe('poissonInterval', () => {
  it('is the exact one', () => {
    // Garwood's table: 0 seen, up to 3.689; 10 seen, 4.795 to 18.39.
    expect(poissonInterval(0).low).toBe(0);
    expect(poissonInterval(0).high).toBeCloseTo(3.689, 3);
    expect(poissonInterval(10).low).toBeCloseTo(4.795, 3);
    expect(poissonInterval(10).high).toBeCloseTo(18.39, 2);
  });
});
