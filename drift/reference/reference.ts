import type { SegmentKey } from '../../common/segment.ts';
import type { SliceModel } from '../detect/slice-model.ts';
import type { Profile, ProfiledFeature } from '../profile/profile.ts';
import type { MassKind } from './divergence.ts';
import type { Tail } from './tail.ts';

/** What a window is compared with: the reference's own whole, or the windows just before. */
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
  readonly masses: Readonly<Record<MassKind, { readonly inflation: number; readonly largest: number }>>;
}

/** The null statistics of all windows of one length. */
export interface NullTable {
  readonly windowMs: number;
  /** Windows of this length the reference spans. */
  readonly windows: number;
  series(segment: SegmentKey, feature: string): NullSeries | undefined;
  /**
   * Distances of left-out windows, divided by what sampling and the season's habit explain, pooled: one tail a feature for
   * all events, one for the segments together. Undefined where there are too few windows.
   */
  tail(scope: 'all' | 'segments', feature: string, against: AgainstKind): Tail | undefined;
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
  /** Whole events in the feature's own bins, segments in its coarser ones. */
  profile(segment: SegmentKey, feature: string): Profile | undefined;
  readonly nulls: readonly NullTable[];
  /** How slices of all events behave, for the detectors; absent where none were asked for. */
  readonly slices?: SliceTable;
}

export interface SliceTable {
  readonly sliceMs: number;
  /** By feature; those with too few slices are left out. */
  readonly models: ReadonlyMap<string, SliceModel>;
}

/** The plain content of a reference, from which its functions are made. Keys of inner maps are `segment` then `feature`. */
export interface ReferenceContent {
  readonly id: string;
  readonly origin: string;
  readonly spanMs: number;
  readonly rows: number;
  readonly features: readonly ProfiledFeature[];
  readonly segments: readonly SegmentKey[];
  readonly profiles: ReadonlyMap<SegmentKey, ReadonlyMap<string, Profile>>;
  readonly nulls: readonly NullContent[];
  readonly slices?: SliceTable;
}

export interface NullContent {
  readonly windowMs: number;
  readonly windows: number;
  readonly series: ReadonlyMap<SegmentKey, ReadonlyMap<string, NullSeries>>;
  /** Keyed by {@link tailKey}. */
  readonly tails: ReadonlyMap<string, Tail>;
}

export function tailKey(scope: 'all' | 'segments', feature: string, against: AgainstKind): string {
  return `${scope}/${against}/${feature}`;
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
    profile: (segment, feature) => content.profiles.get(segment)?.get(feature),
    nulls: content.nulls.map(({ windowMs, windows, series, tails }) => ({
      windowMs,
      windows,
      series: (segment, feature) => series.get(segment)?.get(feature),
      tail: (scope, feature, against) => tails.get(tailKey(scope, feature, against)),
    })),
    ...(content.slices === undefined ? {} : { slices: content.slices }),
  };
  contents.set(reference, content);
  return reference;
}

/** What the reference was made of. */
export function contentOf(reference: Reference): ReferenceContent {
  return contents.get(reference) as ReferenceContent;
}
