import type { SegmentKey } from '../../common/segment.ts';
import { everything } from '../../common/segment.ts';
import { measureSlice, type SliceMeasure } from '../../drift/detect/slice-model.ts';
import { type Watch, type WatchPlan, watchKey } from '../../drift/detect/watch.ts';
import type { Profile } from '../../drift/profile/profile.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import type { MonitorStore } from './ports.ts';
import { binCounts } from './rounds.ts';

/** One slice of time as detectors see it. */
export interface Slice {
  /** Events. */
  readonly n: number;
  /** By key of what is watched; absent where there were no events. */
  readonly measures: ReadonlyMap<string, SliceMeasure>;
  readonly profiles: ReadonlyMap<string, Profile>;
}

export interface ProfiledSlice {
  readonly startMs: number;
  readonly profile: Profile;
}

export interface SliceReader {
  begin(closedMs: number): void;
  /** Undefined where the slice holds no events. */
  at(startMs: number, reference: Reference, plan: WatchPlan): Promise<Slice | undefined>;
  /** What is watched, slice by slice, in [startMs, endMs): from what was read ahead, or else from the store. */
  between(span: { readonly startMs: number; readonly endMs: number }, watch: Watch): Promise<readonly ProfiledSlice[]>;
}

/** Profiles (4 kB each) read by one statement at most. An ordinary round reads all its slices at once, a long catching up takes several. */
const profilesMax = 8000;

/** Reads slices ahead, in bulk, up to what is closed; in the order of time. */
export function createSliceReader(store: Pick<MonitorStore, 'sliceProfiles'>, sliceMs: number): SliceReader {
  let closedMs = Number.NEGATIVE_INFINITY;
  let ahead:
    | {
        readonly reference: Reference;
        readonly plan: WatchPlan;
        readonly fromMs: number;
        readonly endMs: number;
        readonly slices: ReadonlyMap<number, Slice>;
      }
    | undefined;

  async function read(startMs: number, reference: Reference, plan: WatchPlan) {
    const { watches, unwatched } = plan;
    const byKey = new Map(watches.map((watch) => [watch.key, watch]));
    const segments: SegmentKey[] = [...new Set([everything, ...watches.map(({ segment }) => segment)])];
    const count = Math.max(1, Math.floor(profilesMax / Math.max(1, watches.length + unwatched.length)));
    const endMs = Math.min(Math.floor(closedMs / sliceMs) * sliceMs, startMs + count * sliceMs);
    const slices = new Map<
      number,
      { n: number; readonly measures: Map<string, SliceMeasure>; readonly profiles: Map<string, Profile> }
    >();
    const features = watches.map(({ feature }) => feature);
    const range = { startMs, endMs, sliceMs, segments, features: [...new Set([...features, ...unwatched])] };
    for (const row of await store.sliceProfiles(range, binCounts(reference))) {
      const slice = slices.get(row.startMs) ?? {
        n: 0,
        measures: new Map<string, SliceMeasure>(),
        profiles: new Map<string, Profile>(),
      };
      slices.set(row.startMs, slice);
      if (row.segment === everything) slice.n = Math.max(slice.n, row.profile.n);
      const watch = byKey.get(watchKey(row.segment, row.feature));
      if (watch === undefined) continue;
      slice.measures.set(watch.key, measureSlice(watch.table, row.startMs, row.profile));
      slice.profiles.set(watch.key, row.profile);
    }
    return { reference, plan, fromMs: startMs, endMs, slices };
  }

  return {
    begin(throughMs) {
      closedMs = throughMs;
      ahead = undefined;
    },
    async at(startMs, reference, plan) {
      const known = ahead?.reference === reference && ahead.plan === plan;
      if (ahead === undefined || !known || startMs < ahead.fromMs || startMs >= ahead.endMs)
        ahead = await read(startMs, reference, plan);
      return ahead.slices.get(startMs);
    },
    async between({ startMs, endMs }, { key, segment, feature }) {
      if (ahead === undefined) return [];
      if (startMs >= ahead.fromMs && endMs <= ahead.endMs)
        return [...ahead.slices].flatMap(([at, { profiles }]) => {
          const profile = profiles.get(key);
          return profile === undefined || at < startMs || at >= endMs ? [] : [{ startMs: at, profile }];
        });
      const range = { startMs, endMs, sliceMs, segments: [segment], features: [feature] };
      return store.sliceProfiles(range, binCounts(ahead.reference));
    },
  };
}
