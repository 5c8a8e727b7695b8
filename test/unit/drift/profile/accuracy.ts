import { quantileOfSorted } from '../../../../drift/profile/binning.ts';
import { sortedFinite } from '../../../../drift/profile/doubles.ts';
import { profileQuantile, profileVariance } from '../../../../drift/profile/moments.ts';
import type { NumericBinning } from '../../../../drift/profile/profile.ts';
import {
  countBelow,
  countBetween,
  countBetweenOfProfile,
  decileCuts,
  decileCutsOfProfile,
} from '../../../../drift/statistics/cells.ts';
import { hellinger } from '../../../../drift/statistics/hellinger.ts';
import { jensenShannonDistance } from '../../../../drift/statistics/jensen-shannon.ts';
import { kolmogorovSmirnov, kolmogorovSmirnovOfProfiles } from '../../../../drift/statistics/kolmogorov-smirnov.ts';
import { momentsOf } from '../../../../drift/statistics/moment-change.ts';
import { psi } from '../../../../drift/statistics/psi.ts';
import { wasserstein, wassersteinOfProfiles } from '../../../../drift/statistics/wasserstein.ts';
import { profileOfValues } from './count.ts';

/** By statistic, how far the one from profiles is from the exact one. */
export function errorsOfProfiles(
  referenceValues: Float64Array,
  currentValues: Float64Array,
  binning: NumericBinning,
): Record<string, number> {
  const reference = sortedFinite(referenceValues);
  const current = sortedFinite(currentValues);
  const before = profileOfValues(referenceValues, binning);
  const now = profileOfValues(currentValues, binning);
  const exactCuts = decileCuts(reference);
  const [a, b] = [countBetween(reference, exactCuts), countBetween(current, exactCuts)];
  const cuts = decileCutsOfProfile(before, binning);
  const [pa, pb] = [countBetweenOfProfile(before, binning, cuts), countBetweenOfProfile(now, binning, cuts)];
  const off = (exact: number | undefined, counted: number | undefined): number =>
    exact === counted ? 0 : Math.abs((exact ?? Number.NaN) - (counted ?? Number.NaN));
  const exactSd = Math.sqrt(momentsOf(reference)?.variance ?? 0);
  const sd = Math.sqrt(profileVariance(before, binning) ?? 0);
  const normalized = (distance: number | undefined, by: number): number =>
    by > 0 && distance !== undefined ? distance / by : 0;
  const exact = normalized(wasserstein(reference, current), exactSd);
  return {
    ks: off(kolmogorovSmirnov(reference, current)?.value, kolmogorovSmirnovOfProfiles(before, now)?.value),
    psi: off(psi(a, b), psi(pa, pb)),
    js: off(jensenShannonDistance(a, b), jensenShannonDistance(pa, pb)),
    hellinger: off(hellinger(a, b), hellinger(pa, pb)),
    // Relative where values moved by more than a standard deviation.
    wasserstein: off(exact, normalized(wassersteinOfProfiles(before, now, binning), sd)) / Math.max(1, exact),
    sd: exactSd > 0 ? Math.abs(sd / exactSd - 1) : sd,
    'quantile rank': rankError(reference, before, binning),
  };
}

/** The largest distance, in ranks, between a quantile from the profile and the exact one. */
function rankError(
  sorted: Float64Array,
  profile: Parameters<typeof profileQuantile>[0],
  binning: NumericBinning,
): number {
  let worst = 0;
  for (const q of [0.001, 0.01, 0.05, 0.1, 0.25, 0.333, 0.5, 0.667, 0.75, 0.9, 0.95, 0.99, 0.999]) {
    const value = profileQuantile(profile, binning, q) ?? Number.NaN;
    // The ranks a value has: from those strictly below it to those not above it.
    const from = countBelow(sorted, value, false) / sorted.length;
    const to = countBelow(sorted, value, true) / sorted.length;
    if (value === quantileOfSorted(sorted, q)) continue;
    worst = Math.max(worst, from - q, q - to);
  }
  return worst;
}
