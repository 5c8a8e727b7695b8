import type { NumericBinning, Profile } from '../profile/profile.ts';
import { finiteOrNone } from './counts.ts';
import { type Moments, momentsOf, momentsOfProfile } from './moments.ts';
import { visitDifference } from './profile-difference.ts';
import { areaPass, finitePart, type Pass, passOver } from './samples.ts';

/**
 * Wasserstein-1 (earth mover's) distance, in the feature's own unit, from 0 up: how far values move on average.
 *
 * `W = ∫ |F(x) - G(x)| dx`, exact, ties included. Both arrays ascending; NaN and infinities are left out. One far value moves
 * it: 1 of n values that goes by d adds d / n. An empty side, or a distance beyond the largest double: undefined. O(n + m).
 * Vallender 1974, doi:10.1137/1118101.
 *
 * @example wasserstein(Float64Array.of(0, 1, 3), Float64Array.of(5, 6, 8)) // 5
 */
export function wasserstein(reference: Float64Array, current: Float64Array): number | undefined {
  return passOver(reference, current, wassersteinPass);
}

/** As a part of one walk for many statistics. */
export function wassersteinPass(n: number, m: number): Pass<number> {
  return areaPass(n, m, 1);
}

/**
 * {@link wasserstein} over the reference's standard deviation (divided by n, as Evidently's), so that features compare: a shift
 * by 0.3 deviations gives 0.3. A constant reference has no deviation: undefined. O(n + m).
 *
 * @example wassersteinNormalized(Float64Array.of(0, 1, 3), Float64Array.of(5, 6, 8)) // 4.009
 */
export function wassersteinNormalized(reference: Float64Array, current: Float64Array): number | undefined {
  const moments = momentsOf(finitePart(reference));
  return moments === undefined ? undefined : perDeviation(wasserstein(reference, current), moments);
}

/**
 * {@link wasserstein} from two profiles of one binning: exact up to how values lie within bins (see `visitDifference`). O(bins).
 */
export function wassersteinOfProfiles(
  reference: Profile,
  current: Profile,
  binning: NumericBinning,
): number | undefined {
  let area = 0;
  const defined = visitDifference(reference, current, binning, (left, right, width) => {
    area += areaOfLine(left, right, width);
  });
  return defined ? finiteOrNone(area) : undefined;
}

/** {@link wassersteinNormalized} from two profiles of one binning. O(bins). */
export function wassersteinNormalizedOfProfiles(
  reference: Profile,
  current: Profile,
  binning: NumericBinning,
): number | undefined {
  const moments = momentsOfProfile(reference, binning);
  return moments === undefined ? undefined : perDeviation(wassersteinOfProfiles(reference, current, binning), moments);
}

/** A distance over the standard deviation that these moments have. */
export function perDeviation(distance: number | undefined, { count, variance }: Moments): number | undefined {
  if (distance === undefined || !(variance > 0)) return undefined;
  return finiteOrNone(distance / Math.sqrt((variance * (count - 1)) / count));
}

/** ∫ |line| over a width, from its two ends. */
function areaOfLine(left: number, right: number, width: number): number {
  if (left * right >= 0) return (Math.abs(left + right) / 2) * width;
  return ((left * left + right * right) / (2 * Math.abs(left - right))) * width;
}
