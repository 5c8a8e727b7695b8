import type { NumericBinning, Profile } from '../profile/profile.ts';
import { finiteOrNone } from './counts.ts';
import { visitDifference } from './profile-difference.ts';
import { finitePart } from './samples.ts';

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
  const before = finitePart(reference);
  const now = finitePart(current);
  const n = before.length;
  const m = now.length;
  if (n === 0 || m === 0) return undefined;
  let i = 0;
  let j = 0;
  let area = 0;
  let at = Math.min(before[0] as number, now[0] as number);
  while (i < n && j < m) {
    const a = before[i] as number;
    const b = now[j] as number;
    const next = Math.min(a, b);
    area += (i / n - j / m) ** 2 * (next - at);
    at = next;
    while (i < n && (before[i] as number) === next) i++;
    while (j < m && (now[j] as number) === next) j++;
  }
  for (; i < n; i++) {
    area += (1 - i / n) ** 2 * ((before[i] as number) - at);
    at = before[i] as number;
  }
  for (; j < m; j++) {
    area += (1 - j / m) ** 2 * ((now[j] as number) - at);
    at = now[j] as number;
  }
  return finiteOrNone(Math.sqrt(2 * area));
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
  return defined ? finiteOrNone(Math.sqrt(2 * Math.max(0, area))) : undefined;
}
