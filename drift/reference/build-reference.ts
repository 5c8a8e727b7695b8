import type { Column } from '../../common/columns.ts';
import type { Frame } from '../../common/feature.ts';
import { everything, type SegmentKey } from '../../common/segment.ts';
import { type JointWanted, sampled } from '../joint/sampled.ts';
import { measureFrame } from '../measure/measure-frame.ts';
import { emptyProfile, mergeInto } from '../profile/merge.ts';
import type { Binning, Profile, ProfiledFeature } from '../profile/profile.ts';
import { accumulate, countInvalid, createProfileSet, profileOf } from '../profile/profile-set.ts';
import { chooseSegments, createSegmenter, type SegmentRule } from '../segment.ts';
import type { EarlierRule } from './earlier.ts';
import { binningsOf, withoutBins } from './feature-binning.ts';
import { learnSlices } from './learn-slices.ts';
import { measureNulls } from './null-windows.ts';
import { type NullSeries, type Reference, referenceOf, tailKey } from './reference.ts';
import { identify } from './reference-id.ts';
import type { NullDistance, WindowProfile } from './scaling.ts';
import { fitTail, type Tail } from './tail.ts';

/** Null statistics come from at most so many of the latest windows: what older ones add is not worth their memory. */
const windowsMax = 2000;

export interface ReferenceInput {
  readonly frame: Frame;
  /** Event times, ms since 1970, shape `[rows]`; NaN where unknown (such a row counts, but is in no window). */
  readonly timesMs: Float64Array;
  /** File, or model and version. For people. */
  readonly origin: string;
  /** Columns that are no features: ids, times, labels. */
  readonly exclude?: readonly string[];
  readonly segments: readonly SegmentRule[];
  /** The window lengths that will be judged. */
  readonly windowsMs: readonly number[];
  /**
   * Count in the bins and segments of this reference, so that profiles made for either are of one kind and windows across the
   * change from one to the other add up. Features it does not know get bins of their own.
   */
  readonly like?: Reference;
  /** Learn how windows lie to earlier ones by these rules too; each is for one of `windowsMs`. */
  readonly earlier?: readonly EarlierRule[];
  /** Rows whose value of a feature was there but not usable, by the feature's name; its column has none there. */
  readonly invalid?: ReadonlyMap<string, readonly number[]>;
  /** Learn how slices of this length behave, for `advanceDetectors`. */
  readonly sliceMs?: number;
  /** Learn it of the segments of these rules (by their features), too: of the first ones, see `learnSlices`. */
  readonly sliceSegments?: readonly (readonly string[])[];
  /** Learn how features go together, for `judgeJoint`. */
  readonly joint?: JointWanted;
}

/**
 * Profiles each feature over all rows and over each segment, and measures how far the reference's own windows differ from
 * the rest of it. The same input gives the same reference, id included.
 *
 * Of features of richer kinds (vectors, timestamps, free text and identifiers, see `fitMeasure`) it is counted whether they
 * have a value; what is judged beside that are their measures.
 */
export function buildReference(input: ReferenceInput): Reference {
  const { timesMs, origin, like } = input;
  const excluded = new Set(input.exclude ?? []);
  const { frame, measures, measuredBy } = measureFrame({
    frame: input.frame,
    timesMs,
    exclude: excluded,
    ...(like === undefined ? {} : { like }),
  });
  const measured = new Set(measures.map(({ feature }) => feature));
  const segments = like?.segments ?? chooseSegments(frame, input.segments);
  const known = new Map(like?.features.map((feature) => [feature.name, feature]));
  const segmentGroups = createSegmenter(segments).groupsOf(frame);
  const slices = sliceTime(timesMs, frame.rows, input.windowsMs);

  const features: ProfiledFeature[] = [];
  const profiles = new Map<SegmentKey, Map<string, Profile>>();
  const nulls = input.windowsMs.map((windowMs) => ({
    windowMs,
    rules: input.earlier?.filter((rule) => rule.windowMs === windowMs) ?? [],
    windows: Math.floor((slices.endMs - slices.startMs) / windowMs + 0.5),
    series: new Map<SegmentKey, Map<string, NullSeries>>(),
    tails: new Map<string, Tail>(),
  }));
  const learner =
    input.sliceMs === undefined
      ? undefined
      : learnSlices({
          sliceMs: input.sliceMs,
          timesMs,
          rows: frame.rows,
          features: frame.fields.filter(({ name }) => !excluded.has(name)).length,
          segments,
          segmentGroups,
          watched: input.sliceSegments ?? [],
        });

  frame.fields.forEach((field, at) => {
    if (excluded.has(field.name)) return;
    const column = frame.columns[at] as Column;
    const presenceOnly = measured.has(field.name);
    const of = measuredBy.get(field.name);
    const { binning, segmentBinning } = presenceOnly
      ? withoutBins()
      : (known.get(field.name) ?? binningsOf(field, column, frame.rows));
    const feature: ProfiledFeature = {
      name: field.name,
      type: field.type,
      binning,
      segmentBinning,
      ...(of === undefined ? {} : { of }),
      ...(presenceOnly ? { presenceOnly } : {}),
    };
    features.push(feature);
    const invalid = input.invalid?.get(field.name) ?? [];
    const sliced = profileSlices({ column, feature, frame, slices, segmentGroups, segments: segments.length, invalid });
    const scopes: { readonly scope: 'all' | 'segments'; readonly keys: readonly SegmentKey[] }[] = [
      { scope: 'all', keys: [everything] },
      { scope: 'segments', keys: segments },
    ];
    for (const { scope, keys } of scopes) {
      const pooled = nulls.map(() => new Map<string, NullDistance[]>());
      keys.forEach((segment, index) => {
        const binning = scope === 'all' ? feature.binning : feature.segmentBinning;
        const parts = sliced(scope === 'all' ? -1 : index);
        const total = emptyProfile(binning);
        for (const part of parts) if (part !== undefined) mergeInto(total, part);
        insert(profiles, segment, field.name, total);
        nulls.forEach((table, tableAt) => {
          const windows = windowsFrom(parts, binning, slices, table.windowMs);
          const { series, distances } = measureNulls(windows, total, binning, table.windowMs, table.rules);
          if (series.windows === 0) return;
          insert(table.series, segment, field.name, series);
          for (const [comparison, some] of distances) append(pooled[tableAt], comparison, some);
        });
      });
      nulls.forEach((table, tableAt) => {
        for (const [comparison, distances] of pooled[tableAt] ?? []) {
          const tail = fitTail(
            distances.map(({ ratio }) => ratio),
            distances.map(({ window }) => window),
          );
          if (tail !== undefined) table.tails.set(tailKey(scope, field.name, comparison), tail);
        }
      });
    }
    learner?.learn({ column, feature, profile: (segment) => profiles.get(segment)?.get(field.name) });
  });

  const content = {
    origin,
    spanMs: slices.lastMs - slices.firstMs,
    rows: frame.rows,
    features,
    segments,
    measures,
    profiles,
    nulls,
    ...(learner === undefined ? {} : { slices: learner.table }),
    ...sampled({ ...input, frame }, features),
  };
  return referenceOf({ id: identify(content), ...content });
}

interface TimeSlices {
  /** Length of the slices all windows are sums of: the greatest common divisor of their lengths. */
  readonly sliceMs: number;
  /** Start of slice 1; slice 0 holds the rows before it and those without a time. */
  readonly startMs: number;
  readonly endMs: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
  /** Slice of each row, shape `[rows]`. */
  readonly sliceOf: Int32Array;
}

function sliceTime(timesMs: Float64Array, rows: number, windowsMs: readonly number[]): TimeSlices {
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < rows; row++) {
    const time = timesMs[row] as number;
    if (time < firstMs) firstMs = time;
    if (time > lastMs) lastMs = time;
  }
  const sliceOf = new Int32Array(rows);
  if (!(firstMs <= lastMs) || windowsMs.length === 0) {
    const known = firstMs <= lastMs;
    const at = known ? { firstMs, lastMs } : { firstMs: 0, lastMs: 0 };
    return { sliceMs: 1, startMs: 0, endMs: 0, ...at, count: 1, sliceOf };
  }
  const sliceMs = windowsMs.reduce(greatestCommonDivisor);
  const longest = Math.max(...windowsMs);
  // Slices begin at a boundary of the longest window, so that every window is whole.
  const endMs = (Math.floor(lastMs / sliceMs) + 1) * sliceMs;
  const earliest = Math.max(firstMs, endMs - windowsMax * sliceMs);
  const startMs = Math.floor(earliest / longest) * longest;
  const count = Math.round((endMs - startMs) / sliceMs) + 1;
  for (let row = 0; row < rows; row++) {
    const time = timesMs[row] as number;
    sliceOf[row] = time >= startMs ? Math.floor((time - startMs) / sliceMs) + 1 : 0;
  }
  return { sliceMs, startMs, endMs, firstMs, lastMs, count, sliceOf };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Profiles of one feature by slice of time: `sliced(-1)` over all rows, `sliced(i)` over segment i. */
function profileSlices(input: {
  readonly column: Column;
  readonly feature: ProfiledFeature;
  readonly frame: Frame;
  readonly slices: TimeSlices;
  readonly segmentGroups: readonly Int32Array[];
  readonly segments: number;
  readonly invalid: readonly number[];
}): (segment: number) => readonly (Profile | undefined)[] {
  const { column, feature, frame, slices, segmentGroups, invalid } = input;
  const { count, sliceOf } = slices;
  const whole = createProfileSet(feature.binning, count, { ...feature, distinct: true });
  accumulate(whole, column, sliceOf, frame.rows);
  for (const row of invalid) countInvalid(whole, sliceOf[row] as number, 1);
  const parts = createProfileSet(feature.segmentBinning, count * input.segments, feature);
  const groups = new Int32Array(frame.rows);
  for (const rule of segmentGroups) {
    for (let row = 0; row < frame.rows; row++) {
      const segment = rule[row] as number;
      groups[row] = segment < 0 ? -1 : segment * count + (sliceOf[row] as number);
    }
    accumulate(parts, column, groups, frame.rows);
    for (const row of invalid) if ((groups[row] as number) >= 0) countInvalid(parts, groups[row] as number, 1);
  }
  return (segment) =>
    Array.from({ length: count }, (_, slice) => {
      const profile = segment < 0 ? profileOf(whole, slice) : profileOf(parts, segment * count + slice);
      return profile.n > 0 ? profile : undefined;
    });
}

function windowsFrom(
  parts: readonly (Profile | undefined)[],
  binning: Binning,
  slices: TimeSlices,
  windowMs: number,
): readonly WindowProfile[] {
  const { sliceMs, startMs } = slices;
  const slicesPerWindow = Math.round(windowMs / sliceMs);
  const windows: WindowProfile[] = [];
  let current: WindowProfile | undefined;
  for (let slice = 1; slice < parts.length; slice++) {
    const part = parts[slice];
    if (part === undefined) continue;
    if (slicesPerWindow === 1) {
      windows.push({ startMs: startMs + (slice - 1) * sliceMs, profile: part });
      continue;
    }
    const windowStartMs = Math.floor((startMs + (slice - 1) * sliceMs) / windowMs) * windowMs;
    if (current?.startMs !== windowStartMs) {
      current = { startMs: windowStartMs, profile: emptyProfile(binning) };
      windows.push(current);
    }
    mergeInto(current.profile, part);
  }
  return windows;
}

function append(to: Map<string, NullDistance[]> | undefined, key: string, some: readonly NullDistance[]): void {
  const known = to?.get(key);
  if (known === undefined) to?.set(key, [...some]);
  else for (const one of some) known.push(one);
}

function insert<Value>(map: Map<string, Map<string, Value>>, outer: string, inner: string, value: Value): void {
  let row = map.get(outer);
  if (row === undefined) {
    row = new Map();
    map.set(outer, row);
  }
  row.set(inner, value);
}
