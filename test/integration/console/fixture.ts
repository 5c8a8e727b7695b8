import { type Column, isPresent, numberColumn, textColumn } from '../../../common/columns.ts';
import { everything, type SegmentKey } from '../../../common/segment.ts';
import { judgeWindow } from '../../../drift/judge/judge-window.ts';
import type { Judgement } from '../../../drift/judge/judgement.ts';
import { sumProfiles } from '../../../drift/profile/merge.ts';
import type { Profile } from '../../../drift/profile/profile.ts';
import { accumulate, createProfileSet, profileOf } from '../../../drift/profile/profile-set.ts';
import { buildReference } from '../../../drift/reference/build-reference.ts';
import type { Reference } from '../../../drift/reference/reference.ts';
import { referenceToJson } from '../../../drift/reference/reference-json.ts';
import { createSegmenter } from '../../../drift/segment.ts';
import type { Store } from '../../../store/client.ts';
import { fillHistory } from './history.ts';
import { createDay, type Day, dayMs, firstDayMs, iso, referenceDays, streamDays } from './stream.ts';

export interface FixtureOptions {
  /** Days of the stream; the whole story needs all 96. */
  readonly days?: number;
  /** Rows in `events`; they carry no features. */
  readonly events?: number;
}

/** Fills the tables as a pipeline would have: real profiles and judgements of a made-up stream, and the history around it. */
export async function fillConsole(store: Store, options: FixtureOptions = {}): Promise<void> {
  const days = options.days ?? streamDays;
  const reference = createReference();
  await store.insertRows('references', [
    {
      reference_id: reference.id,
      created_at: iso(firstDayMs),
      origin: reference.origin,
      document: referenceToJson(reference),
    },
  ]);
  const profiled = Array.from({ length: days }, (_, at) => profileDay(reference, createDay(referenceDays + at)));
  await store.insertRows(
    'sealed_profiles',
    profiled.flatMap((day) => sealedRows(reference, day)),
  );
  const judgements = profiled.flatMap((day, at) => judgeDay(reference, day, profiled[at - 1]));
  await store.insertRows('judgements', judgements.map(judgementRow));
  await fillHistory(store, { days, events: options.events ?? days * 2400, judgements });
}

function createReference(): Reference {
  const joined = joinDays(Array.from({ length: referenceDays }, (_, day) => createDay(day)));
  return buildReference({
    frame: joined.frame,
    timesMs: joined.timesMs,
    origin: 'january.parquet',
    segments: [{ by: ['origin'], top: 10 }],
    windowsMs: [dayMs],
  });
}

/** Days put together. Texts get one dictionary. */
function joinColumns(days: readonly Day[], at: number): Column {
  const columns = days.map(({ frame }) => frame.columns[at] as Column);
  if (columns[0]?.kind === 'number')
    return numberColumn(
      columns.flatMap((column) =>
        column.kind === 'number'
          ? [...column.values].map((value, row) => (isPresent(column.validity, row) ? value : null))
          : [],
      ),
    );
  return textColumn(
    columns.flatMap((column) =>
      column.kind === 'text'
        ? [...column.codes].map((code, row) =>
            isPresent(column.validity, row) ? (column.dictionary.values[code] as string) : null,
          )
        : [],
    ),
  );
}

function joinDays(days: readonly Day[]): Pick<Day, 'frame' | 'timesMs'> {
  const rows = days.reduce((sum, { frame }) => sum + frame.rows, 0);
  const fields = (days[0] as Day).frame.fields;
  return {
    timesMs: Float64Array.from(days.flatMap(({ timesMs }) => [...timesMs])),
    frame: { rows, fields, columns: fields.map((_, at) => joinColumns(days, at)) },
  };
}

interface ProfiledDay {
  readonly startMs: number;
  readonly profiles: ReadonlyMap<SegmentKey, ReadonlyMap<string, Profile>>;
}

function profileDay(reference: Reference, { startMs, frame }: Day): ProfiledDay {
  const [groups] = createSegmenter(reference.segments).groupsOf(frame);
  const all = new Int32Array(frame.rows);
  const profiles = new Map<SegmentKey, Map<string, Profile>>(
    [everything, ...reference.segments].map((key) => [key, new Map()]),
  );
  reference.features.forEach(({ name, binning, segmentBinning }, at) => {
    const column = frame.columns[at];
    if (column === undefined || groups === undefined) return;
    const whole = createProfileSet(binning, 1);
    accumulate(whole, column, all, frame.rows);
    profiles.get(everything)?.set(name, profileOf(whole, 0));
    const sliced = createProfileSet(segmentBinning, reference.segments.length);
    accumulate(sliced, column, groups, frame.rows);
    reference.segments.forEach((key, group) => {
      profiles.get(key)?.set(name, profileOf(sliced, group));
    });
  });
  return { startMs, profiles };
}

function judgeDay(reference: Reference, day: ProfiledDay, before: ProfiledDay | undefined): Judgement[] {
  const common = {
    reference,
    window: { startMs: day.startMs, endMs: day.startMs + dayMs },
    profile: (segment: SegmentKey, feature: string) => day.profiles.get(segment)?.get(feature),
    features: reference.features.map(({ name }) => name),
    segments: [everything, ...reference.segments],
    budget: { falseAlarmsPerWeek: 1, minEffect: 0.05 },
    judgementsPerWeek: 7 * 2 * reference.features.length * (1 + reference.segments.length),
  };
  const training = judgeWindow({ ...common, against: { kind: 'training' }, comparison: 'training:1d' });
  if (before === undefined) return training;
  const profile = (segment: SegmentKey, feature: string) => before.profiles.get(segment)?.get(feature);
  return [
    ...training,
    ...judgeWindow({ ...common, against: { kind: 'previous', profile }, comparison: 'previous:1d' }),
  ];
}

function sealedRows(reference: Reference, { startMs, profiles }: ProfiledDay): object[] {
  return reference.features.flatMap(({ name, binning, segmentBinning }) =>
    [...profiles].flatMap(([segment, features]) => {
      const profile = features.get(name);
      if (profile === undefined) return [];
      const used = segment === everything ? binning : segmentBinning;
      return {
        pane: iso(startMs),
        pane_ms: dayMs,
        segment,
        feature: name,
        binning: used.id,
        revision: 1,
        ...profileRow(sumProfiles([profile], used)),
      };
    }),
  );
}

function profileRow(profile: Profile): object {
  const filled = [...profile.bins.keys()].filter((bin) => (profile.bins[bin] as number) > 0);
  return {
    n: profile.n,
    missing: profile.missing,
    invalid: profile.invalid,
    zero: profile.zero,
    nan: profile.nan,
    pos_inf: profile.posInf,
    neg_inf: profile.negInf,
    min: finiteOrText(profile.min),
    max: finiteOrText(profile.max),
    sum_z: profile.sumZ,
    sum_z2: profile.sumZ2,
    bin_index: filled,
    bin_count: filled.map((bin) => profile.bins[bin]),
    unseen: profile.unseen,
    unseen_value: [...profile.unseenValues.keys()],
    unseen_count: [...profile.unseenValues.values()],
    distinct_index: [...profile.distinct.keys()],
    distinct_rank: [...profile.distinct.values()],
  };
}

function judgementRow(judgement: Judgement): object {
  return {
    window_start: iso(judgement.windowStart),
    window_end: iso(judgement.windowEnd),
    comparison: judgement.comparison,
    segment: judgement.segment,
    feature: judgement.feature,
    revision: 1,
    reference_id: judgement.referenceId,
    n_reference: judgement.nReference,
    n_current: judgement.nCurrent,
    statistic: judgement.statistic,
    value: judgement.value,
    critical: finiteOrText(judgement.critical),
    p_value: judgement.pValue,
    alarm: judgement.alarm ? 1 : 0,
    why: judgement.why,
    detail: JSON.stringify(judgement.detail),
  };
}

/** JSON has no infinity; the store reads the text. */
function finiteOrText(value: number): number | string {
  return Number.isFinite(value) ? value : value > 0 ? 'inf' : '-inf';
}
