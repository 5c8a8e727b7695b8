import { overTimeName } from '../../common/over-time.ts';
import { everything, type SegmentKey } from '../../common/segment.ts';
import { carriersOf } from '../cause/carriers.ts';
import { newCategoryStory, shareStory, vanishedStory } from '../cause/category-story.ts';
import { numericStory } from '../cause/numeric-story.ts';
import type { Story } from '../cause/story.ts';
import { formatNumber } from '../cause/words.ts';
import type { ChangeSince } from '../detect/change-since.ts';
import type { Watch } from '../detect/watch.ts';
import type { Binning, Profile } from '../profile/profile.ts';
import { cellsFor, intoCells } from '../reference/cells.ts';
import { divergence, type MassKind, massKinds, massOf, shareDistance } from '../reference/divergence.ts';
import type { Reference } from '../reference/reference.ts';
import { total } from '../statistics/counts.ts';
import { subject } from './judge-feature.ts';
import { type Judgement, kindOfFeature } from './judgement.ts';
import { measureAll } from './measure.ts';
import { changeText } from './over-time-words.ts';
import { referenceSide } from './reference-side.ts';

/** What is said of a detector after one slice of time. */
export interface OverTimeInput {
  readonly reference: Reference;
  /** `evidence`, or a classical detector's name. */
  readonly kind: string;
  /** The slice's length, for people. */
  readonly sliceText: string;
  readonly slice: { readonly startMs: number; readonly endMs: number };
  /** Events of the slice. */
  readonly n: number;
  /** Of slices counted already, those that late events have changed since the last record. */
  readonly passedOver: number;
}

export interface FoundChange {
  readonly sinceMs: number;
  readonly score: string;
  readonly up: boolean;
  /** Events since then; undefined where no profile of them is kept. */
  readonly change: ChangeSince | undefined;
}

/** A value the reference does not have is worth an alarm at half the effect, as in windows. */
const noveltyFactor = 0.5;
/** Fewer events fit any story. */
const minStoryEvents = 30;
/** The season may move the level by so much of what the change does. */
const seasonOfStory = 0.25;

/** The running evidence of one detector. */
export function recordOverTime(
  input: OverTimeInput,
  watch: Watch,
  measured: { readonly value: number; readonly critical: number },
): Judgement {
  const { value, critical } = measured;
  const numbers = `evidence ${formatCount(value)} of ${formatCount(critical)} that an alarm asks for`;
  return {
    ...naming(input, watch.segment, watch.feature),
    nReference: watch.reference.n,
    statistic: input.kind,
    value,
    critical,
    pValue: 1,
    alarm: false,
    why: `${subject(watch.feature, [watch.segment])} has not changed over time: ${numbers}${late(input)}`,
    detail: { kind: kindOfFeature(watch.feature), effect: 0, statistics: {}, carriers: [], story: null },
  };
}

/** An alarm of a detector: what changed, measured over all events since it began; no alarm where that is less than `minEffect`. */
export function alarmOverTime(
  input: OverTimeInput,
  watch: Watch,
  found: FoundChange & { readonly value: number; readonly critical: number; readonly minEffect: number },
): Judgement {
  const { segment, feature, reference } = watch;
  const { score, up, sinceMs, change, value, critical } = found;
  const current = change?.profile;
  const profiled = input.reference.features.find(({ name }) => name === feature);
  const binning = segment === everything ? profiled?.binning : profiled?.segmentBinning;
  const known = binning === undefined || current === undefined || current.n === 0 ? undefined : { binning, current };
  const effect = known === undefined ? 0 : effectOf(score, known.binning, reference, change as ChangeSince);
  const wanted = score === 'unseen' ? found.minEffect * noveltyFactor : found.minEffect;
  // Where nothing is kept of the time since it began the detector's word has to do.
  const alarm = known === undefined || effect >= wanted;
  const story =
    known === undefined || !alarm || known.current.n < minStoryEvents || !isBeyondSeason(watch, change as ChangeSince)
      ? undefined
      : tellStory({ feature, score, reference, ...known });
  const text = changeText({ score, up, sinceMs });
  const numbers =
    input.kind === 'evidence'
      ? `evidence ${formatCount(value)} where ${formatCount(critical)} was asked for`
      : `found by ${input.kind}`;
  const small = alarm
    ? ''
    : `; less than is worth an alarm: effect ${formatNumber(effect)}, asked for ${formatNumber(wanted)}`;
  const told = story === undefined ? '' : `; it ${story.text}`;
  return {
    ...naming(input, segment, feature),
    nReference: reference.n,
    statistic: input.kind,
    value,
    critical,
    pValue: 1,
    alarm,
    why: `${subject(feature, [segment])} ${text}: ${numbers}${told}${small}${late(input)}`,
    detail: {
      kind:
        !feature.startsWith('@') && (score === 'missing' || score === 'invalid') ? 'quality' : kindOfFeature(feature),
      effect,
      statistics:
        known === undefined ? {} : measureAll(known.binning, referenceSide(known.binning, reference), known.current),
      carriers:
        known === undefined
          ? []
          : carriersOf({ binning: known.binning, reference: reference.bins, current: known.current.bins }),
      story: story ?? null,
      overTime: { sinceMs, score, up, text },
    },
  };
}

/** A feature of all events that cannot be watched. */
export function unwatched(input: OverTimeInput, feature: string): Judgement {
  return {
    ...naming(input, everything, feature),
    nReference: input.reference.profile(everything, feature)?.n ?? 0,
    statistic: input.kind,
    value: 0,
    critical: Number.POSITIVE_INFINITY,
    pValue: 1,
    alarm: false,
    why: `${feature} is not watched over time: not enough reference: it was made without slices of ${input.sliceText}, or has too few of them`,
    detail: { kind: kindOfFeature(feature), effect: 0, statistics: {}, carriers: [], story: null },
  };
}

function naming(input: OverTimeInput, segment: SegmentKey, feature: string) {
  return {
    windowStart: input.slice.startMs,
    windowEnd: input.slice.endMs,
    comparison: overTimeName(input.kind, input.sliceText),
    segment,
    feature,
    referenceId: input.reference.id,
    nCurrent: input.n,
  };
}

/** A shift by so many standard deviations is a Jensen–Shannon distance (base 2) of 1, as far as small shifts tell: √(8 ln 2). */
const deviationsOfDistance = Math.sqrt(8 * Math.LN2);

/**
 * What of the change is no season: the distance of all events since it began, but no more than the furthest score has moved from
 * what its season lets expect. A night is not another day by a large effect.
 */
function effectOf(score: string, binning: Binning, reference: Profile, change: ChangeSince): number {
  const { profile: current, moved } = change;
  const mass = massKinds.find((kind): kind is MassKind => kind === score);
  if (mass !== undefined)
    return shareDistance(massOf(reference, mass) / reference.n, massOf(current, mass) / current.n);
  const cells = cellsFor(binning, reference.bins, total(current.bins));
  const measured = divergence(intoCells(reference.bins, cells), intoCells(current.bins, cells));
  const furthest = Math.max(0, ...moved.map(Math.abs));
  return Math.min(Math.sqrt(Math.max(0, measured.bits - measured.expected)), furthest / deviationsOfDistance);
}

/** Stories compare with the reference as a whole: where the season moves the level they would be about the season. */
function isBeyondSeason({ model }: Watch, { moved, season }: ChangeSince): boolean {
  const level = model.names.indexOf('level');
  if (level < 0) return true;
  return Math.abs(season[level] as number) <= seasonOfStory * Math.abs(moved[level] as number);
}

function tellStory(of: {
  readonly feature: string;
  readonly score: string;
  readonly binning: Binning;
  readonly reference: Profile;
  readonly current: Profile;
}): Story | undefined {
  const { feature, score, binning, reference, current } = of;
  if (score === 'unseen') return newCategoryStory(current);
  if (score === 'missing' || score === 'invalid')
    return shareStory(score, massOf(reference, score) / reference.n, massOf(current, score) / current.n);
  return binning.kind === 'numeric'
    ? numericStory({ feature, binning, reference, current })
    : vanishedStory({ binning, reference, current });
}

function late({ passedOver }: OverTimeInput): string {
  if (passedOver === 0) return '';
  const slices = passedOver === 1 ? 'a slice' : `${passedOver} slices`;
  return `; late events of ${slices} counted before are not in it`;
}

/** `4,200`, `0.3`; beyond a billion no number says more. */
function formatCount(value: number): string {
  if (value >= 1e9) return 'more than a billion';
  if (value < 10) return formatNumber(value);
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}
