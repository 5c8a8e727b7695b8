import { chiSquareRatio, chiSquareRatioTail, normalQuantile, normalTail } from '../judge/normal.ts';
import { type ComponentChange, componentChange } from './component-change.ts';
import { correlationChange, rankFeatures } from './correlation-change.ts';
import { type ClassifierResult, domainClassifier } from './domain-classifier.ts';
import { countFeatures, informationChange } from './information-change.ts';
import type { JoinedSamples } from './join-frames.ts';
import { effectiveSize, type PairsMeasured } from './pair-change.ts';

/** The tests of several features at once, by what they look at. */
export const jointTests = {
  '@joint:correlation': ['correlation_sum', 'correlation_max'],
  '@joint:mutual-information': ['mutual_information_sum', 'mutual_information_max'],
  '@joint:pca': ['reconstruction_error'],
  '@joint:classifier': ['domain_auc'],
} as const;
export type JointFeature = keyof typeof jointTests;
export type JointTest = (typeof jointTests)[JointFeature][number];
export const jointFeatureNames = Object.keys(jointTests) as readonly JointFeature[];

/** All that was measured between two samples. */
export interface JointMeasures {
  readonly effective: number;
  readonly correlation: PairsMeasured;
  readonly information: PairsMeasured;
  readonly components: ComponentChange | undefined;
  readonly classifier: ClassifierResult | undefined;
}

/** What sampling makes of a test: learnt once from random halves of the reference. */
export interface JointScale {
  /** Mean of the score under sampling. */
  readonly scale: number;
  /** Degrees of freedom of score / scale. */
  readonly degrees: number;
}

export interface MeasureOptions {
  /** Of each pair's rank correlation, by `pairKey`. */
  readonly spreads: ReadonlyMap<string, number>;
  /** Attribute the classifier's answer to features. */
  readonly attribute?: boolean;
}

export function measureJoint(samples: JoinedSamples, { spreads, attribute = false }: MeasureOptions): JointMeasures {
  return {
    effective: effectiveSize(samples),
    correlation: correlationChange(rankFeatures(samples), samples, spreads),
    information: informationChange(countFeatures(samples), samples),
    components: componentChange(samples),
    classifier: domainClassifier(samples, { attribute }),
  };
}

/**
 * Each test as a score, >= 0, whose mean under sampling does not depend on the sizes of the samples, and which a real difference
 * raises in proportion to the effective size: squares of standardised changes. Undefined where there is nothing to measure.
 */
export function scoreOf(measures: JointMeasures, test: JointTest): number | undefined {
  const { correlation, information, components, classifier } = measures;
  switch (test) {
    case 'correlation_sum':
      return correlation.count === 0 ? undefined : correlation.sum;
    case 'correlation_max':
      return correlation.count === 0 ? undefined : correlation.max;
    case 'mutual_information_sum':
      return information.count === 0 ? undefined : information.sum;
    case 'mutual_information_max':
      return information.count === 0 ? undefined : information.max;
    case 'reconstruction_error':
      return components === undefined ? undefined : components.z ** 2;
    case 'domain_auc':
      // A classifier that is worse than chance has learnt nothing.
      return classifier === undefined ? undefined : Math.max(0, classifier.z) ** 2;
  }
}

/** The probability that sampling alone gives such a score, or a greater one. `pairs` for the greatest of so many. */
export function chanceOf(test: JointTest, score: number, { scale, degrees }: JointScale, pairs: number): number {
  const z = Math.sqrt(score);
  if (isMax(test)) return Math.min(1, 2 * pairs * normalTail(z));
  if (test === 'domain_auc') return score === 0 ? 1 : normalTail(z);
  if (test === 'reconstruction_error') return Math.min(1, 2 * normalTail(z));
  return chiSquareRatioTail(score / scale, degrees);
}

/** The score that sampling alone exceeds with probability `alpha`: the inverse of {@link chanceOf}. */
export function chanceScore(test: JointTest, alpha: number, { scale, degrees }: JointScale, pairs: number): number {
  if (isMax(test)) return normalQuantile(alpha / (2 * Math.max(1, pairs))) ** 2;
  if (test === 'domain_auc') return normalQuantile(alpha) ** 2;
  if (test === 'reconstruction_error') return normalQuantile(alpha / 2) ** 2;
  return scale * chiSquareRatio(alpha, degrees);
}

const distanceOfOne = Math.sqrt(8 * Math.LN2);

/**
 * The change beyond what sampling explains on the scale of all effects: the Jensen–Shannon distance (base 2) of two normal
 * distributions that far apart, which is near `δ / √(8 ln 2)` for a shift of δ standard deviations, and for a change of δ in
 * Fisher's z of a pair. In [0, 1].
 */
export function effectOf(measures: JointMeasures, test: JointTest, { scale }: JointScale): number {
  const score = scoreOf(measures, test) ?? 0;
  const { effective, information } = measures;
  if (effective === 0) return 0;
  const beyond = Math.max(0, score - scale);
  let shift: number;
  if (test === 'mutual_information_max') shift = Math.abs(information.greatest?.shift ?? 0);
  else if (test === 'mutual_information_sum') shift = rootMeanSquareShift(information);
  else if (test === 'domain_auc')
    shift = Math.SQRT2 * normalQuantile(0.5 - Math.min(0.499, Math.sqrt(beyond / (6 * effective))));
  else shift = Math.sqrt(beyond / effective);
  return Math.min(1, Math.max(0, shift) / distanceOfOne);
}

/**
 * The score on the test's own scale: a change of Fisher's z (correlation), standard errors (mutual information), standard
 * deviations of the reference's errors (reconstruction), or the AUC, whose score is that of one half: variance 1 / (6 effective).
 */
export function shownValue(test: JointTest, score: number, effective: number): number {
  if (test === 'domain_auc') return 0.5 + Math.sqrt(score / (6 * effective));
  if (test === 'mutual_information_sum' || test === 'mutual_information_max') return Math.sqrt(score);
  return Math.sqrt(score / effective);
}

function rootMeanSquareShift({ pairs, count }: PairsMeasured): number {
  const sum = pairs.reduce((total, pair) => total + (pair?.shift ?? 0) ** 2, 0);
  return Math.sqrt(sum / Math.max(1, count));
}

function isMax(test: JointTest): boolean {
  return test === 'correlation_max' || test === 'mutual_information_max';
}

/** Pairs behind a test of pairs; 1 for the others. */
export function pairsOf(measures: JointMeasures, test: JointTest): number {
  if (test.startsWith('correlation')) return measures.correlation.count;
  return test.startsWith('mutual_information') ? measures.information.count : 1;
}
