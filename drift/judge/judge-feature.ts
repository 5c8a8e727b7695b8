import { isDirection, measureName } from '../../common/measure.ts';
import { everything, type SegmentKey } from '../../common/segment.ts';
import { carriersOf } from '../cause/carriers.ts';
import { newCategoryStory, shareStory, vanishedStory } from '../cause/category-story.ts';
import { movementOf } from '../cause/movement.ts';
import { numericStory } from '../cause/numeric-story.ts';
import type { Story } from '../cause/story.ts';
import { carriersText, formatNumber, listOf, segmentsText } from '../cause/words.ts';
import type { Binning, Profile, ProfiledFeature } from '../profile/profile.ts';
import { type Refusal, sidesOf, strongestAlarm, type Test, testsOf } from './feature-tests.ts';
import type { WindowInput } from './judge-window.ts';
import {
  type Judgement,
  type JudgementDetail,
  kindOfFeature,
  type Measured,
  type MeasuredExcess,
} from './judgement.ts';
import { measureAll } from './measure.ts';

/** One feature of one segment; undefined for a segment without events. `alpha` is shared by the tests that are made. */
export function judgeFeature(
  input: WindowInput,
  segment: SegmentKey,
  feature: string,
  alpha: number,
): Judgement | undefined {
  const { reference, window } = input;
  const sides = sidesOf(input, segment, feature);
  if ('missing' in sides) {
    if (segment !== everything) return undefined;
    return unjudged(input, segment, feature, sides, `${feature} is not judged: ${sides.missing}`);
  }
  const { binning, current } = sides;
  const profiled = reference.feature(feature);
  const before = sides.reference.profile;
  const { results, refusals, excess } = testsOf(input, sides, alpha);
  const shape = results.find(({ statistic }) => statistic === 'js_distance');
  // Where the distribution cannot be judged, the shares of missing and the like still can.
  const decided = strongestAlarm(results) ?? shape ?? results[0];
  const brief = input.brief === true && decided?.alarm === false;
  const statistics = brief ? {} : measureAll(binning, sides.reference, current);
  if (!brief)
    for (const { statistic, value, critical, pValue } of results) statistics[statistic] = { value, critical, pValue };
  if (decided === undefined)
    return unjudged(
      input,
      segment,
      feature,
      { nReference: before.n, nCurrent: current.n },
      `${feature} is not judged: ${refusals[0]?.reason ?? ''}`,
      statistics,
      excess,
    );
  const story = decided.alarm
    ? tellStory({ name: feature, of: profiled?.of }, decided.statistic, binning, before, current)
    : undefined;
  const carriers = decided.alarm ? carriersOf({ binning, reference: before.bins, current: current.bins }) : [];
  const movement =
    decided.alarm && story === undefined && decided.statistic === 'js_distance'
      ? movementOf(binning, before, current)
      : undefined;
  return {
    windowStart: window.startMs,
    windowEnd: window.endMs,
    comparison: input.comparison,
    segment,
    feature,
    referenceId: reference.id,
    nReference: before.n,
    nCurrent: current.n,
    statistic: decided.statistic,
    value: decided.value,
    critical: decided.critical,
    pValue: decided.pValue,
    alarm: decided.alarm,
    why:
      (brief
        ? ''
        : sentence(
            subjectOf(feature, segment, results, refusals),
            decided,
            story?.text,
            movement ?? carriersText(carriers),
          )) + shapeless(profiled, shape, refusals),
    detail: {
      kind: kindOf(feature, decided),
      effect: decided.effect,
      statistics,
      carriers,
      story: story ?? null,
      ...(movement === undefined ? {} : { movement }),
      ...earlierDetail(input, excess),
    },
  };
}

function earlierDetail(
  { against }: WindowInput,
  excess: MeasuredExcess | undefined,
): Pick<JudgementDetail, 'compared' | 'excess'> {
  if (against.kind !== 'earlier') return {};
  return { compared: against.compared, ...(excess === undefined ? {} : { excess }) };
}

export function tellStory(
  { name, of }: { readonly name: string; readonly of: string | undefined },
  statistic: string,
  binning: Binning,
  reference: Profile,
  current: Profile,
): Story | undefined {
  if (statistic === 'unseen') return newCategoryStory(current);
  if (statistic === 'missing')
    return shareStory('missing', reference.missing / reference.n, current.missing / current.n);
  if (statistic === 'invalid') {
    const share = ({ n, invalid, nan, posInf, negInf }: Profile) => (invalid + nan + posInf + negInf) / n;
    return shareStory('invalid', share(reference), share(current));
  }
  if (of !== undefined && isDirection(of, name)) return undefined;
  // The lag of a timestamp is what `@lag` is, in seconds: a shift by an hour is a clock.
  const feature = of !== undefined && name === measureName(of, 'lag') ? '@lag' : name;
  return binning.kind === 'numeric'
    ? numericStory({ feature, binning, reference, current })
    : vanishedStory({ binning, reference, current });
}

function kindOf(feature: string, decided: Test): Judgement['detail']['kind'] {
  if (!feature.startsWith('@') && decided.alarm && (decided.statistic === 'missing' || decided.statistic === 'invalid'))
    return 'quality';
  return kindOfFeature(feature);
}

export function naming(
  input: Pick<WindowInput, 'reference' | 'window' | 'comparison'>,
  segment: SegmentKey,
  feature: string,
): Pick<Judgement, 'windowStart' | 'windowEnd' | 'comparison' | 'segment' | 'feature' | 'referenceId'> {
  return {
    windowStart: input.window.startMs,
    windowEnd: input.window.endMs,
    comparison: input.comparison,
    segment,
    feature,
    referenceId: input.reference.id,
  };
}

function unjudged(
  input: WindowInput,
  segment: SegmentKey,
  feature: string,
  sides: { readonly nReference: number; readonly nCurrent: number },
  why: string,
  statistics: Readonly<Record<string, Measured>> = {},
  excess?: MeasuredExcess,
): Judgement {
  return {
    ...naming(input, segment, feature),
    ...sides,
    statistic: 'js_distance',
    value: statistics['js_distance']?.value ?? 0,
    critical: Number.POSITIVE_INFINITY,
    pValue: 1,
    alarm: false,
    why,
    detail: {
      kind: kindOfFeature(feature),
      effect: 0,
      statistics,
      carriers: [],
      story: null,
      ...earlierDetail(input, excess),
    },
  };
}

/** `distance where origin is DEN`: what a sentence is about. */
export function subject(feature: string, segments: readonly SegmentKey[]): string {
  const where = segmentsText(segments);
  return where === '' ? feature : `${feature} (${where})`;
}

interface Subject {
  readonly about: string;
  /** What of it was judged, where its shape could not be: the sentence must not sound as if all was. */
  readonly only: readonly string[];
}

function subjectOf(
  feature: string,
  segment: SegmentKey,
  results: readonly Test[],
  refusals: readonly Refusal[],
): Subject {
  const refused = refusals.some(({ statistic }) => statistic === 'js_distance');
  return { about: subject(feature, [segment]), only: refused ? results.map(({ statistic }) => statistic) : [] };
}

function sentence({ about, only }: Subject, decided: Test, story: string | undefined, movement: string): string {
  const name = decided.statistic === 'js_distance' ? 'Jensen-Shannon distance' : `share of ${decided.statistic}`;
  const numbers = `${name} ${formatNumber(decided.value)}, limit ${formatNumber(decided.critical)}`;
  if (decided.alarm)
    return story === undefined
      ? `${about} is distributed differently from the reference: ${movement} (${numbers})`
      : `${about} ${story} (${numbers})`;
  const who = only.length === 0 ? `${about} is` : `of ${about} only ${listOf(only)} values are judged, which are`;
  if (decided.beyond)
    return `${only.length === 0 ? about : `share of ${decided.statistic} in ${about}`} differs beyond chance, by less than is worth an alarm: effect ${formatNumber(decided.effect)}, asked for ${formatNumber(decided.minEffect)}`;
  return `${who} as chance and habit explain: ${numbers}`;
}

function shapeless(
  profiled: ProfiledFeature | undefined,
  shape: Test | undefined,
  refusals: readonly Refusal[],
): string {
  if (shape !== undefined) return '';
  if (profiled?.presenceOnly === true) return '; its values are judged by their measures';
  if (profiled?.binning.kind === 'categorical' && profiled.binning.values.length === 0)
    return '; its values look like identifiers';
  return `; its distribution is not judged: ${refusals[0]?.reason ?? ''}`;
}
