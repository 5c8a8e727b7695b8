import type { Working } from '../../common/explained.ts';
import type { Histogram } from '../../common/read-model.ts';
import { formulaOf } from '../judge/formulas.ts';
import type { Judgement } from '../judge/judgement.ts';
import { budgetWorking, number, tailLines, whole } from '../judge/working-lines.ts';
import { jointHistogram } from './joint-histogram.ts';
import { type JointFeature, type JointMeasures, type JointTest, jointTests } from './joint-tests.ts';
import {
  type JointInput,
  type JointlyMeasured,
  type JointVerdict,
  type JointWorkings,
  judgeJoint,
  judgeOne,
  measureJointly,
  verdictsOf,
} from './judge-joint.ts';

/** A judgement of several features at once, worked out again. */
export interface JointExplained {
  readonly judgement: Judgement;
  readonly workings: Working[];
  /** What the test that decided looks at, on both sides; null where there was nothing to compare. */
  readonly histogram: Histogram | null;
}

export function explainJoint(input: JointInput, feature: JointFeature): JointExplained {
  const measured = measureJointly(input);
  if ('refused' in measured) {
    const [judgement] = judgeJoint(input).filter((one) => one.feature === feature);
    return { judgement: judgement as Judgement, workings: [], histogram: null };
  }
  const judgement = judgeOne(input, feature, measured);
  const verdicts = verdictsOf(feature, measured);
  const decided = ({ test }: JointVerdict): boolean => test === judgement.statistic;
  const ordered = verdicts.toSorted((a, b) => Number(decided(b)) - Number(decided(a)));
  const { budget, judgementsPerWeek } = input;
  const tests = jointTests[feature].length;
  const level = { ...budget, judgementsPerWeek, tests, ofJudgement: measured.alpha, ofTest: measured.alpha / tests };
  return {
    judgement,
    workings: [
      { title: 'events', lines: sampleLines(input, measured) },
      budgetWorking(level),
      ...ordered.map((verdict) => ({
        title: `${verdict.test.replaceAll('_', ' ')}${decided(verdict) ? ', which decided' : ''}`,
        lines: linesOf(verdict, measured, budget.minEffect),
      })),
    ],
    histogram: jointHistogram(judgement.statistic as JointTest, measured) ?? null,
  };
}

function sampleLines({ reference }: JointInput, { samples, ordinary, scales }: JointlyMeasured): string[] {
  const { nReference, nCurrent } = samples;
  return [
    `a uniform sample of ${whole(nReference)} rows of the reference (${reference.origin}, ${reference.id}, ${whole(reference.rows)} rows) and one of ${whole(nCurrent)} events of the window`,
    `${scales.features.length} features together; ${ordinary.windows} windows of this length in the reference`,
  ];
}

function linesOf(
  { test, value, critical, pValue, effect, workings }: JointVerdict,
  { measures, samples, ordinary }: JointlyMeasured,
  minEffect: number,
): string[] {
  const { score, effective, scale, habit, tail, alpha, ratio, chance, pHabit, pChance } = workings;
  const explained = scale + habit * effective;
  const what = `${whole(ordinary.windows)} left-out windows`;
  return [
    `${formulaOf(test)?.formula} = ${number(score)}${aboutOf(test, measures)}`,
    `N         1/(1/n + 1/m) = 1/(1/${whole(samples.nReference)} + 1/${whole(samples.nCurrent)}) = ${number(effective)}`,
    `chance    E = ${number(scale)}: S on average, ${learntFrom(test)}`,
    `habit     h · N = ${number(habit)} · ${number(effective)} = ${number(habit * effective)}: what ordinary windows of the reference have beyond it`,
    `ratio     S / (E + h · N) = ${number(score)} / ${number(explained)} = ${number(score / explained)}`,
    ...tailLines(tail, { alpha, ratio, what }),
    `limit     S > max((E + h · N) · q, c) = max(${number(explained * ratio)}, ${number(chance)}) = ${number(limitOf(workings))}, c being what sampling alone exceeds with probability α`,
    `          ${scaleOf(test)}: ${number(value)}, limit ${number(critical)}`,
    `p-value   max(P(ratio), P(sampling)) = max(${number(pHabit)}, ${number(pChance)}) = ${number(pValue)}`,
    `effect    ${number(effect)}: the Jensen-Shannon distance of two normal distributions as far apart; asked for ${number(minEffect)}`,
  ];
}

function limitOf({ scale, habit, effective, ratio, chance }: JointWorkings): number {
  return Math.max((scale + habit * effective) * ratio, chance);
}

function learntFrom(test: JointTest): string {
  if (test === 'domain_auc' || test === 'reconstruction_error') return 'as the theory of samples has it';
  return 'over 64 random halves of the reference';
}

function scaleOf(test: JointTest): string {
  switch (test) {
    case 'domain_auc':
      return 'as an area under the curve';
    case 'reconstruction_error':
      return "in standard deviations of the reference's errors";
    case 'mutual_information_sum':
    case 'mutual_information_max':
      return 'in standard errors';
    default:
      return "as a change of Fisher's z";
  }
}

function aboutOf(test: JointTest, { correlation, information, components, classifier }: JointMeasures): string {
  if (test === 'domain_auc') return classifier === undefined ? '' : `, AUC ${number(classifier.auc)}`;
  if (test === 'reconstruction_error')
    return components === undefined
      ? ''
      : `, e₀ ${number(components.reference)}, e₁ ${number(components.current)} with ${components.kept} of ${components.columns} components`;
  const ofPairs = test.startsWith('correlation') ? correlation : information;
  const { greatest, count } = ofPairs;
  if (greatest === undefined) return '';
  const symbol = test.startsWith('correlation') ? 'r' : 'I';
  const pair = `${greatest.a} and ${greatest.b}: ${symbol}₀ = ${number(greatest.reference)}, ${symbol}₁ = ${number(greatest.current)}`;
  return test.endsWith('_max') ? ` among ${count} pairs, at ${pair}` : ` over ${count} pairs; most ${pair}`;
}
