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
 *
 * @example momentsOf(Float64Array.of(1, 2, 4)) // { count: 3, mean: 2.3333, variance: 2.3333 }
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

/** Of sums over a million values, rounding may leave this share. */
const rounding = 1e-11;

/**
 * The same from a profile, up to rounding. A spread that rounding may have made (one value that repeats; values as near to
 * each other as they are far from the reference) is none: 0.
 */
export function momentsOfProfile(profile: Profile, binning: NumericBinning): Moments | undefined {
  const count = total(profile.bins);
  if (count < 2) return undefined;
  const { center, scale } = binning;
  const meanZ = profile.sumZ / count;
  const squares = profile.sumZ2 - count * meanZ * meanZ;
  const none = profile.min === profile.max || squares <= rounding * profile.sumZ2;
  const variance = none ? 0 : (squares / (count - 1)) * scale * scale;
  const mean = center + meanZ * scale;
  return Number.isFinite(variance) && Number.isFinite(mean)
    ? { count, mean, variance, shift: center, offset: meanZ * scale }
    : undefined;
}

/** The difference of two means, with the digits that a common offset would swallow. */
export function meanDifference(reference: Moments, current: Moments): number {
  const [shift, offset] = [reference.shift ?? reference.mean, reference.offset ?? 0];
  return (current.shift ?? current.mean) - shift + ((current.offset ?? 0) - offset);
}
