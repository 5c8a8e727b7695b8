import type { Profile } from '../profile/profile.ts';
import { total } from '../statistics/counts.ts';
import { jensenShannonDistance, jensenShannonDivergence } from '../statistics/jensen-shannon.ts';
import { noiseOfBin } from './sampling-noise.ts';

/**
 * The measure that decides on shape, with what sampling alone makes of it.
 *
 * Jensen–Shannon divergence, base 2, between the bins of two profiles (missing, invalid and unseen values are judged by
 * themselves and stand outside). It is bounded, symmetric, defined where a bin is empty on one side, and its root is a
 * metric; near zero it is a chi-square: `8 ln 2 · JSD / (1/n + 1/m)` has about as many degrees of freedom as there are
 * bins with enough events, less one (Lin 1991, doi:10.1109/18.61115; Österreicher and Vajda 2003,
 * doi:10.1007/BF02517812).
 */
export interface Divergence {
  /** Bits, in [0, 1]; its root is the Jensen–Shannon distance. */
  readonly bits: number;
  /** What two samples of these sizes from one distribution give on average, in bits; >= 0. */
  readonly expected: number;
  /** Effective degrees of freedom of `bits / expected`; at least 1. */
  readonly degrees: number;
  /** Values in bins on both sides. */
  readonly nReference: number;
  readonly nCurrent: number;
}

const bitsOfDegree = 1 / (8 * Math.LN2);

/**
 * `reference` and `current` are counts over the same bins, shape `[bins]`. Both sides empty, or one of them: 0 bits, 0
 * expected.
 *
 * Sampling: each bin contributes what `noiseOfBin` says of its expected count at the harmonic size `1 / (1/n + 1/m)`; one
 * frequent bin's worth is taken off, since shares sum to one.
 */
export function divergence(reference: Float64Array, current: Float64Array): Divergence {
  const nCurrent = total(current);
  const nReference = total(reference);
  const bits = jensenShannonDivergence(reference, current);
  if (bits === undefined) return { bits: 0, expected: 0, degrees: 1, nReference, nCurrent };
  const effective = 1 / (1 / nCurrent + 1 / nReference);
  const all = nCurrent + nReference;
  let noise = 0;
  for (let bin = 0; bin < current.length; bin++)
    noise += noiseOfBin((effective * ((reference[bin] as number) + (current[bin] as number))) / all);
  const degrees = Math.max(1, noise / bitsOfDegree - 1);
  return { bits, expected: (degrees * bitsOfDegree) / effective, degrees, nReference, nCurrent };
}

/** What is left of `whole` without `part`; counts that would fall below zero are zero. */
export function withoutPart(whole: Float64Array, part: Float64Array): Float64Array {
  return whole.map((count, bin) => Math.max(0, count - (part[bin] as number)));
}

/** The Jensen–Shannon distance (base 2) of two shares of one outcome: the scale all effects are compared on. */
export function shareDistance(reference: number, current: number): number {
  if (reference === current) return 0;
  return jensenShannonDistance([reference, 1 - reference], [current, 1 - current]) ?? 0;
}

/** Shares of the events that are not usable as a value, and of those outside the known values. */
export const massKinds = ['missing', 'invalid', 'unseen'] as const;
export type MassKind = (typeof massKinds)[number];

/** Events of that kind. NaN and the infinities count as invalid: no model can use them. */
export function massOf(profile: Profile, kind: MassKind): number {
  if (kind === 'invalid') return profile.invalid + profile.nan + profile.posInf + profile.negInf;
  return profile[kind];
}
