import { everything, type SegmentKey } from '../../common/segment.ts';
import { emptyProfile, mergeInto } from '../profile/merge.ts';
import type { Profile } from '../profile/profile.ts';
import { measureNulls } from './null-windows.ts';
import { type NullSeries, type Reference, referenceOf, tailKey } from './reference.ts';
import { identify } from './reference-id.ts';
import type { NullDistance, WindowProfile } from './scaling.ts';
import { fitTail, type Tail } from './tail.ts';

/** Makes a reference of a stretch of stored windows, feature by feature: all of them at once could be more than memory holds. */
export interface StretchBuilder {
  /** All windows of one feature in one segment, in order of time; each series is added once. */
  add(segment: SegmentKey, feature: string, windows: readonly WindowProfile[]): void;
  build(): Reference;
}

/**
 * Counts are in the bins and segments of `like`. Its null is that of any reference: each window of the stretch, left out and
 * compared with the rest.
 */
export function stretchReference(input: {
  readonly like: Reference;
  readonly origin: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly windowMs: number;
}): StretchBuilder {
  const { like, origin, windowMs } = input;
  const profiles = new Map<SegmentKey, Map<string, Profile>>();
  const series = new Map<SegmentKey, Map<string, NullSeries>>();
  const pooled = new Map<string, NullDistance[]>();
  const rowOf = <Value>(map: Map<SegmentKey, Map<string, Value>>, segment: SegmentKey): Map<string, Value> => {
    const row = map.get(segment) ?? new Map<string, Value>();
    map.set(segment, row);
    return row;
  };
  return {
    add(segment, feature, windows) {
      const profiled = like.features.find(({ name }) => name === feature);
      if (profiled === undefined || windows.length === 0) return;
      const binning = segment === everything ? profiled.binning : profiled.segmentBinning;
      const total = emptyProfile(binning);
      for (const { profile } of windows) mergeInto(total, profile);
      rowOf(profiles, segment).set(feature, total);
      const measured = measureNulls(windows, total, binning, windowMs);
      if (measured.series.windows === 0) return;
      rowOf(series, segment).set(feature, measured.series);
      const scope = segment === everything ? 'all' : 'segments';
      for (const [comparison, distances] of measured.distances) {
        const key = tailKey(scope, feature, comparison);
        const pool = pooled.get(key) ?? [];
        for (const distance of distances) pool.push(distance);
        pooled.set(key, pool);
      }
    },
    build() {
      const tails = new Map<string, Tail>();
      for (const [key, distances] of pooled) {
        const tail = fitTail(
          distances.map(({ ratio }) => ratio),
          distances.map(({ window }) => window),
        );
        if (tail !== undefined) tails.set(key, tail);
      }
      // In the order of `like`, whatever order they were read in: the id is made of it.
      const inOrder = <Value>(map: ReadonlyMap<SegmentKey, ReadonlyMap<string, Value>>) =>
        new Map(
          [everything, ...like.segments].map((segment) => {
            const row = map.get(segment);
            const known = like.features.flatMap(({ name }): [string, Value][] => {
              const value = row?.get(name);
              return value === undefined ? [] : [[name, value]];
            });
            return [segment, new Map(known)];
          }),
        );
      const whole = profiles.get(everything);
      const content = {
        origin,
        spanMs: input.toMs - input.fromMs,
        rows: Math.max(0, ...[...(whole?.values() ?? [])].map(({ n }) => n)),
        features: like.features.filter(({ name }) => whole?.has(name) === true),
        segments: like.segments,
        measures: like.measures,
        profiles: inOrder(profiles),
        nulls: [
          { windowMs, windows: Math.floor((input.toMs - input.fromMs) / windowMs), series: inOrder(series), tails },
        ],
      };
      return referenceOf({ id: identify(content), ...content });
    },
  };
}
