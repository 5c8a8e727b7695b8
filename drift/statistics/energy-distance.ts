import type { NumericBinning, Profile } from '../profile/profile.ts';
import { finiteOrNone } from './counts.ts';
import { visitDifference } from './profile-difference.ts';
import { areaPass, type Pass, passOver } from './samples.ts';

/**
 * Energy distance: `√(2 E|X - Y| - E|X - X'| - E|Y - Y'|)`, which for numbers is `√(2 ∫ (F(x) - G(x))² dx)`. In the root of the
 * feature's unit, from 0 up; a metric; its square over the standard deviation is free of units. One far value of n weighs
 * 1 / n less than in Wasserstein's distance.
 *
 * Both arrays ascending, ties are no difficulty; NaN and infinities are left out. An empty side, or a distance beyond the
 * largest double: undefined. O(n + m). Székely and Rizzo 2013, doi:10.1016/j.jspi.2013.03.018; as SciPy's `energy_distance`.
 *
 * @example energyDistance(Float64Array.of(0), Float64Array.of(2)) // 2
 */
export function energyDistance(reference: Float64Array, current: Float64Array): number | undefined {
  return passOver(reference, current, energyDistancePass);
}

/** As a part of one walk for many statistics. */
export function energyDistancePass(n: number, m: number): Pass<number> {
  const area = areaPass(n, m, 2);
  return {
    add: area.add,
    answer() {
      const squared = area.answer();
      return squared === undefined ? undefined : Math.SQRT2 * Math.sqrt(squared);
    },
  };
}

/** The same from two profiles of one binning: exact up to how values lie within bins (see `visitDifference`). O(bins). */
export function energyDistanceOfProfiles(
  reference: Profile,
  current: Profile,
  binning: NumericBinning,
): number | undefined {
  let area = 0;
  const defined = visitDifference(reference, current, binning, (left, right, width) => {
    area += ((left * left + left * right + right * right) / 3) * width;
  });
  return defined ? finiteOrNone(Math.SQRT2 * Math.sqrt(Math.max(0, area))) : undefined;
}
