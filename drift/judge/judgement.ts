import type { SegmentKey } from '../../common/segment.ts';
import type { ModelCare } from '../cause/care.ts';
import type { Concentration } from '../cause/concentrate.ts';
import type { Story } from '../cause/story.ts';

/** What kind of trouble a judgement speaks of; decides on severity and on actions. */
export const judgementKinds = ['drift', 'quality', 'performance', 'prediction'] as const;
export type JudgementKind = (typeof judgementKinds)[number];

/** One statistic that was measured, whether it decided or not. */
export interface Measured {
  readonly value: number;
  /** The value it would have had to exceed; absent where no limit was calibrated for it. */
  readonly critical?: number;
  readonly pValue?: number;
}

/** A bin or category with its shares, by how much it carries of the change. */
export interface Carrier {
  /** `(250, 500]`, or the category. */
  readonly label: string;
  /** Shares of the values, in [0, 1]. */
  readonly reference: number;
  readonly current: number;
}

export interface JudgementDetail {
  readonly kind: JudgementKind;
  /** Jensen–Shannon distance (base 2) beyond what sampling explains, in [0, 1]; what `minEffect` is compared with. */
  readonly effect: number;
  /** By name: js_distance, psi, ks, mean_change, missing, invalid, unseen, ... */
  readonly statistics: Readonly<Record<string, Measured>>;
  readonly carriers: readonly Carrier[];
  readonly story: Story | null;
  /** Other features that the judgement is about, where it is about several at once. */
  readonly about?: readonly string[];
  /** The part of the events that carries the change, where there is one; of alarms about all events. */
  readonly concentration?: Concentration;
  /** How much the model cares, where one has the feature; of alarms about all events. */
  readonly care?: ModelCare;
}

/** One row of the table `judgements` (without its revision); `detail` is stored as JSON. Every number is finite but `critical`. */
export interface Judgement {
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly comparison: string;
  readonly segment: SegmentKey;
  readonly feature: string;
  readonly referenceId: string;
  readonly nReference: number;
  readonly nCurrent: number;
  /** The one that decided. */
  readonly statistic: string;
  readonly value: number;
  /** Infinity where it could not be judged. */
  readonly critical: number;
  /** Under the calibrated null; 1 where there is none. */
  readonly pValue: number;
  readonly alarm: boolean;
  /** One sentence. */
  readonly why: string;
  readonly detail: JudgementDetail;
}

/** Names a judgement in an incident's evidence. */
export function judgementId(judgement: Judgement): string {
  return [judgement.comparison, judgement.windowStart, judgement.segment, judgement.feature].join('|');
}

export function kindOfFeature(feature: string): JudgementKind {
  if (feature.startsWith('@prediction:')) return 'prediction';
  if (feature.startsWith('@performance:')) return 'performance';
  return 'drift';
}
