import type { Frame } from '../../common/feature.ts';
import { everything } from '../../common/segment.ts';
import { formatNumber } from '../cause/words.ts';
import { alphaOf, type Budget } from '../judge/judge-window.ts';
import type { Judgement, Measured } from '../judge/judgement.ts';
import type { Reference } from '../reference/reference.ts';
import { type Tail, tailProbability, tailQuantile } from '../reference/tail.ts';
import { type JoinedSamples, joinSamples } from './join-frames.ts';
import { concentrateJoint } from './joint-concentration.ts';
import { type JointNull, minWindowRows } from './joint-null.ts';
import type { JointScales } from './joint-scales.ts';
import {
  chanceOf,
  chanceScore,
  effectOf,
  type JointFeature,
  type JointMeasures,
  type JointTest,
  jointFeatureNames,
  jointTests,
  measureJoint,
  pairsOf,
  scoreOf,
  shownValue,
} from './joint-tests.ts';
import { concernedBy, jointNumbers, jointWords } from './joint-words.ts';

/** Fewer windows of the reference than this show no habit. */
const minNullWindows = 4;

export interface JointInput {
  readonly reference: Reference;
  /** A uniform sample of the window's events, with the features of the reference; undefined where none is kept. */
  readonly sample: Frame | undefined;
  readonly comparison: string;
  readonly window: { readonly startMs: number; readonly endMs: number };
  readonly budget: Budget;
  readonly judgementsPerWeek: number;
}

/** One test against its limit, on the test's own scale. */
export interface JointVerdict {
  readonly test: JointTest;
  readonly value: number;
  readonly critical: number;
  readonly pValue: number;
  readonly effect: number;
  readonly beyond: boolean;
  readonly workings: JointWorkings;
}

/** What a verdict was worked out from; scores as in `scoreOf`. */
export interface JointWorkings {
  readonly score: number;
  readonly effective: number;
  /** What sampling explains, and the habit for each row of effective size. */
  readonly scale: number;
  readonly habit: number;
  readonly tail: Tail;
  /** Share of false alarms this one test may give. */
  readonly alpha: number;
  /** Times sampling and habit that may be exceeded with probability alpha; the score that sampling alone exceeds so often. */
  readonly ratio: number;
  readonly chance: number;
  readonly pHabit: number;
  readonly pChance: number;
}

/** All that the judgements of one window come from. */
export interface JointlyMeasured {
  readonly samples: JoinedSamples;
  readonly scales: JointScales;
  readonly ordinary: JointNull;
  readonly measures: JointMeasures;
  /** Share of false alarms one judgement may give. */
  readonly alpha: number;
}

/**
 * Judges several features of one window at once: four judgements, named `@joint:...`, about all events. What sampling explains is
 * taken from random halves of the reference, what habit explains from its own windows; the limit is the tail of those windows,
 * never below what chance alone would have. Where there is not enough of anything, the judgement says so.
 */
export function judgeJoint(input: JointInput): Judgement[] {
  const measured = measureJointly(input);
  if ('refused' in measured) return jointFeatureNames.map((feature) => unjudged(input, feature, measured.refused));
  return jointFeatureNames.map((feature) => judgeOne(input, feature, measured));
}

/** @throws never: where there is not enough of anything it says so */
export function measureJointly(input: JointInput): JointlyMeasured | { readonly refused: string } {
  const { reference, sample, window, budget } = input;
  const known = reference.joint;
  const windowMs = window.endMs - window.startMs;
  const ordinary = known?.nulls.find((one) => one.windowMs === windowMs);
  const refused = refusal(input, ordinary);
  if (refused !== undefined || known === undefined || ordinary === undefined || sample === undefined)
    return { refused: refused ?? 'nothing to compare with' };
  const { scales } = known;
  const ofReference = (reference.sample as { frame: Frame }).frame;
  const samples = joinSamples({ frame: ofReference }, { frame: sample }, scales.features);
  const alpha = alphaOf(budget, input.judgementsPerWeek);
  return { samples, scales, ordinary, measures: measureJoint(samples, scales), alpha };
}

/** One of the four. */
export function judgeOne(input: JointInput, feature: JointFeature, measured: JointlyMeasured): Judgement {
  const judgement = judgementOf(input, feature, measured.measures, verdictsOf(feature, measured));
  if (!judgement.alarm) return judgement;
  const { samples, scales } = measured;
  if (feature !== '@joint:classifier') return withPart(judgement, samples, measured.measures);
  // Attributions cost as much again, so they are made for alarms alone.
  const measures = measureJoint(samples, { ...scales, attribute: true });
  const attributed = judgementOf(input, feature, measures, verdictsOf(feature, { ...measured, measures }));
  return withPart(attributed, samples, measures);
}

/** Says which part of the events carries the change, where one does. */
function withPart(judgement: Judgement, samples: JoinedSamples, measures: JointMeasures): Judgement {
  const concentration = concentrateJoint(judgement, samples, measures);
  if (concentration === undefined) return judgement;
  return {
    ...judgement,
    why: `${judgement.why}; ${concentration.text}`,
    detail: { ...judgement.detail, concentration },
  };
}

function refusal({ reference, sample }: JointInput, ordinary: JointNull | undefined): string | undefined {
  if (reference.sample === undefined) return 'not enough reference: it was made without a sample of its rows';
  if (reference.joint === undefined)
    return `not enough reference: nothing is known of its features together (${reference.sample.frame.rows} rows in its sample)`;
  if (ordinary === undefined || ordinary.windows < minNullWindows)
    return `not enough reference: ${ordinary?.windows ?? 0} windows of this length in it; ${minNullWindows} are needed`;
  if (sample === undefined) return 'no sample of the events is kept';
  if (sample.rows < minWindowRows)
    return `only ${sample.rows} events in the sample of the window; ${minWindowRows} are needed`;
  return undefined;
}

/** The tests of one feature; those that have nothing to measure are left out. */
export function verdictsOf(
  feature: JointFeature,
  { measures, scales, ordinary, alpha }: Omit<JointlyMeasured, 'samples'>,
): JointVerdict[] {
  const tests = jointTests[feature];
  const { effective } = measures;
  return tests.flatMap((test): JointVerdict[] => {
    const score = scoreOf(measures, test);
    const { habit, tail } = ordinary.tests[test];
    if (score === undefined || tail === undefined) return [];
    const scale = scales.tests[test];
    const explained = scale.scale + habit * effective;
    const each = alpha / tests.length;
    const pairs = pairsOf(measures, test);
    const ratio = tailQuantile(tail, each);
    const chance = chanceScore(test, each, scale, pairs);
    const critical = Math.max(explained * ratio, chance);
    const pHabit = tailProbability(tail, score / explained);
    const pChance = chanceOf(test, score, scale, pairs);
    return [
      {
        test,
        value: shownValue(test, score, effective),
        critical: shownValue(test, critical, effective),
        pValue: Math.max(pHabit, pChance),
        effect: effectOf(measures, test, scale),
        beyond: score > critical,
        workings: {
          score,
          effective,
          scale: scale.scale,
          habit,
          tail,
          alpha: each,
          ratio,
          chance,
          pHabit,
          pChance,
        },
      },
    ];
  });
}

function judgementOf(
  input: JointInput,
  feature: JointFeature,
  measures: JointMeasures,
  verdicts: readonly JointVerdict[],
): Judgement {
  const { minEffect } = input.budget;
  const alarms = (one: JointVerdict): boolean => one.beyond && one.effect >= minEffect;
  // One pair that can be named says more than the sum over all of them, and a run of windows is to be decided by one test.
  const byRank = verdicts.toSorted(
    (a, b) =>
      Number(alarms(b)) - Number(alarms(a)) ||
      (alarms(a) ? Number(b.test.endsWith('_max')) - Number(a.test.endsWith('_max')) : a.pValue - b.pValue),
  );
  const decided = byRank[0];
  if (decided === undefined) return unjudged(input, feature, 'it has no features to compare in this way');
  const alarm = alarms(decided);
  const statistics: Record<string, Measured> = {};
  for (const { test, value, critical, pValue } of verdicts) statistics[test] = { value, critical, pValue };
  const numbers = `${decided.test.replaceAll('_', ' ')} ${formatNumber(decided.value)}, limit ${formatNumber(decided.critical)}`;
  return {
    ...frameOf(input, feature),
    statistic: decided.test,
    value: decided.value,
    critical: decided.critical,
    pValue: decided.pValue,
    alarm,
    why: alarm
      ? `${jointWords(feature, decided.test, measures)} (${numbers})`
      : decided.beyond
        ? `beyond chance, by less than is worth an alarm: ${jointNumbers(feature, measures)} (effect ${formatNumber(decided.effect)}, asked for ${formatNumber(minEffect)})`
        : `as chance and habit explain: ${jointNumbers(feature, measures)} (${numbers})`,
    detail: {
      kind: 'drift',
      effect: decided.effect,
      statistics,
      carriers: [],
      story: null,
      about: alarm ? concernedBy(feature, decided.test, measures) : [],
    },
  };
}

function frameOf(input: JointInput, feature: JointFeature) {
  return {
    windowStart: input.window.startMs,
    windowEnd: input.window.endMs,
    comparison: input.comparison,
    segment: everything,
    feature,
    referenceId: input.reference.id,
    nReference: input.reference.sample?.frame.rows ?? 0,
    nCurrent: input.sample?.rows ?? 0,
  };
}

function unjudged(input: JointInput, feature: JointFeature, why: string): Judgement {
  return {
    ...frameOf(input, feature),
    statistic: jointTests[feature][0],
    value: 0,
    critical: Number.POSITIVE_INFINITY,
    pValue: 1,
    alarm: false,
    why: `${feature} is not judged: ${why}`,
    detail: { kind: 'drift', effect: 0, statistics: {}, carriers: [], story: null },
  };
}
