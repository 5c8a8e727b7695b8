import type { Profile } from '../profile/profile.ts';

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

export function binned(bins: Float64Array): number {
  let sum = 0;
  for (let bin = 0; bin < bins.length; bin++) sum += bins[bin] as number;
  return sum;
}

/**
 * `reference` and `current` are counts over the same bins, shape `[bins]`. With `without`, its counts are taken out of
 * the reference first: a window left out of what it is part of. Both sides empty, or one of them: 0 bits, 0 expected.
 *
 * Sampling: a bin of share p contributes about `(1/n + 1/m) / (8 ln 2)` bits, but never more than p, which is what an
 * expected count far below one leaves. One bin's worth is taken off, since shares sum to one.
 */
export function divergence(reference: Float64Array, current: Float64Array, without?: Float64Array): Divergence {
  const nCurrent = binned(current);
  const nReference = binned(reference) - (without === undefined ? 0 : binned(without));
  if (nCurrent <= 0 || nReference <= 0) return { bits: 0, expected: 0, degrees: 1, nReference, nCurrent };
  const noise = (1 / nCurrent + 1 / nReference) * bitsOfDegree;
  const perEvent = 1 / (nCurrent + nReference);
  let bits = 0;
  let expected = 0;
  for (let bin = 0; bin < current.length; bin++) {
    const b = current[bin] as number;
    const a = (reference[bin] as number) - (without === undefined ? 0 : (without[bin] as number));
    if (a === 0 && b === 0) continue;
    const pooled = (a + b) * perEvent;
    expected += pooled < noise ? pooled : noise;
    const p = a / nReference;
    const q = b / nCurrent;
    const mean = (p + q) / 2;
    if (p > 0) bits += 0.5 * p * Math.log2(p / mean);
    if (q > 0) bits += 0.5 * q * Math.log2(q / mean);
  }
  const degrees = Math.max(1, expected / noise - 1);
  return { bits: Math.min(1, Math.max(0, bits)), expected: degrees * noise, degrees, nReference, nCurrent };
}

/** The Jensen–Shannon distance (base 2) of two shares of one outcome: the scale all effects are compared on. */
export function shareDistance(reference: number, current: number): number {
  const term = (p: number, q: number): number => {
    const mean = (p + q) / 2;
    return (p > 0 ? 0.5 * p * Math.log2(p / mean) : 0) + (q > 0 ? 0.5 * q * Math.log2(q / mean) : 0);
  };
  return Math.sqrt(Math.max(0, term(reference, current) + term(1 - reference, 1 - current)));
}

/** Shares of the events that are not usable as a value, and of those outside the known values. */
export const massKinds = ['missing', 'invalid', 'unseen'] as const;
export type MassKind = (typeof massKinds)[number];

/** Events of that kind. NaN and the infinities count as invalid: no model can use them. */
export function massOf(profile: Profile, kind: MassKind): number {
  if (kind === 'invalid') return profile.invalid + profile.nan + profile.posInf + profile.negInf;
  return profile[kind];
}
