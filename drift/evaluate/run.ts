import type { Column } from '../../common/columns.ts';
import { everything } from '../../common/segment.ts';
import { type ScoreTable, scoreTableOf } from '../detect/score-table.ts';
import type { SliceModel } from '../detect/slice-model.ts';
import type { Binning, Profile } from '../profile/profile.ts';
import { accumulate, createProfileSet, profileOf } from '../profile/profile-set.ts';
import { buildReference } from '../reference/build-reference.ts';
import type { Reference } from '../reference/reference.ts';
import { eventsPerHour, type Family, hourMs, hoursPerWeek, sliceMs } from './family.ts';

export const feature = 'x';
/** 1970-01-05 was a Monday: every stream begins with a week. */
export const startMs = 4 * 24 * hourMs;
export const msPerEvent = hourMs / eventsPerHour;

/** What all contestants know before they begin: some weeks in which nothing changes. */
export interface Prepared {
  readonly family: Family;
  readonly values: Float64Array;
  readonly weeks: number;
  readonly reference: Reference;
  readonly binning: Binning;
  /** The reference as a whole, and by hour. */
  readonly profile: Profile;
  readonly hours: readonly Profile[];
  readonly table: ScoreTable;
  readonly model: SliceModel;
  readonly mean: number;
  readonly deviation: number;
}

/** A stream that is watched, from the end of its reference on. */
export interface Run {
  readonly prepared: Prepared;
  readonly values: Float64Array;
}

export function prepare(family: Family, seed: number, weeks: number): Prepared {
  const values = family.values(seed, weeks * hoursPerWeek);
  const column = columnFor(family, values);
  const timesMs = timesFrom(startMs, values.length);
  const type = family.categories === undefined ? 'number' : 'string';
  const reference = buildReference({
    frame: { rows: values.length, fields: [{ name: feature, type }], columns: [column] },
    timesMs,
    origin: family.name,
    segments: [],
    windowsMs: [hourMs],
    sliceMs,
  });
  const binning = (reference.features[0] as { binning: Binning }).binning;
  const profile = reference.profile(everything, feature) as Profile;
  const table = scoreTableOf(binning, profile);
  const model = reference.slices?.models.get(feature);
  if (model === undefined) throw new Error(`${family.name}: too short a reference`);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  const hours = hourlyProfiles(family, values, binning);
  return { family, values, weeks, reference, binning, profile, hours, table, model, mean, deviation };
}

/** Profiles of the whole hours of a stream. */
export function hourlyProfiles(family: Family, values: Float64Array, binning: Binning): Profile[] {
  const hours = Math.floor(values.length / eventsPerHour);
  const set = createProfileSet(binning, hours);
  const rows = hours * eventsPerHour;
  const groups = Int32Array.from({ length: rows }, (_, row) => Math.floor(row / eventsPerHour));
  accumulate(set, columnFor(family, values), groups, rows);
  return Array.from({ length: hours }, (_, hour) => profileOf(set, hour));
}

export function columnFor({ categories }: Family, values: Float64Array): Column {
  const validity = new Uint8Array((values.length + 7) >> 3).fill(255);
  if (categories === undefined) return { kind: 'number', values, validity };
  const names = [...categories, 'new'];
  const dictionary = { values: names, codeOf: new Map(names.map((name, code) => [name, code])) };
  return { kind: 'text', codes: Int32Array.from(values), dictionary, validity };
}

/** Times of events that come evenly. */
export function timesFrom(fromMs: number, count: number): Float64Array {
  const times = new Float64Array(count);
  for (let at = 0; at < count; at++) times[at] = fromMs + at * msPerEvent;
  return times;
}
