import { isDirection, measureName } from '../../common/measure.ts';
import { everything, type SegmentKey } from '../../common/segment.ts';
import { carriersOf } from '../cause/carriers.ts';
import { newCategoryStory, shareStory, vanishedStory } from '../cause/category-story.ts';
import { numericStory } from '../cause/numeric-story.ts';
import type { Story } from '../cause/story.ts';
import { carriersText, formatNumber, segmentsText } from '../cause/words.ts';
import type { Binning, Profile, ProfiledFeature } from '../profile/profile.ts';
import { type MassKind, massKinds } from '../reference/divergence.ts';
import type { NullTable } from '../reference/reference.ts';
import type { WindowInput } from './judge-window.ts';
import { type Carrier, type Judgement, kindOfFeature, type Measured } from './judgement.ts';
import { testMass } from './mass-test.ts';
import { measureAll } from './measure.ts';
import { type NotJudged, type TestResult, testShape } from './shape-test.ts';

/** A value the model has never seen is worth an alarm at half the effect: 0.13 % of events where `minEffect` is 0.05. */
const noveltyFactor = 0.5;

interface Test extends TestResult {
  readonly statistic: string;
  readonly minEffect: number;
  readonly alarm: boolean;
}

/** One feature of one segment; undefined for a segment without events. `alpha` is shared by the tests that are made. */
export function judgeFeature(
  input: WindowInput,
  segment: SegmentKey,
  feature: string,
  alpha: number,
): Judgement | undefined {
  const { reference, window } = input;
  const profiled = reference.features.find(({ name }) => name === feature);
  const binning = segment === everything ? profiled?.binning : profiled?.segmentBinning;
  const trained = reference.profile(segment, feature);
  const before = input.against.kind === 'training' ? trained : input.against.profile(segment, feature);
  const current = input.profile(segment, feature);
  const frame = { nReference: before?.n ?? 0, nCurrent: current?.n ?? 0 };
  const missingSide =
    binning === undefined || trained === undefined
      ? 'not enough reference: it does not have this feature'
      : before === undefined
        ? 'nothing to compare with: no window before this one'
        : current === undefined
          ? 'no events in the window'
          : undefined;
  if (
    missingSide !== undefined ||
    binning === undefined ||
    trained === undefined ||
    before === undefined ||
    current === undefined
  ) {
    if (segment !== everything) return undefined;
    return unjudged(input, segment, feature, frame, `${feature} is not judged: ${missingSide ?? ''}`);
  }
  const windowMs = window.endMs - window.startMs;
  const table = reference.nulls.find((candidate) => candidate.windowMs === windowMs);
  const { results, refusals } = runTests({ input, segment, feature, binning, trained, before, current, table, alpha });
  const statistics = measureAll(binning, before, current);
  for (const { statistic, value, critical, pValue } of results) statistics[statistic] = { value, critical, pValue };
  const shape = results.find(({ statistic }) => statistic === 'js_distance');
  const alarms = results.filter(({ alarm }) => alarm).sort((a, b) => b.effect - a.effect);
  // Where the distribution cannot be judged, the shares of missing and the like still can.
  const decided = alarms[0] ?? shape ?? results[0];
  if (decided === undefined)
    return unjudged(input, segment, feature, frame, `${feature} is not judged: ${refusals[0] ?? ''}`, statistics);
  const story = decided.alarm
    ? tellStory({ name: feature, of: profiled?.of }, decided.statistic, binning, before, current)
    : undefined;
  const carriers = decided.alarm ? carriersOf({ binning, reference: before.bins, current: current.bins }) : [];
  return {
    ...naming(input, segment, feature),
    ...frame,
    statistic: decided.statistic,
    value: decided.value,
    critical: decided.critical,
    pValue: decided.pValue,
    alarm: decided.alarm,
    why: sentence(feature, segment, decided, story, carriers) + shapeless(profiled, shape, refusals),
    detail: {
      kind: kindOf(feature, decided),
      effect: decided.effect,
      statistics,
      carriers,
      story: story ?? null,
    },
  };
}

function runTests(input: {
  readonly input: WindowInput;
  readonly segment: SegmentKey;
  readonly feature: string;
  readonly binning: Binning;
  readonly trained: Profile;
  readonly before: Profile;
  readonly current: Profile;
  readonly table: NullTable | undefined;
  readonly alpha: number;
}): { readonly results: readonly Test[]; readonly refusals: readonly string[] } {
  const { segment, feature, binning, before, current, table } = input;
  const { window, against, budget } = input.input;
  const hasBins = before.bins.length > 0;
  const kinds: readonly MassKind[] =
    binning.kind === 'categorical' && hasBins ? massKinds : massKinds.filter((kind) => kind !== 'unseen');
  const alpha = input.alpha / (kinds.length + (hasBins ? 1 : 0));
  const results: Test[] = [];
  const refusals: string[] = [];
  const add = (statistic: string, minEffect: number, outcome: TestResult | NotJudged): void => {
    if ('notJudged' in outcome) refusals.push(outcome.notJudged);
    else results.push({ ...outcome, statistic, minEffect, alarm: outcome.beyond && outcome.effect >= minEffect });
  };
  if (hasBins) {
    const outcome = testShape({
      binning,
      trainedBins: input.trained.bins,
      table,
      against: against.kind,
      segment,
      feature,
      windowStartMs: window.startMs,
      windowMs: window.endMs - window.startMs,
      referenceBins: before.bins,
      currentBins: current.bins,
      alpha,
    });
    add('js_distance', budget.minEffect, outcome);
  }
  const series = table?.series(segment, feature);
  for (const kind of kinds) {
    const minEffect = kind === 'unseen' ? budget.minEffect * noveltyFactor : budget.minEffect;
    add(kind, minEffect, testMass({ kind, reference: before, current, series, alpha }));
  }
  return { results, refusals };
}

function tellStory(
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
    detail: { kind: kindOfFeature(feature), effect: 0, statistics, carriers: [], story: null },
  };
}

/** `distance where origin is DEN`: what a sentence is about. */
export function subject(feature: string, segments: readonly SegmentKey[]): string {
  const where = segmentsText(segments);
  return where === '' ? feature : `${feature} (${where})`;
}

function sentence(
  feature: string,
  segment: SegmentKey,
  decided: Test,
  story: Story | undefined,
  carriers: readonly Carrier[],
): string {
  const about = subject(feature, [segment]);
  const name = decided.statistic === 'js_distance' ? 'Jensen-Shannon distance' : `share of ${decided.statistic}`;
  const numbers = `${name} ${formatNumber(decided.value)}, limit ${formatNumber(decided.critical)}`;
  if (decided.alarm)
    return story === undefined
      ? `${about} is distributed differently from the reference: ${carriersText(carriers)} (${numbers})`
      : `${about} ${story.text} (${numbers})`;
  if (decided.beyond)
    return `${about} differs beyond chance, by less than is worth an alarm: effect ${formatNumber(decided.effect)}, asked for ${formatNumber(decided.minEffect)}`;
  return `${about} is as chance and habit explain: ${numbers}`;
}

function shapeless(
  profiled: ProfiledFeature | undefined,
  shape: Test | undefined,
  refusals: readonly string[],
): string {
  if (shape !== undefined) return '';
  if (profiled?.presenceOnly === true) return '; its values are judged by their measures';
  if (profiled?.binning.kind === 'categorical' && profiled.binning.values.length === 0)
    return '; its values look like identifiers';
  return `; its distribution is not judged: ${refusals[0] ?? ''}`;
}
