import { everything, type SegmentKey } from '../../common/segment.ts';
import { explainBySegments } from '../cause/concentration.ts';
import type { Profile } from '../profile/profile.ts';
import type { NullTable, Reference } from '../reference/reference.ts';
import { judgeFeature } from './judge-feature.ts';
import type { Compared, Judgement } from './judgement.ts';

export interface Budget {
  readonly falseAlarmsPerWeek: number;
  /** Smallest Jensen–Shannon distance (base 2) beyond sampling that is worth an alarm. */
  readonly minEffect: number;
}

export type Against =
  | { readonly kind: 'training' }
  | {
      readonly kind: 'previous';
      /** The windows just before, in the same bins. */
      profile(segment: SegmentKey, feature: string): Profile | undefined;
    }
  | AgainstEarlier;

/** Windows further before: of the span before, of the same season, of earlier holidays. */
export interface AgainstEarlier {
  readonly kind: 'earlier';
  /** Names the null within the reference: see `earlierKey`. */
  readonly key: string;
  /** Their sum, in the same bins; undefined where there are not enough of them. */
  profile(segment: SegmentKey, feature: string): Profile | undefined;
  /** What is lacking where there are not enough: `2 earlier Mondays 08:00, 3 are needed`. */
  lacking(segment: SegmentKey, feature: string): string;
  readonly compared: Compared;
  /** The null of windows judged so far, where the reference has none. */
  readonly learned?: NullTable;
  /** So many windows have to be compared before a null is learned from them. */
  readonly learnedNeeded: number;
  /** The occasions by themselves, where their own spread says more than ordinary windows do: of holidays. */
  apart?(segment: SegmentKey, feature: string): readonly Profile[];
}

export interface WindowInput {
  readonly reference: Reference;
  readonly against: Against;
  /** Names the comparison in judgements: `training:1d`. */
  readonly comparison: string;
  readonly window: { readonly startMs: number; readonly endMs: number };
  profile(segment: SegmentKey, feature: string): Profile | undefined;
  readonly features: readonly string[];
  /** With `everything` where all events together are to be judged. */
  readonly segments: readonly SegmentKey[];
  readonly budget: Budget;
  /** All judgements of the pipeline in a week: each may use its share of the budget. */
  readonly judgementsPerWeek: number;
  /** Of judgements without an alarm leave out the statistics and the sentence, which only people look at. Default false. */
  readonly brief?: boolean;
}

/**
 * Judges every feature of every segment in one window: one judgement each, in the order given, segments outermost. Where all
 * events move only because some segments do, that is their story. A profile that is absent gives a judgement that says so
 * for all events, and none for a segment without events.
 */
export function judgeWindow(input: WindowInput): Judgement[] {
  const alpha = alphaOf(input.budget, input.judgementsPerWeek);
  const judged = input.segments.flatMap((segment) =>
    input.features.flatMap((feature) => judgeFeature(input, segment, feature, alpha) ?? []),
  );
  const alarmsOf = new Map<string, Judgement[]>();
  for (const judgement of judged) {
    if (!judgement.alarm || judgement.segment === everything) continue;
    const known = alarmsOf.get(judgement.feature);
    if (known === undefined) alarmsOf.set(judgement.feature, [judgement]);
    else known.push(judgement);
  }
  return judged.map((judgement) => {
    const alarms = alarmsOf.get(judgement.feature);
    if (!judgement.alarm || judgement.segment !== everything || alarms === undefined) return judgement;
    return explainBySegments(input, judgement, alarms);
  });
}

/** The share of false alarms one judgement may give, in (0, 0.05]. */
export function alphaOf(budget: Budget, judgementsPerWeek: number): number {
  return Math.min(0.05, Math.max(1e-12, budget.falseAlarmsPerWeek / Math.max(1, judgementsPerWeek)));
}
