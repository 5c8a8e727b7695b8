import type { NumericBinning, Profile } from '../profile/profile.ts';

/** Count, mean and standard deviation of the finite values of a profile; exact up to rounding, not from the bins. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
}

/** Undefined where there is no finite value. */
export function momentsOf(profile: Profile, binning: NumericBinning): Moments | undefined {
  let count = 0;
  for (const bin of profile.bins) count += bin;
  if (count === 0) return undefined;
  const meanZ = profile.sumZ / count;
  const variance = Math.max(0, profile.sumZ2 / count - meanZ * meanZ);
  return { count, mean: binning.center + binning.scale * meanZ, deviation: binning.scale * Math.sqrt(variance) };
}

/**
 * Quantiles by linear interpolation inside the bins, the outer ones cut at the least and greatest value seen. `levels`
 * ascending in [0, 1]. Empty where the profile has no finite value.
 */
export function quantilesOf(profile: Profile, binning: NumericBinning, levels: readonly number[]): readonly number[] {
  const { bins, min, max } = profile;
  let total = 0;
  for (const bin of bins) total += bin;
  if (total === 0) return [];
  const clip = (value: number): number => Math.min(max, Math.max(min, value));
  const found: number[] = [];
  let below = 0;
  let bin = 0;
  for (const level of levels) {
    const target = level * total;
    while (bin < bins.length - 1 && below + (bins[bin] as number) < target) {
      below += bins[bin] as number;
      bin++;
    }
    const count = bins[bin] as number;
    const low = clip(binning.edges[bin - 1] ?? min);
    const high = clip(binning.edges[bin] ?? max);
    found.push(count > 0 ? low + (high - low) * Math.min(1, (target - below) / count) : high);
  }
  return found;
}
