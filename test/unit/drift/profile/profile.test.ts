import { describe, expect, it } from 'vitest';
import { encode, numberColumn, textColumn } from '../../../../common/columns.ts';
import { categoricalBinning, genericBinning, numericBinning } from '../../../../drift/profile/binning.ts';
import { binningFromJson, binningToJson } from '../../../../drift/profile/binning-json.ts';
import { coarsen } from '../../../../drift/profile/coarsen.ts';
import { previousDouble } from '../../../../drift/profile/doubles.ts';
import { coarsenProfile, emptyProfile, sumProfiles } from '../../../../drift/profile/merge.ts';
import { profileMean, profileQuantile, profileVariance } from '../../../../drift/profile/moments.ts';
import { type Binning, type NumericBinning, unseenNamesMax } from '../../../../drift/profile/profile.ts';
import { accumulate, countInvalid, createProfileSet, profileOf } from '../../../../drift/profile/profile-set.ts';
import { profileOfValues } from './count.ts';
import { distributions, draw } from './distributions.ts';

/** The definition: bin i holds edges[i-1] < v <= edges[i]. */
function naiveBins(values: Float64Array, { edges }: NumericBinning): Float64Array {
  const bins = new Float64Array(edges.length + 1);
  for (const value of values) {
    let bin = 0;
    while (bin < edges.length && (edges[bin] as number) < value) bin++;
    bins[bin] = (bins[bin] as number) + 1;
  }
  return bins;
}

describe('numeric binning', () => {
  it.each(Object.keys(distributions))('counts as its definition says: %s', (name) => {
    const values = draw(name, 3000, 3);
    const other = Float64Array.from([...draw('cauchy', 500, 4), 0, -0, 5e-324, 1e308, -1e308, Number.MAX_VALUE]);
    const binning = numericBinning(values);
    expect(binning.edges.length).toBeLessThan(512);
    expect(Array.from(binning.edges)).toEqual(Array.from(binning.edges).sort((a, b) => a - b));
    expect(new Set(binning.edges).size).toBe(binning.edges.length);
    expect(binning.edges.every(Number.isFinite)).toBe(true);
    for (const sample of [values, other, Float64Array.from(binning.edges)])
      expect(profileOfValues(sample, binning).bins).toEqual(naiveBins(sample, binning));
  });

  it('gives a value that is frequent by itself a bin of its own', () => {
    const binning = numericBinning(draw('zero-inflated', 5000, 1));
    const zero = binning.edges.indexOf(0);
    expect(binning.edges[zero - 1]).toBe(previousDouble(0));
  });

  it('resolves values far outside of the reference', () => {
    const binning = numericBinning(draw('normal', 5000, 1));
    const bins = [10, 20, 40, 1000, 1e6].map((value) =>
      profileOfValues(Float64Array.of(value), binning).bins.indexOf(1),
    );
    expect(new Set(bins).size).toBe(bins.length);
  });

  it('stands empty input, one value, and nothing but NaN', () => {
    for (const values of [[], [Number.NaN, Number.POSITIVE_INFINITY]])
      expect(numericBinning(Float64Array.from(values)).id).toBe(genericBinning('number').id);
    expect(numericBinning(Float64Array.of(7)).edges).toContain(7);
    expect(numericBinning(Float64Array.of(-Number.MAX_VALUE, Number.MAX_VALUE)).edges.every(Number.isFinite)).toBe(
      true,
    );
  });

  it('has an id of its content, whatever the order of the values', () => {
    const values = draw('normal', 1000, 1);
    expect(numericBinning(values.slice().reverse()).id).toBe(numericBinning(values).id);
    expect(numericBinning(values.map((value) => value + 1)).id).not.toBe(numericBinning(values).id);
  });
});

describe('binnings', () => {
  const binnings: Binning[] = [
    numericBinning(draw('lognormal', 1000, 1)),
    categoricalBinning(['a', 'b', 'ü"'], [1, 5, 2], 10),
    genericBinning('string'),
    genericBinning('integer'),
    genericBinning('timestamp'),
    genericBinning('boolean'),
  ];

  it('survive JSON to the last bit, and refuse a changed content', () => {
    for (const binning of binnings) expect(binningFromJson(binningToJson(binning))).toEqual(binning);
    const text = binningToJson(binnings[0] as Binning);
    expect(() => binningFromJson(text.replace(/"scale":/, '"scale":1'))).toThrow('has the content of');
    expect(() => binningFromJson('{"kind":"odd"}')).toThrow('kind numeric or categorical');
  });

  it('order categories by count', () => {
    expect(categoricalBinning(['a', 'b', 'c', 'd'], [1, 5, 2, 0], 2).values).toEqual(['b', 'c']);
  });

  it('coarsen to edges of their own, and a coarsened profile is the profile counted coarsely', () => {
    for (const name of Object.keys(distributions)) {
      const values = draw(name, 4000, 5);
      const fine = numericBinning(values);
      const coarse = coarsen(fine, 32);
      expect(coarsen(fine, 32).id).toBe(coarse.id);
      const counted = profileOfValues(values, coarse);
      expect(counted.bins.length).toBeLessThanOrEqual(32);
      expect(coarsenProfile(profileOfValues(values, fine), fine, coarse)).toEqual(counted);
      expect(Math.max(...counted.bins) / 4000).toBeLessThan(name === 'constant' ? 1.1 : 0.65);
    }
  });

  it('coarsen categories to the frequent ones; the others are unseen on both sides', () => {
    const fine = categoricalBinning(['a', 'b', 'c'], [5, 3, 1], 10);
    const coarse = coarsen(fine, 2);
    const set = createProfileSet(fine, 1);
    accumulate(set, textColumn(['a', 'b', 'c', 'z', null]), new Int32Array(5), 5);
    const profile = coarsenProfile(profileOf(set, 0), fine, coarse);
    expect(Array.from(profile.bins)).toEqual([1, 1]);
    expect(profile.unseen).toBe(2);
    expect(Object.fromEntries(profile.unseenValues)).toEqual({ c: 1, z: 1 });
  });
});

describe('profile set', () => {
  it('counts each kind of value where it belongs, by group, and skips group -1', () => {
    const binning = numericBinning(Float64Array.of(0, 1, 2, 3));
    const set = createProfileSet(binning, 2);
    const column = numberColumn([
      1,
      null,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      0,
      -0,
      99,
      3,
    ]);
    accumulate(set, column, Int32Array.of(0, 0, 0, 0, 0, 0, 0, -1, 1), 9);
    // The absent value was there, but not usable.
    countInvalid(set, 0, 1);
    const profile = profileOf(set, 0);
    expect(profile).toMatchObject({
      n: 7,
      missing: 0,
      invalid: 1,
      nan: 1,
      posInf: 1,
      negInf: 1,
      zero: 2,
      min: 0,
      max: 1,
    });
    expect(profileOf(set, 1)).toMatchObject({ n: 1, min: 3, max: 3 });
    expect(profileMean(profile, binning)).toBeCloseTo(1 / 3, 12);
  });

  it('counts texts by a dictionary that grows, and names the unseen', () => {
    const set = createProfileSet(categoricalBinning(['a', 'b'], [2, 1], 5), 1);
    const column = textColumn(['a', 'c', 'b', null]);
    accumulate(set, column, new Int32Array(4), 4);
    for (let more = 0; more < 200; more++) encode(column.dictionary, `x${more}`);
    const grown = { ...column, codes: Int32Array.of(0, 150, 1, 0), validity: Uint8Array.of(15) };
    accumulate(set, grown, new Int32Array(4), 4);
    const profile = profileOf(set, 0);
    expect(Array.from(profile.bins)).toEqual([3, 1]);
    expect(profile).toMatchObject({ n: 8, missing: 1, unseen: 3 });
    expect(profile.unseenValues.get('c')).toBe(2);
  });

  it('counts a number in categories by its decimal form, and text in a numeric feature as invalid', () => {
    const set = createProfileSet(categoricalBinning(['1', '2'], [1, 1], 5), 1);
    accumulate(set, numberColumn([1, 2, 2, 3, null]), new Int32Array(5), 5);
    expect(profileOf(set, 0)).toMatchObject({ n: 5, missing: 1, unseen: 1, bins: Float64Array.of(1, 2) });
    const numbers = createProfileSet(genericBinning('number'), 1);
    accumulate(numbers, textColumn(['x', null]), new Int32Array(2), 2);
    expect(profileOf(numbers, 0)).toMatchObject({ n: 2, missing: 1, invalid: 1 });
  });

  it('bounds the names of unseen values, with the frequent one kept and its count off by less than stated', () => {
    const binning = genericBinning('string');
    const texts = Array.from({ length: 50_000 }, (_, row) => (row % 5 === 0 ? 'often' : `once-${row}`));
    const parts = [0, 1, 2, 3, 4].map((part) => {
      const set = createProfileSet(binning, 1);
      accumulate(set, textColumn(texts.slice(part * 10_000, (part + 1) * 10_000)), new Int32Array(10_000), 10_000);
      return profileOf(set, 0);
    });
    const sum = sumProfiles(parts, binning);
    expect(sum.unseen).toBe(50_000);
    expect(sum.unseenValues.size).toBeLessThanOrEqual(unseenNamesMax);
    const often = sum.unseenValues.get('often') ?? 0;
    expect(often).toBeLessThanOrEqual(10_000);
    expect(often).toBeGreaterThanOrEqual(10_000 - 50_000 / (unseenNamesMax + 1));
  });
});

describe('moments', () => {
  it('are stable for 1e12 plus or minus 1', () => {
    const values = draw('1e12 plus or minus 1', 20_000, 9);
    const binning = numericBinning(values);
    const profile = profileOfValues(values, binning);
    expect(profileVariance(profile, binning)).toBeCloseTo(1 / 3, 2);
    expect(profileQuantile(profile, binning, 0.5)).toBeCloseTo(1e12, 1);
  });

  it('are undefined without values', () => {
    const binning = numericBinning(Float64Array.of(1, 2, 3));
    const empty = emptyProfile(binning);
    expect(profileMean(empty, binning)).toBeUndefined();
    expect(profileVariance(empty, binning)).toBeUndefined();
    expect(profileQuantile(empty, binning, 0.5)).toBeUndefined();
  });
});
