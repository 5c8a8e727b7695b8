import { everything, type SegmentKey } from '../../common/segment.ts';
import type { Profile } from '../profile/profile.ts';
import { type Reference, sliceModelOf } from '../reference/reference.ts';
import type { WatchedSlices } from './advance-detectors.ts';
import { type ScoreTable, scoreTableOf } from './score-table.ts';

/** One feature of one segment that is watched over time, with what its slices are measured by. */
export interface Watch extends WatchedSlices {
  readonly segment: SegmentKey;
  readonly feature: string;
  readonly table: ScoreTable;
  readonly reference: Profile;
}

export interface WatchPlan {
  readonly watches: readonly Watch[];
  /** Features of all events that cannot be watched, in the reference's order. */
  readonly unwatched: readonly string[];
}

/** Keys of state and of what is measured: a segment's key holds no bar before the last one. */
export function watchKey(segment: SegmentKey, feature: string): string {
  return `${segment}|${feature}`;
}

/** What a reference lets be watched: those of the features, over all events and over segments, whose slices it knows. */
export function planWatches(
  reference: Reference,
  asked: { readonly sliceMs: number; readonly features: readonly string[]; readonly segments: readonly SegmentKey[] },
): WatchPlan {
  const { sliceMs, features, segments } = asked;
  const watches: Watch[] = [];
  const unwatched: string[] = [];
  for (const segment of [everything, ...segments])
    for (const profiled of reference.features) {
      const feature = profiled.name;
      if (!features.includes(feature)) continue;
      const model = sliceModelOf(reference, sliceMs, segment, feature);
      const profile = reference.profile(segment, feature);
      if (model === undefined || profile === undefined) {
        if (segment === everything) unwatched.push(feature);
        continue;
      }
      const table = scoreTableOf(segment === everything ? profiled.binning : profiled.segmentBinning, profile);
      // A model of other scores is of another program's time: it cannot be told what they mean.
      if (table.names.join() !== model.names.join()) {
        if (segment === everything) unwatched.push(feature);
        continue;
      }
      const modelId = `${reference.id}/${sliceMs}`;
      watches.push({ key: watchKey(segment, feature), modelId, model, segment, feature, table, reference: profile });
    }
  return { watches, unwatched };
}
