/**
 * A confidence interval for a mean that stays right however often it is looked at, with unknown variance.
 *
 * The t-test's e-process with a normal mixture over the effect size: under the hypothesis that the mean is m,
 * `E(m) = (1 + n g)^(-1/2) · ((s + D) / (s + D / (1 + n g)))^(n/2)` with `s = Σ(x - x̄)²` and `D = n (x̄ - m)²` is a
 * nonnegative martingale of mean 1 (for normal x), so by Ville's inequality it ever reaches 1/α with probability at most α.
 * The interval holds every m with E(m) < 1/α; it is solved for D in closed form. Sources: Lai (1976), "On confidence
 * sequences", doi:10.1214/aos/1176343406; Wang and Ramdas (2024), "Anytime-valid t-tests and confidence sequences for
 * Gaussian means with unknown variance", arXiv 2310.03722.
 */
export interface AnytimeInterval {
  readonly n: number;
  readonly mean: number;
  /** -Infinity and Infinity while n is too small for any statement at this confidence. */
  readonly lower: number;
  readonly upper: number;
}

/** Variance of the effect sizes (mean over standard deviation) the mixture looks for. 1 is within 5 % of the narrowest from 10 to 40 values. */
const mixtureVariance = 1;

/**
 * @param values independent, about normal; shape `[n]`, order without meaning. All equal: the interval is that value, once
 *   n suffices.
 * @param confidence in (0, 1): the probability that the mean is in all intervals of a growing series at once
 */
export function anytimeInterval(values: readonly number[], confidence: number): AnytimeInterval {
  const n = values.length;
  const mean = n === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / n;
  const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const inflation = 1 + n * mixtureVariance;
  const bound = n === 0 ? Number.POSITIVE_INFINITY : (inflation / (1 - confidence) ** 2) ** (1 / n);
  if (bound >= inflation) return { n, mean, lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };
  const halfWidth = Math.sqrt((spread * (bound - 1)) / (1 - bound / inflation) / n);
  return { n, mean, lower: mean - halfWidth, upper: mean + halfWidth };
}

/** Estimates of the autocorrelation are cut here: from few values no more can be said. */
const maxAutocorrelation = 0.8;

/**
 * By how much an interval for the mean has to be widened where each value resembles the one before: the square root of
 * `(1 + r) / (1 - r)`, which is exact in the limit for a first-order autoregression. `r` is the lag-1 autocorrelation, freed of
 * its bias of about -1/n and cut to [0, 0.8], so the factor is in [1, 3]. (Priestley 1981, Spectral Analysis and Time Series.)
 *
 * @param values in order of time, shape `[n]`; constant or empty: 1
 */
export function serialInflation(values: readonly number[]): number {
  const n = values.length;
  const mean = n === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / n;
  let products = 0;
  let squares = 0;
  values.forEach((value, at) => {
    squares += (value - mean) ** 2;
    if (at > 0) products += (value - mean) * ((values[at - 1] as number) - mean);
  });
  if (squares === 0) return 1;
  const r = Math.max(0, Math.min(maxAutocorrelation, products / squares + 1 / n));
  return Math.sqrt((1 + r) / (1 - r));
}
