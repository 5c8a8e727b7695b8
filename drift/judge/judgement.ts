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

/** The earlier windows a judgement compared with. */
export interface Compared {
  /** `3 earlier Mondays 08:00`, `the 7d before`. */
  readonly with: string;
  /** Their stretches of event time, ms since 1970, the end not included. */
  readonly spans: readonly (readonly [fromMs: number, toMs: number])[];
}

/** What a window differed by, before anything was decided: what limits are learned from where a reference shows none. */
export interface MeasuredExcess {
  /** Jensen–Shannon divergence, base 2, and what sampling gives on average. */
  readonly bits: number;
  readonly expected: number;
  /** Standardised differences of the shares of missing, invalid and unseen. */
  readonly z: readonly number[];
}

export interface JudgementDetail {
  readonly kind: JudgementKind;
  /** Jensen–Shannon distance (base 2) beyond what sampling explains, in [0, 1]; what `minEffect` is compared with. */
  readonly effect: number;
  /** By name: js_distance, psi, ks, mean_change, missing, invalid, unseen, ... */
  readonly statistics: Readonly<Record<string, Measured>>;
  readonly carriers: readonly Carrier[];
  readonly story: Story | null;
  /** How a number moved, where it has no story of its own: one clause of plain words. */
  readonly movement?: string;
  /** Where the comparison is with earlier windows. */
  readonly compared?: Compared;
  readonly excess?: MeasuredExcess;
  /** Other features that the judgement is about, where it is about several at once. */
  readonly about?: readonly string[];
  /** The part of the events that carries the change, where there is one; of alarms about all events. */
  readonly concentration?: Concentration;
  /** How much the model cares, where one has the feature; of alarms about all events. */
  readonly care?: ModelCare;
  /** What a detector saw; absent in judgements of windows. */
  readonly overTime?: OverTime;
}

/** A change that slices of time show together; times in ms since 1970. */
export interface OverTime {
  /** About where it began. */
  readonly sinceMs: number;
  /** The score that moved most: `level`, `spread`, `= DEN`, `missing`, ...; and whether up. */
  readonly score: string;
  readonly up: boolean;
  /** One clause of plain words, without the feature's name: `has been rising since Tue 6 Mar 14:00`. */
  readonly text: string;
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
