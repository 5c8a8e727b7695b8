import { profileQuantile } from '../profile/moments.ts';
import type { NumericBinning, Profile } from '../profile/profile.ts';
import { fUpper } from './beta.ts';
import { type Tested, total } from './counts.ts';
import { momentsOfProfile } from './moments.ts';
import { tiltedSpans } from './profile-difference.ts';
import { finitePart } from './samples.ts';

/**
 * Has the spread changed? Brown–Forsythe's variant of Levene's test: an analysis of variance of the distances `z = |x - median|`,
 * which heavy tails and skew do not fool as they do the F ratio of two variances.
 *
 * `W = (N - 2) Σ_i n_i (z̄_i - z̄)² / Σ_i Σ_j (z_ij - z̄_i)²`, from 0 up; p from F with 1 and N - 2 degrees. Both arrays
 * ascending; NaN and infinities are left out. The median of an even number of values is the mean of the middle two.
 * Undefined for an empty side, fewer than three values in all, or where no side has distances that differ (constants; two
 * values that mirror each other). O(n + m). Brown and Forsythe 1974, doi:10.1080/01621459.1974.10482955; as SciPy's
 * `levene(center='median')`.
 *
 * @example brownForsythe(Float64Array.of(1, 2, 3, 4), Float64Array.of(1, 3, 5, 9)) // { value: 2.25, pValue: 0.1843 }
 */
export function brownForsythe(reference: Float64Array, current: Float64Array): Tested | undefined {
  return test(distancesOf(finitePart(reference)), distancesOf(finitePart(current)));
}

/**
 * The same from two profiles of one binning. The sum of z² is exact given the median; the median and the sum of z are within
 * what lies in one bin. O(bins).
 */
export function brownForsytheOfProfiles(
  reference: Profile,
  current: Profile,
  binning: NumericBinning,
): Tested | undefined {
  return test(distancesOfProfile(reference, binning), distancesOfProfile(current, binning));
}

/** Distances from the median: how many, their mean, and the sum of squares around it. */
interface Distances {
  readonly count: number;
  readonly mean: number;
  readonly squares: number;
}

function test(reference: Distances | undefined, current: Distances | undefined): Tested | undefined {
  if (reference === undefined || current === undefined) return undefined;
  const n = reference.count;
  const m = current.count;
  const within = reference.squares + current.squares;
  if (n + m < 3 || !(within > 0)) return undefined;
  const between = (n / (n + m)) * m * (reference.mean - current.mean) * (reference.mean - current.mean);
  const value = ((n + m - 2) * between) / within;
  return Number.isFinite(value) ? { value, pValue: fUpper(value, 1, n + m - 2) } : undefined;
}

function distancesOf(sorted: Float64Array): Distances | undefined {
  const count = sorted.length;
  if (count === 0) return undefined;
  const low = sorted[(count - 1) >> 1] as number;
  const median = low + ((sorted[count >> 1] as number) - low) / 2;
  let sum = 0;
  for (let at = 0; at < count; at++) sum += Math.abs((sorted[at] as number) - median);
  const mean = sum / count;
  let squares = 0;
  for (let at = 0; at < count; at++) squares += (Math.abs((sorted[at] as number) - median) - mean) ** 2;
  return { count, mean, squares };
}

function distancesOfProfile(profile: Profile, binning: NumericBinning): Distances | undefined {
  const count = total(profile.bins);
  const median = profileQuantile(profile, binning, 0.5);
  if (count === 0 || median === undefined) return undefined;
  const moments = momentsOfProfile(profile, binning);
  if (moments === undefined || moments.variance === 0) return { count, mean: 0, squares: 0 };
  const spanOf = tiltedSpans(profile, binning, count);
  let sum = 0;
  for (let bin = 0; bin < profile.bins.length; bin++) {
    const inside = profile.bins[bin] as number;
    if (inside === 0) continue;
    const { low, high } = spanOf(bin);
    sum += inside * meanDistance(low - median, high - median);
  }
  const mean = sum / count;
  const offset = (moments.offset ?? 0) - (median - binning.center);
  const squares = (count - 1) * moments.variance + count * (offset * offset - mean * mean);
  return { count, mean, squares: Math.max(0, squares) };
}

/** The mean of |x| for x spread evenly from `low` to `high`. */
function meanDistance(low: number, high: number): number {
  if (low >= 0 || high <= 0) return Math.abs(low / 2 + high / 2);
  return (low * low + high * high) / (2 * (high - low));
}
