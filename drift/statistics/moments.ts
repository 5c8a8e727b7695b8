import { profileVariance } from '../profile/moments.ts';
import type { NumericBinning, Profile } from '../profile/profile.ts';
import { total } from './counts.ts';

/** Number, mean and variance (divided by n - 1) of finite values. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
  /** The mean is `shift + offset`; the two apart keep what a mean near 1e12 has no digits for. Default: the mean and 0. */
  readonly shift?: number;
  readonly offset?: number;
}

/**
 * Of finite values, in two passes: around the middle value, then around the mean, so it is stable for a large offset.
 * Undefined below two, and where a sum overflows. O(n).
 */
export function momentsOf(values: Float64Array): Moments | undefined {
  const count = values.length;
  if (count < 2) return undefined;
  const shift = values[count >> 1] as number;
  let sum = 0;
  for (let at = 0; at < count; at++) sum += (values[at] as number) - shift;
  const offset = sum / count;
  let squares = 0;
  let rest = 0;
  for (let at = 0; at < count; at++) {
    const difference = (values[at] as number) - shift - offset;
    rest += difference;
    squares += difference * difference;
  }
  // The rest is what rounding left of a sum that is 0 (Chan, Golub and LeVeque 1983, doi:10.1080/00031305.1983.10483115).
  const variance = Math.max(0, squares - (rest * rest) / count) / (count - 1);
  const mean = shift + offset;
  return Number.isFinite(variance) && Number.isFinite(mean) ? { count, mean, variance, shift, offset } : undefined;
}

/** The same from a profile; exact up to rounding, and exactly 0 for one value that repeats. */
export function momentsOfProfile(profile: Profile, binning: NumericBinning): Moments | undefined {
  const count = total(profile.bins);
  const variance = profile.min === profile.max ? 0 : profileVariance(profile, binning);
  if (count < 2 || variance === undefined) return undefined;
  const offset = (profile.sumZ / count) * binning.scale;
  const mean = binning.center + offset;
  return Number.isFinite(variance) && Number.isFinite(mean)
    ? { count, mean, variance, shift: binning.center, offset }
    : undefined;
}

/** The difference of two means, with the digits that a common offset would swallow. */
export function meanDifference(reference: Moments, current: Moments): number {
  const [shift, offset] = [reference.shift ?? reference.mean, reference.offset ?? 0];
  return (current.shift ?? current.mean) - shift + ((current.offset ?? 0) - offset);
}
