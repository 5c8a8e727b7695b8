import { describe, expect, it } from 'vitest';
import { everything } from '../../../../common/segment.ts';
import { judgeSkew, type SkewInput } from '../../../../drift/judge/judge-skew.ts';
import { categoricalBinning, numericBinning } from '../../../../drift/profile/binning.ts';
import type { Profile } from '../../../../drift/profile/profile.ts';
import { servingDistances } from '../../../../drift/skew/serving-distance.ts';
import { profilesOf, type Row, shopDays, shopReference } from '../judge/stream.ts';
import { profileOfValues as numericProfile } from '../profile/count.ts';
import { readFixture } from '../statistics/fixture.ts';

interface Tfdv {
  readonly numeric: { readonly name: string; readonly jensen_shannon_divergence: number }[];
  readonly categorical: Record<'l_infty' | 'normalized_absolute_difference' | 'jensen_shannon_divergence', number>[];
}

const { samples, tables } = readFixture();
const tfdv = readFixture<Tfdv>('tfdv');

describe('servingDistances, beside TensorFlow Data Validation', () => {
  it.each(tfdv.numeric)('numbers: $name', ({ name, jensen_shannon_divergence }) => {
    const sample = samples.find((one) => one.name === name);
    if (sample === undefined) throw new Error(name);
    const training = Float64Array.from(sample.reference_values);
    const binning = numericBinning(training);
    const found = servingDistances(
      binning,
      numericProfile(training, binning),
      numericProfile(Float64Array.from(sample.current_values), binning),
    );
    // Counts of bins instead of values: the largest difference here is 0.0096.
    expect(Math.abs((found.js_divergence ?? 1) - jensen_shannon_divergence)).toBeLessThan(0.01);
    expect(found.linf).toBeUndefined();
  });

  it.each(tfdv.categorical.map((theirs, at) => ({ theirs, at })))('text: table $at', ({ theirs, at }) => {
    const { reference, current } = tables[at] as (typeof tables)[number];
    const names = reference.map((_, value) => `v${value}`);
    // What the reference does not have is unknown to its bins, and counted by name.
    const known = names.filter((_, value) => (reference[value] as number) > 0);
    const binning = categoricalBinning(
      known,
      reference.filter((count) => count > 0),
      1024,
    );
    const found = servingDistances(
      binning,
      profileOf(binning.values, names, reference),
      profileOf(binning.values, names, current),
    );
    expect(found.linf).toBeCloseTo(theirs.l_infty, 9);
    expect(found.js_divergence).toBeCloseTo(theirs.jensen_shannon_divergence, 9);
    expect(found.normalized_abs_difference).toBeCloseTo(theirs.normalized_absolute_difference, 9);
  });

  it('has no answer where a side is empty', () => {
    const binning = numericBinning(Float64Array.of(1, 2, 3));
    expect(
      servingDistances(
        binning,
        numericProfile(Float64Array.of(1, 2), binning),
        numericProfile(Float64Array.of(), binning),
      ),
    ).toEqual({});
  });
});

function profileOf(known: readonly string[], names: readonly string[], counts: readonly number[]): Profile {
  const binning = numericBinning(Float64Array.of(1));
  const empty = numericProfile(Float64Array.of(), binning);
  const countOf = (name: string): number => counts[names.indexOf(name)] ?? 0;
  const strangers = names.filter((name) => !known.includes(name) && countOf(name) > 0);
  return {
    ...empty,
    n: counts.reduce((sum, count) => sum + count, 0),
    bins: Float64Array.from(known, countOf),
    unseen: strangers.reduce((sum, name) => sum + countOf(name), 0),
    unseenValues: new Map(strangers.map((name) => [name, countOf(name)])),
  };
}

describe('judgeSkew', () => {
  const reference = shopReference();
  const oneDay = (change?: (row: Row) => void) => shopDays(1, 7, change).frame;
  const judged = (day: ReturnType<typeof oneDay>, limitsOf: SkewInput['limitsOf']) =>
    judgeSkew({
      reference,
      comparison: 'skew:1d',
      window: { startMs: 0, endMs: 86_400_000 },
      profile: profilesOf(reference, day),
      features: ['price', 'city'],
      segments: [everything, ...reference.segments],
      limitsOf,
    });

  it('says of every feature with a limit whether it is beyond, and that the limit is not calibrated', () => {
    const limits = { price: { js_divergence: 0.1 }, city: { linf: 0.2, js_divergence: 0.5 } } as const;
    const limitsOf = (feature: string) => limits[feature as keyof typeof limits];
    const calm = judged(oneDay(), limitsOf).filter(({ segment }) => segment === everything);
    expect(calm.map(({ feature, statistic, alarm }) => [feature, statistic, alarm])).toEqual([
      ['price', 'js_divergence', false],
      ['city', 'linf', false],
    ]);
    expect(calm[0]?.why).toMatch(/within the limit \(.*fixed limit 0\.1, not calibrated\)/);
    const wrong = judged(
      oneDay((row) => (row.price = (row.price ?? 0) * 100)),
      limitsOf,
    );
    const price = wrong.find(({ feature, segment }) => feature === 'price' && segment === everything);
    expect(price).toMatchObject({
      alarm: true,
      critical: 0.1,
      pValue: 1,
      detail: { story: { kind: 'unit', factor: 100 } },
    });
    expect(price?.why).toMatch(/is (9\d|10\d)(\.\d)? times the reference: hundredths instead of whole units/);
  });

  it('leaves features without a limit alone, and says where a limit cannot apply', () => {
    const only = judged(oneDay(), (feature) => (feature === 'price' ? { linf: 0.1 } : undefined));
    expect(only).toHaveLength(1);
    expect(only[0]).toMatchObject({ feature: 'price', alarm: false, critical: Number.POSITIVE_INFINITY });
    expect(only[0]?.why).toContain('of a number only js_divergence is defined');
  });
});
