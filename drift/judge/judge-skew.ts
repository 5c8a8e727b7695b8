import { everything, type SegmentKey } from '../../common/segment.ts';
import { carriersOf } from '../cause/carriers.ts';
import { carriersText, formatNumber } from '../cause/words.ts';
import type { Profile, ProfiledFeature } from '../profile/profile.ts';
import { divergence } from '../reference/divergence.ts';
import { type SkewStatistic, servingDistances, skewStatistics } from '../skew/serving-distance.ts';
import { naming, subject, tellStory } from './judge-feature.ts';
import type { WindowInput } from './judge-window.ts';
import { type Judgement, kindOfFeature, type Measured } from './judgement.ts';

/** Limits of one feature; a statistic without one is only shown. */
export type SkewLimits = Readonly<Partial<Record<SkewStatistic, number>>>;

export interface SkewInput
  extends Pick<WindowInput, 'reference' | 'comparison' | 'window' | 'profile' | 'features' | 'segments'> {
  /** Undefined for a feature that has none. */
  limitsOf(feature: string): SkewLimits | undefined;
}

export const skewNames: Readonly<Record<SkewStatistic, string>> = {
  linf: 'L-infinity',
  js_divergence: 'Jensen-Shannon divergence (bits)',
  normalized_abs_difference: 'normalised absolute difference',
};

/**
 * Judges serving against training by limits that somebody has set, in the units of TensorFlow Data Validation: nothing is
 * calibrated, so chance and habit are in the values, and a small window is beyond a small limit without any cause. One judgement
 * for every feature with a limit in every segment with events; the statistic furthest beyond its limit decides.
 */
export function judgeSkew(input: SkewInput): Judgement[] {
  return input.segments.flatMap((segment) =>
    input.features.flatMap((feature) => {
      const limits = input.limitsOf(feature);
      return limits === undefined ? [] : (judgeFeatureSkew(input, segment, feature, limits) ?? []);
    }),
  );
}

function judgeFeatureSkew(
  input: SkewInput,
  segment: SegmentKey,
  feature: string,
  limits: SkewLimits,
): Judgement | undefined {
  const profiled = input.reference.features.find(({ name }) => name === feature);
  const training = input.reference.profile(segment, feature);
  const serving = input.profile(segment, feature);
  if (profiled === undefined || training === undefined || serving === undefined) return undefined;
  const binning = segment === everything ? profiled.binning : profiled.segmentBinning;
  const distances = servingDistances(binning, training, serving);
  const statistics: Record<string, Measured> = {};
  let decided: { readonly statistic: SkewStatistic; readonly value: number; readonly limit: number } | undefined;
  for (const statistic of skewStatistics) {
    const value = distances[statistic];
    const limit = limits[statistic];
    if (value === undefined) continue;
    statistics[statistic] = limit === undefined ? { value } : { value, critical: limit };
    if (limit === undefined) continue;
    if (decided === undefined || excess(value, limit) > excess(decided.value, decided.limit))
      decided = { statistic, value, limit };
  }
  const sides = { nReference: training.n, nCurrent: serving.n };
  if (decided === undefined) {
    if (segment !== everything) return undefined;
    return unjudged({ ...naming(input, segment, feature), ...sides }, refusalOf(profiled, serving), statistics);
  }
  return judgementOf({ input, segment, feature, profiled, training, serving, decided, statistics });
}

function excess(value: number, limit: number): number {
  return limit > 0 ? value / limit : value > 0 ? Number.POSITIVE_INFINITY : 0;
}

function judgementOf(of: {
  readonly input: SkewInput;
  readonly segment: SegmentKey;
  readonly feature: string;
  readonly profiled: ProfiledFeature;
  readonly training: Profile;
  readonly serving: Profile;
  readonly decided: { readonly statistic: SkewStatistic; readonly value: number; readonly limit: number };
  readonly statistics: Readonly<Record<string, Measured>>;
}): Judgement {
  const { input, segment, feature, profiled, training, serving, statistics } = of;
  const { statistic, value, limit } = of.decided;
  const binning = segment === everything ? profiled.binning : profiled.segmentBinning;
  const alarm = value > limit;
  const { bits, expected } = divergence(training.bins, serving.bins);
  const carriers = alarm ? carriersOf({ binning, reference: training.bins, current: serving.bins }) : [];
  const story = alarm
    ? (tellStory({ name: feature, of: profiled.of }, 'js_distance', binning, training, serving) ?? null)
    : null;
  const numbers = `${skewNames[statistic]} ${formatNumber(value)}, fixed limit ${formatNumber(limit)}, not calibrated`;
  const about = subject(feature, [segment]);
  return {
    ...naming(input, segment, feature),
    nReference: training.n,
    nCurrent: serving.n,
    statistic,
    value,
    critical: limit,
    pValue: 1,
    alarm,
    why: alarm
      ? `${about} ${story === null ? `is served otherwise than it was trained: ${carriersText(carriers)}` : story.text} (${numbers})`
      : `${about} is served as it was trained, within the limit (${numbers})`,
    detail: {
      kind: kindOfFeature(feature),
      effect: Math.sqrt(Math.max(0, bits - expected)),
      statistics,
      carriers,
      story,
    },
  };
}

function refusalOf({ binning }: ProfiledFeature, serving: Profile): string {
  if (serving.n === serving.missing + serving.invalid) return 'the window has no values of it';
  if (binning.kind === 'numeric') return 'of a number only js_divergence is defined, and it has no limit';
  return 'none of its limits is for a statistic that is defined for it';
}

function unjudged(
  named: Omit<Judgement, 'statistic' | 'value' | 'critical' | 'pValue' | 'alarm' | 'why' | 'detail'>,
  reason: string,
  statistics: Readonly<Record<string, Measured>>,
): Judgement {
  return {
    ...named,
    statistic: 'js_divergence',
    value: statistics['js_divergence']?.value ?? 0,
    critical: Number.POSITIVE_INFINITY,
    pValue: 1,
    alarm: false,
    why: `${named.feature} is not judged: ${reason}`,
    detail: { kind: kindOfFeature(named.feature), effect: 0, statistics, carriers: [], story: null },
  };
}
