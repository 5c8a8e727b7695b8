import type { Frame } from '../../common/feature.ts';
import type { FeatureComparison, NotJudged, Statistic } from '../compare/comparison.ts';
import { fileSample } from '../compare/file-sample.ts';
import { withVectorMeasures } from './file-vectors.ts';
import { joinSamples } from './join-frames.ts';
import { type JointScales, learnScales, minSampleRows } from './joint-scales.ts';
import {
  chanceOf,
  effectOf,
  type JointFeature,
  type JointMeasures,
  jointFeatureNames,
  jointTests,
  measureJoint,
  pairsOf,
  scoreOf,
  shownValue,
} from './joint-tests.ts';
import { jointNumbers, jointWords } from './joint-words.ts';

/** Several features of two data sets compared at once. Names as in the command's JSON. */
export interface JointComparison {
  readonly name: JointFeature;
  /** Rows that were looked at on each side. */
  readonly n_reference: number;
  readonly n_current: number;
  readonly statistics: Readonly<Record<string, Statistic>>;
  readonly alarm: boolean;
  /** False where nothing can be said: too few rows, or no features to compare in this way. */
  readonly judged: boolean;
  readonly not_judged_because?: NotJudged;
  readonly why: string;
  /** The change beyond sampling as a Jensen–Shannon distance (base 2), in [0, 1]. */
  readonly effect: number;
}

export interface CompareJointOptions {
  /** The probability of any alarm at all where nothing changed, over these tests together. */
  readonly budget: number;
  /** The smallest change worth an alarm, as a Jensen–Shannon distance (base 2); default 0.1, as for single features. */
  readonly minEffect?: number;
}

/** Of the budget of two files, what the tests of several features at once may use. */
export const jointShare = 0.2;
/** Rows of each file that are looked at: those with the smallest seeded priorities. */
const rowsMost = 4000;
const jointTypes: ReadonlySet<string> = new Set(['numeric', 'categorical', 'vector']);
const defaultMinEffect = 0.1;
const units: Readonly<Record<string, string>> = {
  correlation_sum: "root mean square change of Fisher's z",
  correlation_max: "change of Fisher's z",
  mutual_information_sum: 'standard errors, root mean square',
  mutual_information_max: 'standard errors',
  reconstruction_error: "standard deviations of the reference's errors",
  domain_auc: 'area under the curve',
};

/**
 * Compares how the features go together in two data sets, by bounded samples of their rows: numbers, categories and the measures of
 * vectors (at most 40, in the order of the reference); identifiers, times and constants, which say nothing together or everything, are left out. Chance
 * alone is allowed for (see `JointScales`): rows are taken as independent, as in `compareFrames`. Alarms need p below the budget
 * shared by the six tests, and the smallest effect. Undefined with fewer than two such features.
 */
export function compareJoint(
  reference: Frame,
  current: Frame,
  features: readonly FeatureComparison[],
  options: CompareJointOptions,
): JointComparison[] | undefined {
  const usable = new Map(features.map(({ name, type }) => [name, type]));
  const wanted = reference.fields.map(({ name }) => name).filter((name) => jointTypes.has(usable.get(name) ?? 'mixed'));
  const [before, now, names] = withVectorMeasures(
    fileSample(reference, rowsMost),
    fileSample(current, rowsMost),
    wanted,
  );
  if (names.length < 2) return undefined;
  const sizes = { n_reference: before.rows, n_current: now.rows };
  const scales = learnScales(before, names);
  if (scales === undefined || now.rows < minSampleRows) {
    const fewest = Math.min(before.rows, now.rows);
    const why = `only ${fewest} ${fewest === 1 ? 'row' : 'rows'}; ${minSampleRows} are needed on each side`;
    const unjudged = { alarm: false, judged: false, not_judged_because: 'too_few_rows', why, effect: 0 } as const;
    return jointFeatureNames.map((name) => ({ name, ...sizes, statistics: {}, ...unjudged }));
  }
  const samples = joinSamples({ frame: before }, { frame: now }, names);
  const level = options.budget / Object.values(jointTests).flat().length;
  const minEffect = options.minEffect ?? defaultMinEffect;
  const quick = measureJoint(samples, scales);
  const comparisonOf = (measures: JointMeasures, name: JointFeature): JointComparison => ({
    name,
    ...sizes,
    ...verdictOf(measures, name, scales, level, minEffect),
  });
  return jointFeatureNames.map((name) => {
    const found = comparisonOf(quick, name);
    if (name !== '@joint:classifier' || !found.alarm) return found;
    return comparisonOf(measureJoint(samples, { ...scales, attribute: true }), name);
  });
}

function verdictOf(
  measures: JointMeasures,
  name: JointFeature,
  scales: JointScales,
  level: number,
  minEffect: number,
): Omit<JointComparison, 'name' | 'n_reference' | 'n_current'> {
  const statistics: Record<string, Statistic> = {};
  const tested = jointTests[name].flatMap((test) => {
    const score = scoreOf(measures, test);
    if (score === undefined) {
      statistics[test] = { value: null, reason: 'there are no features to compare in this way' };
      return [];
    }
    const scale = scales.tests[test];
    const pValue = chanceOf(test, score, scale, pairsOf(measures, test));
    const value = shownValue(test, score, measures.effective);
    statistics[test] = { value, p_value: pValue, unit: units[test] as string };
    return [{ test, pValue, effect: effectOf(measures, test, scale) }];
  });
  const beyond = tested.filter(({ pValue }) => pValue <= level);
  const alarms = beyond.filter(({ effect }) => effect >= minEffect);
  const alarming = alarms.find(({ test }) => test.endsWith('_max')) ?? alarms[0];
  const effect = Math.max(0, ...beyond.map((one) => one.effect));
  if (alarming !== undefined)
    return { statistics, alarm: true, judged: true, why: jointWords(name, alarming.test, measures), effect };
  const calm = jointNumbers(name, measures);
  if (tested.length === 0) {
    const why = 'no features to compare in this way';
    return { statistics, alarm: false, judged: false, not_judged_because: 'nothing_to_compare', why, effect };
  }
  return {
    statistics,
    alarm: false,
    judged: true,
    why: beyond.length > 0 ? `beyond chance, but too small to matter: ${calm}` : calm,
    effect,
  };
}
