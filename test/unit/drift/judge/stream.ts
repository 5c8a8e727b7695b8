import { bitmapBytes, type Column, createDictionary, encode, setAbsent } from '../../../../common/columns.ts';
import type { Frame } from '../../../../common/feature.ts';
import { createRandom } from '../../../../common/random.ts';
import { everything, type SegmentKey } from '../../../../common/segment.ts';
import { judgeWindow, type WindowInput } from '../../../../drift/judge/judge-window.ts';
import type { Judgement } from '../../../../drift/judge/judgement.ts';
import { emptyProfile } from '../../../../drift/profile/merge.ts';
import type { Profile } from '../../../../drift/profile/profile.ts';
import { accumulate, createProfileSet, profileOf } from '../../../../drift/profile/profile-set.ts';
import { buildReference } from '../../../../drift/reference/build-reference.ts';
import type { EarlierRule } from '../../../../drift/reference/earlier.ts';
import type { Reference } from '../../../../drift/reference/reference.ts';
import { createSegmenter } from '../../../../drift/segment.ts';

export const dayMs = 86_400_000;
export const startMs = Date.UTC(2001, 0, 1);

export interface Row {
  price: number | null;
  city: string | null;
}

/** Days of a small shop: a price and a city, 1000 events a day; the cities have prices of their own. */
export function shopDays(days: number, seed: number, change: (row: Row, day: number) => void = () => {}) {
  const random = createRandom(seed);
  const perDay = 1000;
  const rows = days * perDay;
  const prices = new Float64Array(rows);
  const codes = new Int32Array(rows);
  const timesMs = new Float64Array(rows);
  const validity = () => new Uint8Array(bitmapBytes(rows)).fill(255);
  const price: Column = { kind: 'number', values: prices, validity: validity() };
  const dictionary = createDictionary();
  const city: Column = { kind: 'text', codes, dictionary, validity: validity() };
  const cities = ['Bonn', 'Köln', 'Ulm', 'Hof'];
  for (let at = 0; at < rows; at++) {
    const day = Math.floor(at / perDay);
    const which = Math.floor(random.next() ** 1.5 * cities.length);
    const row: Row = { city: cities[which] as string, price: 100 * (1 + which / 4) * Math.exp(0.4 * random.normal()) };
    change(row, day);
    timesMs[at] = startMs + day * dayMs + ((at % perDay) / perDay) * dayMs;
    if (row.price === null) setAbsent(price.validity, at);
    else prices[at] = row.price;
    if (row.city === null) setAbsent(city.validity, at);
    else codes[at] = encode(dictionary, row.city);
  }
  const frame: Frame = {
    rows,
    fields: [
      { name: 'price', type: 'number' },
      { name: 'city', type: 'string' },
    ],
    columns: [price, city],
  };
  return { frame, timesMs };
}

export function shopReference(days = 28, earlier: readonly EarlierRule[] = []): Reference {
  return buildReference({
    ...shopDays(days, 1),
    origin: 'shop',
    segments: [{ by: ['city'], top: 3 }],
    windowsMs: [dayMs],
    earlier,
  });
}

/** Profiles of all rows of a frame, by segment and feature, in the reference's bins. */
export function profilesOf(
  reference: Reference,
  frame: Frame,
): (segment: SegmentKey, feature: string) => Profile | undefined {
  const groups = createSegmenter(reference.segments).groupsOf(frame)[0] as Int32Array;
  const all = new Int32Array(frame.rows);
  return (segment, feature) => {
    const at = frame.fields.findIndex(({ name }) => name === feature);
    const profiled = reference.features.find(({ name }) => name === feature);
    if (profiled === undefined) return undefined;
    const binning = segment === everything ? profiled.binning : profiled.segmentBinning;
    if (at < 0) return emptyProfile(binning);
    const set = createProfileSet(binning, Math.max(1, reference.segments.length));
    accumulate(set, frame.columns[at] as Column, segment === everything ? all : groups, frame.rows);
    return profileOf(set, segment === everything ? 0 : reference.segments.indexOf(segment));
  };
}

export function inputOf(reference: Reference, frame: Frame, change: Partial<WindowInput> = {}): WindowInput {
  return {
    reference,
    against: { kind: 'training' },
    comparison: 'training:1d',
    window: { startMs: startMs + 28 * dayMs, endMs: startMs + 29 * dayMs },
    profile: profilesOf(reference, frame),
    features: ['price', 'city'],
    segments: [everything, ...reference.segments],
    budget: { falseAlarmsPerWeek: 1, minEffect: 0.05 },
    judgementsPerWeek: 56,
    ...change,
  };
}

export function judgeFrame(reference: Reference, frame: Frame, change: Partial<WindowInput> = {}): Judgement[] {
  return judgeWindow(inputOf(reference, frame, change));
}
