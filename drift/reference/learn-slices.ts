import type { Column } from '../../common/columns.ts';
import { everything, parseSegmentKey, type SegmentKey } from '../../common/segment.ts';
import { calibrateSlices } from '../detect/calibrate-slices.ts';
import { scoreTableOf } from '../detect/score-table.ts';
import type { SliceModel } from '../detect/slice-model.ts';
import { slicesOfGroups } from '../detect/slices-of-column.ts';
import type { Profile, ProfiledFeature } from '../profile/profile.ts';
import type { SliceTable } from './reference.ts';

/** Pairs of segment and feature that are learned at most: each is 20 kB of reference, and state as long as it is watched. */
export const segmentModelsMax = 300;

export interface SliceLearner {
  /** One feature, when its profiles are made. */
  learn(input: {
    readonly column: Column;
    readonly feature: ProfiledFeature;
    profile(segment: SegmentKey): Profile | undefined;
  }): void;
  readonly table: SliceTable;
}

/**
 * Learns how slices of a reference behave: of all events, and of the segments whose features are those of a rule in
 * `watched`. Of these the first ones, in the order of the segments, so that there are at most {@link segmentModelsMax} pairs.
 */
export function learnSlices(input: {
  readonly sliceMs: number;
  /** ms since 1970, shape `[rows]`. */
  readonly timesMs: Float64Array;
  readonly rows: number;
  /** How many will be learned. */
  readonly features: number;
  readonly segments: readonly SegmentKey[];
  /** As `Segmenter.groupsOf` gives them. */
  readonly segmentGroups: readonly Int32Array[];
  readonly watched: readonly (readonly string[])[];
}): SliceLearner {
  const { sliceMs, timesMs, rows, segments, segmentGroups } = input;
  const models = new Map<string, SliceModel>();
  const bySegment = new Map<SegmentKey, Map<string, SliceModel>>();
  const chosen = chosenSegments(input);
  const calibrate = (table: ReturnType<typeof scoreTableOf>, slices: Parameters<typeof calibrateSlices>[1]) =>
    calibrateSlices(table, slices, { sliceMs });
  return {
    learn({ column, feature, profile }) {
      const { name, binning, segmentBinning } = feature;
      const whole = profile(everything);
      if (whole === undefined) return;
      const table = scoreTableOf(binning, whole);
      const common = { column, timesMs, rows, sliceMs };
      const model = calibrate(table, slicesOfGroups({ ...common, binning, tables: [table] })[0] ?? []);
      if (model !== undefined) models.set(name, model);
      if (chosen.size === 0) return;
      const tables = segments.map((segment) => {
        const own = chosen.has(segment) ? profile(segment) : undefined;
        return own === undefined ? undefined : scoreTableOf(segmentBinning, own);
      });
      for (const groups of segmentGroups) {
        slicesOfGroups({ ...common, binning: segmentBinning, tables, groups }).forEach((slices, at) => {
          const own = tables[at];
          const learned = own === undefined || slices.length === 0 ? undefined : calibrate(own, slices);
          if (learned === undefined) return;
          const segment = segments[at] as SegmentKey;
          const known = bySegment.get(segment) ?? new Map<string, SliceModel>();
          bySegment.set(segment, known.set(name, learned));
        });
      }
    },
    table: { sliceMs, models, segments: bySegment },
  };
}

function chosenSegments(input: {
  readonly features: number;
  readonly segments: readonly SegmentKey[];
  readonly watched: readonly (readonly string[])[];
}): ReadonlySet<SegmentKey> {
  const rules = new Set(input.watched.map((by) => JSON.stringify([...by].sort())));
  const ofRules = input.segments.filter((segment) => {
    const by = parseSegmentKey(segment).map(({ feature }) => feature);
    return rules.has(JSON.stringify(by.sort()));
  });
  return new Set(ofRules.slice(0, Math.floor(segmentModelsMax / Math.max(1, input.features))));
}
