import type { Answer, Traits } from '../statistics/catalogue.ts';
import type { FileCause } from './file-cause.ts';

/** What a column is taken for. */
export const comparedTypes = [
  'numeric',
  'categorical',
  'identifier',
  'text',
  'vector',
  'timestamp',
  'constant',
  'all_missing',
  'mixed',
  'only_in_reference',
  'only_in_current',
] as const;
export type ComparedType = (typeof comparedTypes)[number];

/** One number, finite, or null with the reason why there is none. */
export interface Statistic {
  readonly value: number | null;
  readonly p_value?: number;
  /** Where p is known only so far: it is `at most` (or `at least`) the number given. */
  readonly p_value_is?: 'at most' | 'at least';
  /** Of the value, in words; `none` for a number without one. Of every statistic in `drift/statistics/catalogue.ts`. */
  readonly unit?: string;
  /** Base of the logarithm, where there is one. */
  readonly base?: number;
  readonly reason?: string;
}

/** One feature of two data sets compared. Names as in the command's JSON. */
export interface FeatureComparison {
  readonly name: string;
  readonly type: ComparedType;
  /** Rows on each side, whatever stands in them. */
  readonly n_reference: number;
  readonly n_current: number;
  readonly statistics: Readonly<Record<string, Statistic>>;
  readonly alarm: boolean;
  /** False where nothing can be said: `alarm` is false then, and means nothing. */
  readonly judged: boolean;
  /** Where it is not judged: there are fewer than `rowsToJudge` values on a side, or the values are not of a kind to compare. */
  readonly not_judged_because?: NotJudged;
  /** For people: the cause, what changed and by what it was judged. */
  readonly why: string;
  /** Of an alarm of numbers or categories, where a simple story or a part of the rows explains it. */
  readonly cause?: FileCause;
  /** For sorting: 0 nothing, 1 everything; the largest effect beyond chance, alarm or not. */
  readonly severity: number;
}

export type NotJudged = 'too_few_rows' | 'nothing_to_compare';

/**
 * Values that are needed on each side: with 20 on both, half of them have to move for a test to notice (the two-sample test of
 * Kolmogorov and Smirnov at p 0.001); with fewer hardly any change could be told from chance, and silence is no good news.
 */
export const rowsToJudge = 20;

export interface CompareOptions {
  /** The probability of any alarm at all where nothing changed, over all features together. Default 0.01. */
  readonly budget?: number;
  /** Only these features; default all. */
  readonly features?: readonly string[];
  /** The smallest change worth an alarm. */
  readonly effects?: Partial<Effects>;
}

export interface Effects {
  /** Jensen–Shannon distance, base 2, beyond what sampling explains. Default 0.1 (a shift of about 0.24 sd; PSI 0.055). */
  readonly jsDistance: number;
  /** Wasserstein-1 over the reference's standard deviation. Default 0.1. */
  readonly wassersteinNormalized: number;
  /** Share of values that the reference does not know: new categories, or numbers outside of its range. Default 0.01. */
  readonly unseen: number;
  /** Change of the share beyond the reference's 5th or 95th percentile. Default 0.0125 (5 % become 6.25 %). */
  readonly tail: number;
  /** One category's share: by this factor, up or down, and by a hundredth at least. Default 1.5. */
  readonly categoryRatio: number;
  /** Change of the share of missing, or of unusable, values. Default 0.01. */
  readonly missing: number;
}

export const defaultEffects: Effects = {
  jsDistance: 0.1,
  wassersteinNormalized: 0.1,
  unseen: 0.01,
  tail: 0.0125,
  categoryRatio: 1.5,
  missing: 0.01,
};
export const defaultBudget = 0.01;

/** One way in which a feature may have changed: a test, an effect, and the words for it. */
export interface Finding {
  readonly pValue: number;
  /** As a multiple of the smallest effect worth an alarm; 1 is just enough. */
  readonly effect: number;
  readonly words: string;
}

/** What one kind of column hands back for judging. */
export interface Compared {
  readonly type: ComparedType;
  readonly statistics: Readonly<Record<string, Statistic>>;
  readonly findings: readonly Finding[];
  /** Of the values as such, beyond chance, in [0, 1]. */
  readonly distance: number;
  /** Said where nothing was found. */
  readonly calm: string;
  /** Where values of this kind are not judged, or there are none to judge. */
  readonly unjudged?: true;
}

/** A statistic as it stands in the output: a number that is not finite becomes null. */
export function statistic(
  value: number | undefined,
  reason: string,
  more: Omit<Statistic, 'value' | 'reason'> = {},
): Statistic {
  if (value === undefined || !Number.isFinite(value)) return { value: null, reason };
  return { value, ...more };
}

/** An answer of the catalogue as it stands in the output, with its unit and base. */
export function statisticOf(traits: Traits, answer: Answer | undefined): Statistic {
  return statistic(answer?.value, traits.undefinedWhen, {
    ...(answer?.pValue === undefined ? {} : { p_value: answer.pValue }),
    ...(answer?.bound === undefined ? {} : { p_value_is: answer.bound === 'floor' ? 'at most' : 'at least' }),
    unit: traits.unit,
    ...(traits.base === undefined ? {} : { base: traits.base }),
  });
}
