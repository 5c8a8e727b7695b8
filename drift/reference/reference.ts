import { everything, type SegmentKey } from '../../common/segment.ts';
import type { SliceModel } from '../detect/slice-model.ts';
import type { JointReference, ReferenceSample } from '../joint/joint-reference.ts';
import type { Measure } from '../measure/measure.ts';
import type { Profile, ProfiledFeature } from '../profile/profile.ts';
import type { MassKind } from './divergence.ts';
import type { Tail } from './tail.ts';

/** How much more than binomial a share varies from window to window (>= 1), and the largest |z| seen. */
export interface MassVariation {
  readonly inflation: number;
  readonly largest: number;
}

/** How one feature of one segment behaves under one kind of comparison. */
export interface ComparisonNull {
  /** Windows that could be compared so. */
  readonly windows: number;
  /** What ordinary windows of each season differ beyond sampling, in bits of Jensen–Shannon divergence, >= 0, shape `[seasons]`. */
  readonly habit: Float64Array;
  readonly masses: Readonly<Record<MassKind, MassVariation>>;
}

/** What a window is compared with in every reference: the reference's own whole, or the window just before. */
export const againstKinds = ['training', 'previous'] as const;
export type AgainstKind = (typeof againstKinds)[number];

/** How one feature of one segment behaves from window to window of the reference. */
export interface NullSeries {
  /** Windows of the reference with enough events. */
  readonly windows: number;
  /**
   * What ordinary windows of each season differ beyond sampling, in bits of Jensen–Shannon divergence, >= 0, shape
   * `[seasons]`: Saturdays from the whole of the month, one day from the day before.
   */
  readonly habit: Readonly<Record<AgainstKind, Float64Array>>;
  /** Shares of missing, invalid and unseen: how much more than binomial they vary (>= 1), and the largest |z| seen. */
  readonly masses: Readonly<Record<MassKind, MassVariation>>;
  /** Under comparisons with earlier windows that were configured when the reference was made, by `earlierKey`. */
  readonly earlier: ReadonlyMap<string, ComparisonNull>;
}

/** What a series shows of a kind of comparison; undefined where it was not asked for. */
export function nullUnder(series: NullSeries | undefined, comparison: string): ComparisonNull | undefined {
  if (series === undefined) return undefined;
  const kind = againstKinds.find((one) => one === comparison);
  if (kind === undefined) return series.earlier.get(comparison);
  return { windows: series.windows, habit: series.habit[kind], masses: series.masses };
}

/** The null statistics of all windows of one length. */
export interface NullTable {
  readonly windowMs: number;
  /** Windows of this length the reference spans. */
  readonly windows: number;
  series(segment: SegmentKey, feature: string): NullSeries | undefined;
  /**
   * Distances of left-out windows, divided by what sampling and the season's habit explain, pooled: one tail a feature for
   * all events, one for the segments together; `comparison` is `training`, `previous` or an `earlierKey`. Undefined where there are too few windows.
   */
  tail(scope: 'all' | 'segments', feature: string, comparison: string): Tail | undefined;
}

/** Fixed once made; named by a hash of its content. */
export interface Reference {
  readonly id: string;
  /** File, or model and version. For people. */
  readonly origin: string;
  /** From the first to the last event. */
  readonly spanMs: number;
  readonly rows: number;
  readonly features: readonly ProfiledFeature[];
  feature(name: string): ProfiledFeature | undefined;
  /** Without `everything`, which is always there. */
  readonly segments: readonly SegmentKey[];
  /** How features of richer kinds are measured; the measures themselves are among the features. */
  readonly measures: readonly Measure[];
  /** Whole events in the feature's own bins, segments in its coarser ones. */
  profile(segment: SegmentKey, feature: string): Profile | undefined;
  readonly nulls: readonly NullTable[];
  /** How slices behave, for the detectors; absent where none were asked for. */
  readonly slices?: SliceTable;
  /** Some of its rows; absent in documents that were made before there were samples. */
  readonly sample?: ReferenceSample;
  /** How its features go together, and how much that varies from window to window; absent where it was not asked for. */
  readonly joint?: JointReference;
}

export interface SliceTable {
  readonly sliceMs: number;
  /** Of all events, by feature; those with too few slices are left out. */
  readonly models: ReadonlyMap<string, SliceModel>;
  /** Of segments, by segment and feature; a bounded number of them. */
  readonly segments: ReadonlyMap<SegmentKey, ReadonlyMap<string, SliceModel>>;
}

/** How slices of so long a time behave in one segment; undefined where the reference does not know. */
export function sliceModelOf(
  { slices }: Reference,
  sliceMs: number,
  segment: SegmentKey,
  feature: string,
): SliceModel | undefined {
  if (slices?.sliceMs !== sliceMs) return undefined;
  return (segment === everything ? slices.models : slices.segments.get(segment))?.get(feature);
}

/** The plain content of a reference, from which its functions are made. Keys of inner maps are `segment` then `feature`. */
export interface ReferenceContent {
  readonly id: string;
  readonly origin: string;
  readonly spanMs: number;
  readonly rows: number;
  readonly features: readonly ProfiledFeature[];
  readonly segments: readonly SegmentKey[];
  readonly measures: readonly Measure[];
  readonly profiles: ReadonlyMap<SegmentKey, ReadonlyMap<string, Profile>>;
  readonly nulls: readonly NullContent[];
  readonly slices?: SliceTable;
  readonly sample?: ReferenceSample;
  readonly joint?: JointReference;
}

export interface NullContent {
  readonly windowMs: number;
  readonly windows: number;
  readonly series: ReadonlyMap<SegmentKey, ReadonlyMap<string, NullSeries>>;
  /** Keyed by {@link tailKey}. */
  readonly tails: ReadonlyMap<string, Tail>;
}

export function tailKey(scope: 'all' | 'segments', feature: string, comparison: string): string {
  return `${scope}/${comparison}/${feature}`;
}

const contents = new WeakMap<Reference, ReferenceContent>();

export function referenceOf(content: ReferenceContent): Reference {
  const byName = new Map(content.features.map((feature) => [feature.name, feature]));
  const reference: Reference = {
    id: content.id,
    origin: content.origin,
    spanMs: content.spanMs,
    rows: content.rows,
    features: content.features,
    feature: (name) => byName.get(name),
    segments: content.segments,
    measures: content.measures,
    profile: (segment, feature) => content.profiles.get(segment)?.get(feature),
    nulls: content.nulls.map(({ windowMs, windows, series, tails }) => ({
      windowMs,
      windows,
      series: (segment, feature) => series.get(segment)?.get(feature),
      tail: (scope, feature, comparison) => tails.get(tailKey(scope, feature, comparison)),
    })),
    ...(content.slices === undefined ? {} : { slices: content.slices }),
    ...(content.sample === undefined ? {} : { sample: content.sample }),
    ...(content.joint === undefined ? {} : { joint: content.joint }),
  };
  contents.set(reference, content);
  return reference;
}

/** What the reference was made of. */
export function contentOf(reference: Reference): ReferenceContent {
  return contents.get(reference) as ReferenceContent;
}
