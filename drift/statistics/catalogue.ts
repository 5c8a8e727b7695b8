import type { NumericBinning, Profile } from '../profile/profile.ts';
import { andersonDarling, andersonDarlingPass } from './anderson-darling.ts';
import { andersonDarlingOfProfiles } from './anderson-darling-profiles.ts';
import { brownForsythe, brownForsytheOfProfiles } from './brown-forsythe.ts';
import { chiSquare, cramersV, cramersVCorrected, gTest } from './contingency.ts';
import type { Counts } from './counts.ts';
import { cramerVonMises, cramerVonMisesOfProfiles, cramerVonMisesPass } from './cramer-von-mises.ts';
import { energyDistance, energyDistanceOfProfiles, energyDistancePass } from './energy-distance.ts';
import { hellinger } from './hellinger.ts';
import { jensenShannonDistance, jensenShannonDivergence } from './jensen-shannon.ts';
import { kolmogorovSmirnov, kolmogorovSmirnovOfProfiles, kolmogorovSmirnovPass } from './kolmogorov-smirnov.ts';
import { kullbackLeibler } from './kullback-leibler.ts';
import { lInfinity, lInfinityRobust } from './l-infinity.ts';
import { meanChange, momentsOf, momentsOfProfile, varianceChange } from './moment-change.ts';
import type { Moments } from './moments.ts';
import { normalizedAbsoluteDifference } from './normalized-absolute-difference.ts';
import { psi } from './psi.ts';
import { finitePart, type Pass, walkSamples } from './samples.ts';
import { totalVariation } from './total-variation.ts';
import {
  perDeviation,
  wasserstein,
  wassersteinNormalized,
  wassersteinNormalizedOfProfiles,
  wassersteinOfProfiles,
  wassersteinPass,
} from './wasserstein.ts';

/** What a statistic answers: a number, or one with a p-value. */
export interface Answer {
  readonly value: number;
  /** Where the statistic has a test: the probability, in [0, 1], that chance alone gives as much. */
  readonly pValue?: number;
  /** `floor`: p is that or less; `cap`: that or more. */
  readonly bound?: 'floor' | 'cap';
}

/** What can be said of a statistic without data. */
export interface Traits {
  /** Of the value, in words. */
  readonly unit: string;
  /** Base of the logarithm, where there is one. */
  readonly base?: number;
  /** The smallest and the largest value there can be, up to rounding. */
  readonly range: readonly [least: number, most: number];
  /** Both sides may change places, and the value stays (`even`) or changes its sign (`odd`). */
  readonly symmetry: 'even' | 'odd' | 'none';
  /** When the answer is undefined. */
  readonly undefinedWhen: string;
}

/** A statistic of counts over cells. */
export interface CountStatistic extends Traits {
  readonly of: (reference: Counts, current: Counts) => Answer | undefined;
}

/** A statistic of numbers: exact from samples in ascending order, or from two profiles of one binning. */
export interface NumberStatistic extends Traits {
  /** Where it takes one walk through both samples: all such share one in {@link numberAnswers}. */
  readonly pass?: (n: number, m: number) => Pass<Answer | number>;
  /** Where the moments of both sides are enough. */
  readonly ofMoments?: (reference: Moments, current: Moments) => Answer | undefined;
  readonly of: (reference: Float64Array, current: Float64Array) => Answer | undefined;
  /** Grows with the sizes of the samples, in proportion to n m / (n + m), where something changed. */
  readonly grows?: true;
  readonly ofProfiles: (reference: Profile, current: Profile, binning: NumericBinning) => Answer | undefined;
}

const unlimited = Number.POSITIVE_INFINITY;
const empty = 'a side has no values';
const constant = 'the reference is constant';
const few = 'fewer than two cells with five expected events';
const even = { symmetry: 'even', undefinedWhen: empty } as const;

function plain<A extends readonly unknown[]>(compute: (...args: A) => number | undefined) {
  return (...args: A): Answer | undefined => {
    const value = compute(...args);
    return value === undefined ? undefined : { value };
  };
}

/** By name as in the output of `tidemark drift`: every statistic of counts, over any cells. */
export const countStatistics: Readonly<Record<string, CountStatistic>> = {
  psi: { ...even, unit: 'nats', base: Math.E, range: [0, unlimited], of: plain(psi) },
  js_distance: { ...even, unit: 'root of bits', base: 2, range: [0, 1], of: plain(jensenShannonDistance) },
  js_divergence: { ...even, unit: 'bits', base: 2, range: [0, 1], of: plain(jensenShannonDivergence) },
  hellinger: { ...even, unit: 'none', range: [0, 1], of: plain(hellinger) },
  total_variation: { ...even, unit: 'share', range: [0, 1], of: plain(totalVariation) },
  linf: { ...even, unit: 'share', range: [0, 1], of: plain(lInfinity) },
  linf_robust: { ...even, unit: 'share', range: [0, 1], of: plain(lInfinityRobust) },
  normalized_absolute_difference: {
    ...even,
    unit: 'share of both sides',
    range: [0, 1],
    of: plain(normalizedAbsoluteDifference),
  },
  kl: { ...even, symmetry: 'none', unit: 'nats', base: Math.E, range: [0, unlimited], of: plain(kullbackLeibler) },
  chi2: { ...even, unit: 'none', range: [0, unlimited], undefinedWhen: few, of: chiSquare },
  g: { ...even, unit: 'none', range: [0, unlimited], undefinedWhen: few, of: gTest },
  cramers_v: { ...even, unit: 'none', range: [0, 1], undefinedWhen: few, of: plain(cramersV) },
  cramers_v_corrected: { ...even, unit: 'none', range: [0, 1], undefinedWhen: few, of: plain(cramersVCorrected) },
};

/** By name: every statistic of numbers. */
export const numberStatistics: Readonly<Record<string, NumberStatistic>> = {
  ks: {
    ...even,
    unit: 'share',
    range: [0, 1],
    of: kolmogorovSmirnov,
    pass: kolmogorovSmirnovPass,
    ofProfiles: kolmogorovSmirnovOfProfiles,
  },
  cvm: {
    ...even,
    grows: true,
    unit: 'none',
    range: [0, unlimited],
    undefinedWhen: 'a side has fewer than two values',
    of: cramerVonMises,
    pass: cramerVonMisesPass,
    ofProfiles: cramerVonMisesOfProfiles,
  },
  ad: {
    ...even,
    grows: true,
    unit: 'standard deviations of chance',
    range: [-4, unlimited],
    undefinedWhen: 'fewer than four values, or only one that repeats',
    of: (reference, current) => andersonDarling([reference, current]),
    pass: andersonDarlingPass,
    ofProfiles: (reference, current, binning) => andersonDarlingOfProfiles([reference, current], binning),
  },
  wasserstein: {
    ...even,
    unit: 'unit of the feature',
    range: [0, unlimited],
    of: plain(wasserstein),
    pass: wassersteinPass,
    ofProfiles: plain(wassersteinOfProfiles),
  },
  wasserstein_normalized: {
    unit: 'standard deviations of the reference',
    range: [0, unlimited],
    symmetry: 'none',
    undefinedWhen: constant,
    of: plain(wassersteinNormalized),
    ofProfiles: plain(wassersteinNormalizedOfProfiles),
  },
  energy: {
    ...even,
    unit: 'root of the unit of the feature',
    range: [0, unlimited],
    of: plain(energyDistance),
    pass: energyDistancePass,
    ofProfiles: plain(energyDistanceOfProfiles),
  },
  mean_change: {
    unit: 'standard deviations of the reference',
    range: [-unlimited, unlimited],
    symmetry: 'none',
    undefinedWhen: constant,
    ofMoments: meanChange,
    of: ofMoments(meanChange),
    ofProfiles: ofProfileMoments(meanChange),
  },
  log_variance_ratio: {
    unit: 'nats',
    base: Math.E,
    range: [-unlimited, unlimited],
    symmetry: 'odd',
    undefinedWhen: 'a side is constant',
    ofMoments: plain(varianceChange),
    of: ofMoments(plain(varianceChange)),
    ofProfiles: ofProfileMoments(plain(varianceChange)),
  },
  brown_forsythe: {
    ...even,
    grows: true,
    unit: 'none',
    range: [0, unlimited],
    undefinedWhen: 'no side has values at different distances from its median',
    of: brownForsythe,
    ofProfiles: brownForsytheOfProfiles,
  },
};

/** Every statistic of numbers at once, in one walk where that is enough; samples in ascending order. */
export function numberAnswers(
  reference: Float64Array,
  current: Float64Array,
): Readonly<Record<string, Answer | undefined>> {
  const before = finitePart(reference);
  const now = finitePart(current);
  const usable = before.length > 0 && now.length > 0;
  const passes = new Map<string, Pass<Answer | number>>();
  for (const [name, { pass }] of Object.entries(numberStatistics))
    if (pass !== undefined && usable) passes.set(name, pass(before.length, now.length));
  walkSamples(before, now, [...passes.values()]);
  const moments = momentsOf(before);
  const momentsNow = momentsOf(now);
  const answers: Record<string, Answer | undefined> = {};
  for (const [name, statistic] of Object.entries(numberStatistics)) {
    const pass = passes.get(name);
    if (pass !== undefined) answers[name] = answerOf(pass.answer());
    else if (statistic.pass !== undefined) answers[name] = undefined;
    else if (name === 'wasserstein_normalized')
      answers[name] =
        moments === undefined ? undefined : answerOf(perDeviation(answers['wasserstein']?.value, moments));
    else if (statistic.ofMoments !== undefined) answers[name] = both(statistic.ofMoments, moments, momentsNow);
    else answers[name] = statistic.of(before, now);
  }
  return answers;
}

function answerOf(answer: Answer | number | undefined): Answer | undefined {
  return typeof answer === 'number' ? { value: answer } : answer;
}

function ofMoments(
  compute: (reference: Moments, current: Moments) => Answer | undefined,
): (reference: Float64Array, current: Float64Array) => Answer | undefined {
  return (reference, current) => both(compute, momentsOf(finitePart(reference)), momentsOf(finitePart(current)));
}

function ofProfileMoments(
  compute: (reference: Moments, current: Moments) => Answer | undefined,
): (reference: Profile, current: Profile, binning: NumericBinning) => Answer | undefined {
  return (reference, current, binning) =>
    both(compute, momentsOfProfile(reference, binning), momentsOfProfile(current, binning));
}

function both(
  compute: (reference: Moments, current: Moments) => Answer | undefined,
  reference: Moments | undefined,
  current: Moments | undefined,
): Answer | undefined {
  return reference === undefined || current === undefined ? undefined : compute(reference, current);
}
