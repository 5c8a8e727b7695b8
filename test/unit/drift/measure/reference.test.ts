import { describe, expect, it } from 'vitest';
import { type Column, countPresent } from '../../../../common/columns.ts';
import { columnOf } from '../../../../common/feature.ts';
import { everything } from '../../../../common/segment.ts';
import { judgeWindow } from '../../../../drift/judge/judge-window.ts';
import { createMeasurer } from '../../../../drift/measure/create-measurer.ts';
import { fitRows } from '../../../../drift/measure/fit-measure.ts';
import { measureFrame } from '../../../../drift/measure/measure-frame.ts';
import type { NumericBinning, Profile } from '../../../../drift/profile/profile.ts';
import { accumulate, createProfileSet, profileOf } from '../../../../drift/profile/profile-set.ts';
import { buildReference } from '../../../../drift/reference/build-reference.ts';
import type { Reference } from '../../../../drift/reference/reference.ts';
import { referenceFromJson, referenceToJson } from '../../../../drift/reference/reference-json.ts';
import { minuteMs, type OrderChange, orders, startMs } from '../../../support/kinds/orders.ts';
import { errorsOfProfiles } from '../profile/accuracy.ts';

const hourMs = 60 * minuteMs;
const referenceRows = 14_400;
const measures = ['review', 'code', 'embedding', 'shipped'];

function referenceOf(like?: Reference, seed = 1): Reference {
  const { frame, timesMs } = orders({ count: referenceRows, seed });
  const base = { frame, timesMs, origin: 'orders', segments: [], windowsMs: [hourMs] };
  return buildReference(like === undefined ? base : { ...base, like });
}

const reference = referenceOf();

/** The profile of one hour of orders, by feature, as a worker counts it. */
function profilesOf(of: Reference, change: OrderChange, seed: number): ReadonlyMap<string, Profile> {
  const { frame, timesMs } = orders({ count: 600, seed, fromMs: startMs + 24 * hourMs }, change);
  const columns = new Map(frame.fields.map(({ name }, at) => [name, frame.columns[at] as Column]));
  for (const measure of of.measures) {
    const base = columns.get(measure.feature) as Column;
    for (const { field, column } of createMeasurer(measure)(base, frame.rows, timesMs)) columns.set(field.name, column);
  }
  return new Map(
    of.features.map((feature) => {
      const set = createProfileSet(feature.binning, 1, feature);
      accumulate(set, columns.get(feature.name) as Column, new Int32Array(frame.rows), frame.rows);
      return [feature.name, profileOf(set, 0)];
    }),
  );
}

function alarms(of: Reference, change: OrderChange, seed = 50) {
  const profiles = profilesOf(of, change, seed);
  const judged = judgeWindow({
    reference: of,
    against: { kind: 'training' },
    comparison: 'training:1h',
    window: { startMs: startMs + 24 * hourMs, endMs: startMs + 25 * hourMs },
    profile: (_segment, feature) => profiles.get(feature),
    features: of.features.map(({ name }) => name),
    segments: [everything],
    budget: { falseAlarmsPerWeek: 1, minEffect: 0.05 },
    judgementsPerWeek: 168 * of.features.length,
  });
  return judged.filter(({ alarm }) => alarm);
}

const names = (found: readonly { readonly feature: string }[]) => found.map(({ feature }) => feature).sort();

describe('a reference of features of richer kinds', () => {
  it('counts whether they have values, and their measures as features of their own', () => {
    expect(reference.measures.map(({ kind, feature }) => `${feature} ${kind}`)).toEqual([
      'review text',
      'code identifier',
      'embedding vector',
      'shipped timestamp',
    ]);
    const of = (name: string) => reference.features.filter((feature) => feature.of === name).map((one) => one.name);
    expect(of('review')).toEqual(['review.length', 'review.tokens', 'review.unknown', 'review.garbled']);
    expect(of('code')).toEqual(['code.length', 'code.pattern']);
    expect(of('shipped')).toEqual(['shipped.lag', 'shipped.grain']);
    expect(of('embedding')).toHaveLength(10);
    for (const name of measures) {
      const profile = reference.profile(everything, name);
      expect(profile).toMatchObject({ n: referenceRows, unseen: referenceRows, missing: 0 });
      expect(profile?.bins).toHaveLength(0);
      expect(profile?.unseenValues.size).toBe(0);
    }
  });

  it('does not measure by its own rows what is made of them', () => {
    const fitted = fitRows(referenceRows).length;
    expect(fitted / referenceRows).toBeCloseTo(0.25, 1);
    const n = (name: string) => reference.profile(everything, name)?.n;
    expect([n('review.unknown'), n('embedding.centroid')]).toEqual([referenceRows - fitted, referenceRows - fitted]);
    expect([n('review.length'), n('embedding.p1')]).toEqual([referenceRows, referenceRows]);
    expect(fitRows(2_000_000).length).toBeLessThan(21_000);
  });

  it('comes back from JSON, and measures and judges as before', () => {
    const copy = referenceFromJson(referenceToJson(reference));
    expect([copy.id, copy.measures, copy.features]).toEqual([reference.id, reference.measures, reference.features]);
    const change = { topic: 'kitchen' } as const;
    expect(names(alarms(copy, change))).toEqual(names(alarms(reference, change)));
  });

  it('gives its measures to the reference that is made like it', () => {
    const next = referenceOf(reference, 2);
    expect(next.measures).toEqual(reference.measures);
    expect(next.features.map(({ binning }) => binning.id)).toEqual(reference.features.map(({ binning }) => binning.id));
    expect(next.profile(everything, 'review.unknown')?.n).toBe(referenceRows);
  });

  it('leaves what a reference before it counted by its values as it was', () => {
    const { frame, timesMs } = orders({ count: 2000, seed: 3 });
    const asCategories = {
      features: reference.features.map((one) =>
        one.name === 'code' ? { ...one, binning: { kind: 'categorical' as const, id: 'x', values: ['OR-1'] } } : one,
      ),
      measures: reference.measures.filter(({ feature }) => feature !== 'code'),
    };
    const made = measureFrame({ frame, timesMs, exclude: new Set(), like: asCategories });
    expect(made.measures.map(({ feature }) => feature)).toEqual(['review', 'embedding', 'shipped']);
  });
});

describe('an hour of orders', () => {
  it.each([50, 51, 52, 53, 54, 55, 56, 57])('as ordinary as the reference is quiet (seed %i)', (seed) => {
    expect(alarms(reference, {}, seed)).toEqual([]);
  });

  it('about another topic is found by its unknown words', () => {
    const found = alarms(reference, { topic: 'kitchen' });
    expect(names(found)).toEqual(['review.unknown']);
    expect(found[0]?.why).toContain('review.unknown');
  });

  it('with one cluster of embeddings moved is found by the measures of the embedding', () => {
    const found = names(alarms(reference, { shiftCluster: 4 }));
    expect(found.length).toBeGreaterThan(1);
    for (const name of found) expect(name).toMatch(/^embedding\./);
  });

  it('whose other clock is hours off is found, and said to be a clock', () => {
    const found = alarms(reference, { shippedLaterMs: -5 * hourMs });
    expect(names(found)).toEqual(['shipped.lag']);
    expect(found[0]?.why).toContain('a clock 5 hours off?');
  });

  it('whose codes are made otherwise is found by their pattern', () => {
    expect(names(alarms(reference, { code: (n) => `or_${n}` }))).toEqual(['code.pattern']);
    expect(names(alarms(reference, { code: (n) => `OR-${n}0` }))).toEqual(['code.length']);
  });
});

it('profiles of measures are within 0.005 of the exact statistics', () => {
  const before = orders({ count: 40_000, seed: 5 });
  const now = orders({ count: 40_000, seed: 6 }, { topic: 'kitchen', shiftCluster: 2, shippedLaterMs: hourMs });
  const made = measureFrame({ frame: before.frame, timesMs: before.timesMs, exclude: new Set() });
  const current = made.measures.flatMap((measure) =>
    createMeasurer(measure)(columnOf(now.frame, measure.feature) as Column, 40_000, now.timesMs),
  );
  const built = buildReference({ ...before, origin: 'x', segments: [], windowsMs: [] });
  const valuesOf = (column: Column | undefined): Float64Array => {
    if (column?.kind !== 'number') return new Float64Array(0);
    const present = countPresent(column.validity, 40_000);
    const values = column.values.filter((_, row) => ((column.validity[row >> 3] as number) >> (row & 7)) & 1);
    expect(values).toHaveLength(present);
    return values;
  };
  let measured = 0;
  for (const { name, binning, of } of built.features) {
    const reference = valuesOf(columnOf(made.frame, name));
    if (of === undefined || reference.length === 0) continue;
    measured++;
    const after = valuesOf(current.find(({ field }) => field.name === name)?.column);
    const errors = errorsOfProfiles(reference, after, binning as NumericBinning);
    for (const [statistic, error] of Object.entries(errors))
      expect(error, `${name} ${statistic}`).toBeLessThanOrEqual(0.005);
  }
  expect(measured).toBe(16);
});
