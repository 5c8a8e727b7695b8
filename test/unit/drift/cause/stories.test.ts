import { describe, expect, it } from 'vitest';
import type { NumberColumn } from '../../../../common/columns.ts';
import { createRandom } from '../../../../common/random.ts';
import { carriersOf, labelOf } from '../../../../drift/cause/carriers.ts';
import { newCategoryStory, vanishedStory } from '../../../../drift/cause/category-story.ts';
import { numericStory } from '../../../../drift/cause/numeric-story.ts';
import { dimensionsOf, unitMistakes } from '../../../../drift/cause/units.ts';
import { formatMeasured, formatNumber, formatShare, listOf, segmentsText } from '../../../../drift/cause/words.ts';
import { categoricalBinning, numericBinning } from '../../../../drift/profile/binning.ts';
import { coarsen } from '../../../../drift/profile/coarsen.ts';
import { emptyProfile } from '../../../../drift/profile/merge.ts';
import type { NumericBinning, Profile } from '../../../../drift/profile/profile.ts';
import { accumulate, createProfileSet, profileOf } from '../../../../drift/profile/profile-set.ts';

function draw(n: number, seed: number, value: (normal: number) => number): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: n }, () => value(random.normal()));
}

function profile(values: Float64Array, binning: NumericBinning): Profile {
  const column: NumberColumn = {
    kind: 'number',
    values,
    validity: new Uint8Array((values.length + 7) >> 3).fill(255),
  };
  const set = createProfileSet(binning, 1);
  accumulate(set, column, new Int32Array(values.length), values.length);
  return profileOf(set, 0);
}

/** A temperature-like feature, so that every unit mistake is told from every other. */
const degrees = (normal: number): number => 18 + 9 * normal;
const before = draw(20_000, 1, degrees);
const binning = coarsen(numericBinning(before), 64) as NumericBinning;
const reference = profile(before, binning);
const storyOf = (change: (value: number) => number, n = 400, feature = 'x') =>
  numericStory({ feature, binning, reference, current: profile(draw(n, 2, degrees).map(change), binning) });

/** A name for each dimension, so that a unit of it is looked for. */
const nameOf = {
  length: 'distance',
  mass: 'weight',
  volume: 'fuel',
  time: 'duration',
  temperature: 'temp',
  speed: 'wind_speed',
  pressure: 'pressure',
  energy: 'energy',
  power: 'power',
  angle: 'heading',
  data: 'memory',
  plain: 'x',
  sign: 'x',
};

describe('numericStory', () => {
  it.each(unitMistakes.map((mistake) => [mistake.unit, mistake] as const))('recognises %s', (_, mistake) => {
    const { factor, offset, dimension } = mistake;
    // The nearer to 1, the more events it takes to know that it is no other factor.
    const nearOne = factor !== 1 && Math.abs(Math.log(Math.abs(factor))) < 0.4;
    const story = storyOf((value) => factor * value + offset, nearOne ? 20_000 : 2000, nameOf[dimension]);
    // A symmetric distribution turned round is a shift as well: the sign goes before it.
    expect(story).toMatchObject({ kind: 'unit', factor, offset, unit: mistake.unit });
  });

  it('tells nothing where there is nothing to tell', () => {
    expect(storyOf((value) => value)).toBeUndefined();
    expect(storyOf((value) => 18 + (value - 18) * 1.3)).toBeUndefined();
    expect(storyOf((value) => (value > 18 ? value * 3 : value))).toBeUndefined();
  });

  it('says by how much values were multiplied, and no unit, where the factor is none or could be any', () => {
    const [rough, exact] = [400, 4000];
    for (const n of [rough, exact])
      for (const factor of [0.65, 1.55, 1.7, 2, 2.1, 2.6, 3.1, 3.4]) {
        const story = storyOf((value) => value * factor, n, 'distance');
        if (story?.kind !== 'scale') expect.fail(`${factor} of ${n}: ${story?.text}`);
        expect(story.low).toBeLessThan(factor * 1.01);
        expect(story.high).toBeGreaterThan(factor * 0.99);
        expect(story.text).toBe(`is ${formatMeasured(story.factor)} times the reference throughout`);
      }
    expect(storyOf((value) => value * 1.609344, rough, 'distance')?.kind).toBe('scale');
    expect(storyOf((value) => value * 1.609344, exact, 'distance')?.text).toMatch(
      /^is 1\.6\d? times the reference: kilometres instead of miles( \(1\.609\))?\?$/,
    );
    // Another population that happens to be larger, of which nothing says a mass.
    expect(storyOf((value) => value * 2.22, exact)?.kind).toBe('scale');
  });

  it('names no unit that the name of the feature speaks against, or that it cannot tell from another', () => {
    const kilometres = (value: number) => value * 1.609344;
    expect(storyOf(kilometres, 4000, 'distance')).toMatchObject({ kind: 'unit', factor: 1.609344 });
    expect(storyOf(kilometres, 4000, 'order_amount')?.kind).toBe('scale');
    expect(storyOf((value) => value * 100, 60, 'order_amount')).toMatchObject({ kind: 'unit', factor: 100 });
    for (let n = 8; n <= 60; n += 4) expect(storyOf((value) => value * 1.72, n)?.kind, `${n}`).not.toBe('unit');
    expect(dimensionsOf('tripDistance')).toContain('length');
    expect(dimensionsOf('distance_count')).toEqual(['plain', 'sign']);
    expect(dimensionsOf('x')).toBeUndefined();
    const perHour = (value: number) => value * 3.6;
    expect(storyOf(perHour, 4000, 'wind_speed')?.text).toContain('kilometres an hour instead of metres a second');
    for (const name of ['x', 'distance', 'order_amount']) expect(storyOf(perHour, 4000, name)?.kind).toBe('scale');
  });

  it('calls a stretched and shifted distribution neither', () => {
    expect(storyOf((value) => 2 * value - 12)).toBeUndefined();
  });

  it('does not call half the values in another unit a unit', () => {
    let at = 0;
    expect(storyOf((value) => (at++ % 2 === 0 ? value * 1000 : value))).toBeUndefined();
  });

  it('recognises a shift, and a clock by the lag in seconds', () => {
    expect(storyOf((value) => value + 40)).toMatchObject({ kind: 'shift' });
    expect(storyOf((value) => value + 3600, 400, '@lag')?.text).toContain('a clock one hour off?');
    expect(storyOf((value) => value - 5400, 400, '@lag')?.text).toContain(
      'below the reference throughout: a clock 1.5 hours off, as in another time zone?',
    );
    expect(storyOf((value) => value + 700, 400, '@lag')?.text).toContain('a clock that runs ahead?');
    expect(storyOf((value) => value - 700, 400, '@lag')?.text).toContain('late delivery');
  });

  it('recognises a value that is stuck', () => {
    expect(storyOf(() => 21.5)).toEqual({ kind: 'constant', text: 'is always 21.5' });
  });

  it('needs values on both sides', () => {
    expect(numericStory({ feature: 'x', binning, reference, current: emptyProfile(binning) })).toBeUndefined();
    expect(
      numericStory({ feature: 'x', binning, reference: emptyProfile(binning), current: reference }),
    ).toBeUndefined();
  });
});

describe('category stories', () => {
  const values = categoricalBinning(['a', 'b', 'c'], [60, 30, 10], 10);
  const counts = (a: number, b: number, c: number, unseen: Record<string, number> = {}): Profile => {
    const profile = emptyProfile(values);
    profile.bins.set([a, b, c]);
    for (const [name, count] of Object.entries(unseen)) {
      profile.unseenValues.set(name, count);
      profile.unseen += count;
    }
    profile.n = a + b + c + profile.unseen;
    return profile;
  };

  it('names new values by their share and leaves strays out', () => {
    const story = newCategoryStory(counts(100, 50, 20, { y: 3, z: 40, w: 40 }));
    expect(story).toMatchObject({ kind: 'new-category', values: ['w', 'z'] });
    expect(story.text).toBe('has new values w and z (33 % of events), which the reference does not know');
  });

  it('sees what vanished, if enough of it was to be expected', () => {
    const was = counts(6000, 3000, 1000);
    expect(vanishedStory({ binning: values, reference: was, current: counts(600, 0, 400) })).toMatchObject({
      kind: 'vanished',
      values: ['b'],
    });
    expect(vanishedStory({ binning: values, reference: was, current: counts(60, 40, 0) })).toBeUndefined();
    expect(vanishedStory({ binning: values, reference: was, current: counts(0, 0, 0) })).toBeUndefined();
  });
});

describe('carriersOf', () => {
  it('gives the bins that carry most, with both shares', () => {
    const values = categoricalBinning(['a', 'b', 'c'], [60, 30, 10], 10);
    const found = carriersOf({
      binning: values,
      reference: Float64Array.of(60, 30, 10),
      current: Float64Array.of(60, 5, 35),
    });
    expect(found).toEqual([
      { label: 'b', reference: 0.3, current: 0.05 },
      { label: 'c', reference: 0.1, current: 0.35 },
    ]);
  });

  it('labels numeric bins by their edges, and a single value by itself', () => {
    const spiked = numericBinning(Float64Array.from({ length: 1000 }, (_, at) => (at % 2 === 0 ? 0 : at)));
    const labels = Array.from({ length: spiked.edges.length + 1 }, (_, bin) => labelOf(spiked, bin));
    expect(labels).toContain('0');
    expect(labels[0]).toMatch(/^<= /);
    expect(labels.at(-1)).toMatch(/^> /);
  });
});

describe('words', () => {
  it('are short', () => {
    expect([0, 1.609344, 123456, 1e9, -0.00001].map(formatNumber)).toEqual([
      '0',
      '1.609',
      '123500',
      '1.00e+9',
      '-1.00e-5',
    ]);
    expect([0, 0.00123, 0.456, 1].map(formatShare)).toEqual(['0 %', '0.12 %', '46 %', '100 %']);
    expect(listOf(['a', 'b', 'c', 'd', 'e', 'f'])).toBe('a, b, c and 3 more');
    expect(listOf(['a', 'b', 'c', 'd'])).toBe('a, b, c and d');
    expect(segmentsText(['', 'origin=A%26B', 'origin=C', 'x=1&y=2'])).toBe('origin A&B and C; x × y 1 × 2');
  });
});
