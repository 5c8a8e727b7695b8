import { previousDouble } from './doubles.ts';
import type { NumericBinning, Profile } from './profile.ts';

/** Values counted in bins, unseen ones included: `n` less missing, invalid, NaN and infinite. */
export function countedIn(profile: Profile): number {
  return profile.n - profile.missing - profile.invalid - profile.nan - profile.posInf - profile.negInf;
}

/** The mean of the finite values, exact up to rounding; undefined where there are none. */
export function profileMean(profile: Profile, binning: NumericBinning): number | undefined {
  const count = countedIn(profile);
  return count > 0 ? binning.center + (profile.sumZ / count) * binning.scale : undefined;
}

/** The variance of the finite values (divided by n - 1), exact up to rounding; undefined below two values. */
export function profileVariance(profile: Profile, binning: NumericBinning): number | undefined {
  const count = countedIn(profile);
  if (count < 2) return undefined;
  const meanZ = profile.sumZ / count;
  const squares = Math.max(0, profile.sumZ2 - count * meanZ * meanZ);
  return (squares / (count - 1)) * binning.scale * binning.scale;
}

/**
 * The value below which the share `q` (0 to 1) of the finite values lies, linear within its bin; undefined where there are
 * none. Against a profile of the reference itself the rank of the answer is within 1/B of `q` (see `numericBinning`);
 * against other data it can be off by what one bin holds.
 */
export function profileQuantile(profile: Profile, binning: NumericBinning, q: number): number | undefined {
  const count = countedIn(profile);
  if (count <= 0) return undefined;
  const target = Math.min(1, Math.max(0, q)) * count;
  let below = 0;
  for (let bin = 0; bin < profile.bins.length; bin++) {
    const inside = profile.bins[bin] as number;
    if (inside > 0 && below + inside >= target) {
      const { low, high } = binSpan(profile, binning, bin);
      // The bin of a single value: between two neighbouring doubles there is nothing.
      if (previousDouble(high) <= low) return high;
      return low + (high - low) * Math.max(0, (target - below) / inside);
    }
    below += inside;
  }
  return profile.max;
}

export interface Span {
  readonly low: number;
  readonly high: number;
}

/** What a bin spans, closed by the smallest and the largest value counted. */
export function binSpan(profile: Pick<Profile, 'min' | 'max'>, binning: NumericBinning, bin: number): Span {
  const low = Math.max(profile.min, binning.edges[bin - 1] ?? Number.NEGATIVE_INFINITY);
  return { low, high: Math.max(low, Math.min(profile.max, binning.edges[bin] ?? Number.POSITIVE_INFINITY)) };
}
