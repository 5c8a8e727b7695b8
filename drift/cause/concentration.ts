import { everything } from '../../common/segment.ts';
import type { WindowInput } from '../judge/judge-window.ts';
import type { Judgement } from '../judge/judgement.ts';
import { sideOf } from '../judge/side.ts';
import { coarsenProfile } from '../profile/merge.ts';
import type { Profile } from '../profile/profile.ts';
import { divergence, withoutPart } from '../reference/divergence.ts';
import { total } from '../statistics/counts.ts';
import { segmentsText } from './words.ts';

/** Without the segments, at most this share of the divergence beyond sampling may be left. */
const maxRest = 0.3;
/** What is left has to be so many events, and so much of all, that it can be said to be as before; on both sides. */
const minRestEvents = 50;
const minRestShare = 0.25;

/**
 * All events move: is it only because the segments in `alarms` do? Both sides are counted again without these segments; where
 * at most 30 % of the divergence is left, the segments are the story. What is left has to be a quarter of the events and 50 of them
 * at least: where nearly all segments move, that is no explanation. A story that holds of all events is better than any segments.
 * Segments that overlap (of several rules) are tried rule by rule, the rule that leaves least first.
 */
export function explainBySegments(input: WindowInput, whole: Judgement, alarms: readonly Judgement[]): Judgement {
  if (whole.statistic !== 'js_distance' || whole.detail.story !== null) return whole;
  const profiled = input.reference.features.find(({ name }) => name === whole.feature);
  const reference = sideOf(input, everything, whole.feature);
  const current = input.profile(everything, whole.feature);
  if (profiled === undefined || reference === undefined || current === undefined) return whole;
  const { binning, segmentBinning } = profiled;
  const sides = {
    reference: coarsenProfile(reference, binning, segmentBinning),
    current: coarsenProfile(current, binning, segmentBinning),
  };
  const before = excess(sides.reference.bins, sides.current.bins);
  if (before <= 0) return whole;
  let best: { readonly rest: number; readonly segments: readonly string[] } | undefined;
  for (const segments of byRule(alarms.map(({ segment }) => segment))) {
    const left = {
      reference: without(sides.reference, segments, (segment) => sideOf(input, segment, whole.feature)),
      current: without(sides.current, segments, (segment) => input.profile(segment, whole.feature)),
    };
    if (!isRest(left.reference, sides.reference.bins) || !isRest(left.current, sides.current.bins)) continue;
    const rest = excess(left.reference, left.current);
    if (rest <= maxRest * before && (best === undefined || rest < best.rest)) best = { rest, segments };
  }
  if (best === undefined) return whole;
  const where = segmentsText(best.segments);
  const text = `moves because of ${where}; without them it is as before`;
  return {
    ...whole,
    why: `${whole.feature} ${text} (Jensen-Shannon distance ${whole.value.toPrecision(3)})`,
    detail: { ...whole.detail, story: { kind: 'segments', segments: best.segments, text } },
  };
}

function isRest(left: Float64Array, all: Float64Array): boolean {
  return total(left) >= Math.max(minRestEvents, minRestShare * total(all));
}

function excess(reference: Float64Array, current: Float64Array): number {
  const { bits, expected } = divergence(reference, current);
  return Math.max(0, bits - expected);
}

function without(
  whole: Profile,
  segments: readonly string[],
  profileOf: (segment: string) => Profile | undefined,
): Float64Array {
  let rest = whole.bins;
  for (const segment of segments) {
    const part = profileOf(segment);
    if (part !== undefined) rest = withoutPart(rest, part.bins);
  }
  return rest;
}

/** Segments of one rule name the same features, so they do not overlap. */
function byRule(segments: readonly string[]): readonly (readonly string[])[] {
  const rules = new Map<string, string[]>();
  for (const segment of segments) {
    const rule = segment.replaceAll(/=[^&]*/g, '');
    const known = rules.get(rule);
    if (known === undefined) rules.set(rule, [segment]);
    else known.push(segment);
  }
  return [...rules.values()];
}
