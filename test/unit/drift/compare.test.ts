import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../common/feature.ts';
import { createRandom, type Random } from '../../../common/random.ts';
import { compareFrames, type FeatureComparison } from '../../../drift/compare.ts';
import { countStatistics, numberStatistics } from '../../../drift/statistics/catalogue.ts';
import { type Columns, frame } from '../../support/frame.ts';
import { distributions } from './profile/distributions.ts';

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Ordinary columns of every kind; nothing changes from one call to the next. */
function ordinary(rows: number, random: Random): Columns {
  const hex = (): string => Math.floor(random.next() * 2 ** 32).toString(16);
  const columns: Record<string, (number | string | null)[]> = {
    uuid: times(rows, () => `${hex()}-${hex()}`),
    order: times(rows, () => `ORD-${random.below(1_000_000)}`),
    customer: times(rows, () => `c${Math.floor(random.next() ** 3 * 500)}`),
    plan: times(rows, () => ['free', 'pro', 'team'][Math.floor(random.next() ** 2 * 3)] as string),
    airport: times(rows, () => `A${Math.floor(random.next() ** 4 * 400)}`),
    rarely: times(rows, () => (random.next() < 0.002 ? 'yes' : 'no')),
    sparse: times(rows, () => (random.next() < 0.3 ? null : random.normal())),
    at: times(rows, () => new Date(1.7e12 + random.below(86_400_000 * 30)).toISOString()),
  };
  for (const [name, one] of Object.entries(distributions)) columns[name] = times(rows, () => one(random));
  return columns;
}

function one(reference: Frame, current: Frame): FeatureComparison {
  const [feature] = compareFrames(reference, current);
  if (feature === undefined) throw new Error('one feature');
  return feature;
}

describe('two samples of the same data', () => {
  it.each([
    [10, 10],
    [10, 2000],
    [60, 200],
    [1000, 1000],
    [3000, 500],
  ])('of %i and %i rows give an alarm no more often than the budget says', (n, m) => {
    const random = createRandom(n * 7919 + m);
    const rounds = n + m > 1500 ? 40 : 150;
    const alarms: string[] = [];
    for (let round = 0; round < rounds; round++) {
      const found = compareFrames(frame(ordinary(n, random)), frame(ordinary(m, random)));
      for (const { name, why, alarm } of found) if (alarm) alarms.push(`${name}: ${why}`);
    }
    // The budget is one comparison in a hundred; three of 150 happen in one run of five.
    expect(alarms.length, alarms.join('\n')).toBeLessThanOrEqual(rounds > 100 ? 4 : 2);
  });

  it('with everything equal gives zeros, and only numbers JSON can hold', () => {
    const data = frame(ordinary(500, createRandom(1)));
    for (const feature of compareFrames(data, data)) {
      expect(feature.alarm, feature.why).toBe(false);
      expect(feature.statistics['js_distance']?.value).toBe(0);
      for (const { value } of Object.values(feature.statistics))
        expect(value === null || Number.isFinite(value)).toBe(true);
    }
  });
});

describe('what is reported', () => {
  const random = createRandom(11);
  const numbers = (count: number, shift = 0): number[] => times(count, () => shift + random.normal());
  const names = [...Object.keys(countStatistics), ...Object.keys(numberStatistics)];

  it('of numbers is every statistic there is, with its unit, and its p-value where it has a test', () => {
    const { statistics } = one(frame({ x: numbers(400) }), frame({ x: numbers(300, 0.5) }));
    expect(names.filter((name) => typeof statistics[name]?.value !== 'number')).toEqual([]);
    expect(names.filter((name) => statistics[name]?.unit === undefined)).toEqual([]);
    const tested = ['ks', 'cvm', 'ad', 'chi2', 'g', 'mean_change', 'brown_forsythe', 'missing_change', 'unseen'];
    expect(tested.filter((name) => typeof statistics[name]?.p_value !== 'number')).toEqual([]);
    expect(statistics['js_distance']).toMatchObject({ unit: 'root of bits', base: 2 });
    expect(statistics['psi']).toMatchObject({ unit: 'nats', base: Math.E });
    expect(statistics['linf']?.value).toBeGreaterThan(0);
  });

  it('of text is every statistic of counts, and of the others why there is none', () => {
    const kinds = (count: number): string[] => times(count, () => 'abcd'[random.below(4)] as string);
    const { statistics } = one(frame({ x: kinds(400) }), frame({ x: kinds(300) }));
    for (const name of Object.keys(countStatistics)) expect(typeof statistics[name]?.value, name).toBe('number');
    for (const name of Object.keys(numberStatistics))
      expect(statistics[name]).toEqual({ value: null, reason: 'not defined for categories' });
  });

  it('of a constant reference is null with the reason, where a deviation is needed', () => {
    const { statistics } = one(frame({ x: times(50, () => 5) }), frame({ x: times(60, () => 4) }));
    for (const name of ['wasserstein_normalized', 'mean_change'])
      expect(statistics[name]).toEqual({ value: null, reason: 'the reference is constant' });
    expect(statistics['ks']?.value).toBe(1);
  });
});

describe('changes that matter', () => {
  const random = createRandom(5);
  const normal = (count: number, shift = 0, scale = 1): number[] => times(count, () => shift + scale * random.normal());
  const found = (reference: Columns, current: Columns): FeatureComparison => one(frame(reference), frame(current));

  it.each<[string, Columns, Columns, RegExp]>([
    ['a shift of half a deviation', { x: normal(2000) }, { x: normal(2000, 0.5) }, /median went from/],
    ['a wider spread', { x: normal(2000) }, { x: normal(2000, 0, 1.5) }, /share/],
    [
      'another unit for one in twenty',
      { x: normal(3000, 10) },
      { x: normal(3000, 10).map((v, i) => (i % 20 ? v : v * 1000)) },
      /outside the reference's range/,
    ],
    ['one constant for another', { x: times(100, () => 5) }, { x: times(100, () => 4) }, /outside/],
    ['a constant where there was none', { x: normal(500) }, { x: times(500, () => 0.1) }, /KS/],
    [
      'a rare class doubled',
      { x: times(20_000, (i) => (i % 50 ? 'ok' : 'fraud')) },
      { x: times(20_000, (i) => (i % 25 ? 'ok' : 'fraud')) },
      /"fraud" went from 2 % to 4 %/,
    ],
    [
      'a new category',
      { x: times(1000, (i) => `k${i % 5}`) },
      { x: times(1000, (i) => (i % 20 ? `k${i % 5}` : 'new')) },
      /"new"/,
    ],
    [
      'missing values',
      { x: normal(1000) },
      { x: normal(1000).map((v, i) => (i % 10 ? v : null)) },
      /missing values went from 0 % to 10 %/,
    ],
    ['all missing', { x: normal(100) }, { x: times(100, () => null) }, /missing values went from 0 % to 100 %/],
    ['NaN', { x: normal(1000) }, { x: normal(1000).map((v, i) => (i % 10 ? v : Number.NaN)) }, /unusable values/],
    [
      'text among numbers',
      { x: normal(1000) },
      { x: normal(1000).map((v, i) => (i % 10 ? String(v) : 'n/a')) },
      /unusable values/,
    ],
    [
      'identifiers of another shape',
      { x: times(2000, (i) => `ORD-${i}`) },
      { x: times(2000, (i) => `${i}/X`) },
      /shape/,
    ],
    [
      'longer identifiers',
      { x: times(2000, (i) => `id${100_000 + i}`) },
      { x: times(2000, (i) => `id${10_000_000_000 + i}`) },
      /length/,
    ],
  ])('%s', (_, reference, current, why) => {
    const feature = found(reference, current);
    expect(feature.alarm, feature.why).toBe(true);
    expect(feature.why).toMatch(why);
    expect(feature.severity).toBeGreaterThan(0.4);
  });

  it('a vanished feature alarms, a new one is only said', () => {
    const features = compareFrames(frame({ a: [1, 2], b: ['x', 'y'] }), frame({ a: [1, 2], c: [1, 2] }));
    expect(features.map(({ name, type, alarm }) => [name, type, alarm])).toEqual([
      ['b', 'only_in_reference', true],
      ['a', 'numeric', false],
      ['c', 'only_in_current', false],
    ]);
  });

  it('a real but tiny change of many rows is said and does not alarm', () => {
    const feature = found({ x: normal(200_000) }, { x: normal(200_000, 0.03) });
    expect(feature.alarm).toBe(false);
    expect(feature.why).toMatch(/beyond chance, but too small to matter/);
  });

  it('other limits and features can be asked for', () => {
    const pair = [
      frame({ x: normal(20_000), y: normal(20_000) }),
      frame({ x: normal(20_000, 0.06), y: normal(20_000) }),
    ] as const;
    expect(compareFrames(...pair)[0]?.alarm).toBe(false);
    const strict = compareFrames(...pair, { features: ['x'], effects: { wassersteinNormalized: 0.03 } });
    expect(strict.map(({ name, alarm }) => [name, alarm])).toEqual([['x', true]]);
  });
});

describe('what a column is taken for', () => {
  const day = 86_400_000;
  it('times of another span are not compared by value', () => {
    const span = (from: number): Columns => ({ at: times(500, (i) => from + i * 600_000) });
    const feature = one(frame(span(1.7e12), { at: 'timestamp' }), frame(span(1.7e12 + 100 * day), { at: 'timestamp' }));
    expect(feature).toMatchObject({ type: 'timestamp', alarm: false });
    expect(feature.why).toContain('cover other times');
    expect(feature.statistics['ks']).toEqual({ value: null, reason: 'the two sides cover other times' });
  });

  it('times of another zone are named as such', () => {
    const office = (from: number, hour: number): number[] =>
      times(2000, (i) => from + (i % 20) * day + (hour + Math.floor(((i % 97) / 97) ** 2 * 8)) * 3_600_000);
    const [here, there] = [office(19_600 * day, 8), office(19_700 * day, 13)].map((at) =>
      frame({ at }, { at: 'timestamp' }),
    );
    expect(one(here as Frame, there as Frame).why).toContain('as if all times were 5 h later (a time zone?)');
  });

  it('times that moved into the night do alarm', () => {
    const office = (from: number, hour: number): number[] =>
      times(2000, (i) => from + (i % 20) * day + (hour + (i % 8)) * 3_600_000);
    const reference = frame({ at: office(19_700 * day, 8) }, { at: 'timestamp' });
    const feature = one(reference, frame({ at: office(19_800 * day, 16) }, { at: 'timestamp' }));
    expect(feature).toMatchObject({ type: 'timestamp', alarm: true });
  });

  it('text that is times, numbers or neither', () => {
    const texts = (make: (index: number) => string | number): Frame => frame({ x: times(400, make) });
    const iso = texts((i) => new Date(1.7e12 + i * 1000).toISOString());
    expect(one(iso, iso).type).toBe('timestamp');
    expect(
      one(
        texts((i) => i),
        texts((i) => String(i)),
      ),
    ).toMatchObject({ type: 'mixed', alarm: false });
    expect(
      one(
        texts((i) => `k${i % 7}`),
        texts((i) => `k${i % 7}`),
      ).type,
    ).toBe('categorical');
    expect(
      one(
        texts((i) => `k${i}`),
        texts((i) => `k${i + 400}`),
      ),
    ).toMatchObject({ type: 'identifier', alarm: false });
    expect(
      one(
        texts(() => 'k'),
        texts(() => 'k'),
      ).type,
    ).toBe('constant');
    const none = frame({ x: times(9, () => null) });
    expect(one(none, none)).toMatchObject({ type: 'all_missing', alarm: false });
  });

  it('no rows at all on one side', () => {
    const none = frame({ x: [] });
    for (const pair of [
      [none, none],
      [none, frame({ x: [1] })],
      [frame({ x: [1] }), none],
    ] as const)
      expect(one(...pair)).toMatchObject({ alarm: false });
  });
});

describe('what a person would not call drift', () => {
  const random = createRandom(23);
  const calm = (reference: Columns, current: Columns): FeatureComparison => {
    const feature = one(frame(reference), frame(current));
    expect(feature.alarm, feature.why).toBe(false);
    return feature;
  };

  it('is a running number that goes on, but one that went back over itself is judged', () => {
    const from = (start: number): Columns => ({ order: times(500, (i) => start + 3 * i) });
    expect(calm(from(1000), from(9000))).toMatchObject({ type: 'identifier', why: expect.stringContaining('goes on') });
    expect(one(frame(from(1000)), frame(from(1600))).type).toBe('numeric');
    const measured = (start: number): Columns => ({ x: times(500, (i) => start + (i % 40)) });
    expect(one(frame(measured(0)), frame(measured(100))).alarm).toBe(true);
  });

  it('is an identifier made anew, even where each stands on several rows', () => {
    const orders = (start: number): Columns => ({ id: times(2000, (i) => `2015-${100_000 + start + (i >> 1)}`) });
    expect(calm(orders(0), orders(5000)).why).toContain('its values are new');
  });

  it('is yes and no for true and false, and 1 for true', () => {
    const flags = (yes: string | number, no: string | number): Columns => ({
      flag: times(600, () => (random.next() < 0.3 ? yes : no)),
    });
    expect(calm(flags('True', 'False'), flags(1, 0)).type).toBe('mixed');
    expect(calm(flags(1, 0), flags('y', 'n')).type).toBe('mixed');
  });

  it('is a number with its unit, a price, a time of day: each compared as the number it is', () => {
    const weights = (factor: number): Columns => ({
      x: times(3000, () => `${(factor * (70 + 10 * random.normal())).toFixed(1)} kg`),
    });
    expect(calm(weights(1), weights(1)).type).toBe('numeric');
    expect(one(frame(weights(1)), frame(weights(2.2)))).toMatchObject({
      alarm: true,
      why: expect.stringContaining('the median went from 7'),
    });
    const prices = (): Columns => ({ x: times(3000, () => `$1,${100 + random.below(900)}.50`) });
    expect(calm(prices(), prices()).statistics['median_current']?.value).toBeGreaterThan(1000);
    const clock = (hour: number): Columns => ({
      x: times(3000, () => `${hour + random.below(8)}:${10 + random.below(50)}:00`),
    });
    expect(calm(clock(9), clock(9)).type).toBe('timestamp');
    expect(one(frame(clock(9)), frame(clock(12))).why).toMatch(/the median went from 1[23]:..:00 to 1[56]:/);
  });

  it('and codes of digits, names with a number, and kilograms beside pounds stay texts', () => {
    const text = (make: (i: number) => string): Columns => ({ x: times(400, make) });
    expect(
      calm(
        text((i) => `0${i % 90}`),
        text((i) => `0${i % 90}`),
      ).type,
    ).toBe('categorical');
    expect(
      calm(
        text((i) => `c${i % 90}`),
        text((i) => `c${i % 90}`),
      ).type,
    ).toBe('categorical');
    const [kg, lb] = [text((i) => `${i % 9}.5 kg`), text((i) => `${i % 9}.5 lb`)];
    expect(one(frame(kg), frame(lb))).toMatchObject({ type: 'categorical', alarm: true });
  });
});
