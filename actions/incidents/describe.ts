import { everything, type SegmentKey } from '../../common/segment.ts';
import { carriersText, listOf, segmentsText } from '../../drift/cause/words.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import { causeOf } from './alarm.ts';
import type { Incident } from './incident.ts';

/** `all events`, `origin DEN and SLC`, `all events; origin DEN`. */
export function segmentText(segments: readonly SegmentKey[]): string {
  const parts = segmentsText(segments);
  if (!segments.includes(everything)) return parts;
  return parts === '' ? 'all events' : `all events; ${parts}`;
}

/**
 * The incident's one sentence. A story is told for the feature it was found on, with the segments that have it:
 * `distance (origin DEN, PHX, SLC and 3 more) is 1.609 times the reference: kilometres instead of miles?`.
 */
export function describe(incident: Incident, judgements: readonly Judgement[]): string {
  const own = ownOf(incident, judgements);
  const clearest = clearestOf(own);
  // Once a feature of its own has moved, that several move together says less.
  if (clearest !== undefined && isJoint(clearest.feature) && incident.title !== '')
    if (incident.features.some((feature) => !isJoint(feature))) return incident.title;
  const story = clearest?.detail.story;
  const text = story?.text;
  const part = clearest?.detail.concentration?.text;
  const from = part === undefined ? '' : `; ${part}`;
  const features = incident.features.filter((feature) => !isJoint(feature));
  const kin = clearest === undefined ? [] : own.filter(({ feature }) => feature === clearest.feature);
  if (clearest === undefined) return incident.title;
  if (incident.cause === 'performance' || isJoint(clearest.feature)) return clearest.why;
  const overTime = clearest.detail.overTime?.text;
  if (overTime !== undefined && text === undefined)
    return `${clearest.feature}${whereOf(clearest)} ${overTime}${alsoOf(incident, clearest)}`;
  if (text === undefined || (incident.cause === 'drift' && story?.kind !== 'scale'))
    return `${listOf(features)} (${incident.segment}) ${features.length === 1 ? 'is' : 'are'} distributed differently: ${moved(clearest, features)}${from}`;
  const segments = kin.map(({ segment }) => segment).filter((segment) => segment !== everything);
  const where = segmentsText(kin.some(({ segment }) => segment === everything) ? [] : segments);
  return `${clearest.feature}${where === '' ? '' : ` (${where})`} ${text}${from}${alsoOf(incident, clearest)}`;
}

/** The number that the sentence says, and of how many events; undefined where it says none. */
export function measuredOf(incident: Incident, judgements: readonly Judgement[]): Incident['measured'] {
  const clearest = clearestOf(ownOf(incident, judgements));
  const story = clearest?.detail.story;
  if (clearest === undefined || (story?.kind !== 'unit' && story?.kind !== 'scale' && story?.kind !== 'shift'))
    return undefined;
  const value =
    story.kind === 'shift' ? story.by : story.kind === 'unit' ? (story.measured ?? story.factor) : story.factor;
  return { value, events: clearest.nCurrent };
}

function ownOf(incident: Incident, judgements: readonly Judgement[]): readonly Judgement[] {
  return judgements.filter((judgement) => causeOf(judgement) === incident.cause);
}

/** Of the most events; a feature before the joint judgements. */
function clearestOf(own: readonly Judgement[]): Judgement | undefined {
  return own.toSorted(
    (a, b) =>
      Number(isJoint(a.feature)) - Number(isJoint(b.feature)) || b.nCurrent - a.nCurrent || vagueness(a) - vagueness(b),
  )[0];
}

function alsoOf({ features }: Incident, { feature }: Judgement): string {
  const others = features.filter((other) => other !== feature && !isJoint(other));
  return others.length === 0 ? '' : `; ${listOf(others)} ${others.length === 1 ? 'moves' : 'move'} with it`;
}

/** `the median went from 20.1 to 44.3`, of the feature that says most; without a clause of its own what carries the change. */
function moved(clearest: Judgement, features: readonly string[]): string {
  const about = `${clearest.feature}${whereOf(clearest)}`;
  const { movement, carriers } = clearest.detail;
  if (movement === undefined) return `${about} ${carriersText(carriers)}`;
  return features.length === 1 && clearest.segment === everything ? movement : `${about}: ${movement}`;
}

function isJoint(feature: string): boolean {
  return feature.startsWith('@joint:');
}

function whereOf({ segment }: Judgement): string {
  return segment === everything ? '' : ` (${segmentsText([segment])})`;
}

/** Of the judgements of several features at once, a pair that can be named says most, and how events lie in space least. */
function vagueness({ feature }: Judgement): number {
  return ['@joint:correlation', '@joint:mutual-information', '@joint:classifier', '@joint:pca'].indexOf(feature);
}
