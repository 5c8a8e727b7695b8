import { normalTwoSided } from '../statistics/gamma.ts';

/** The upper tail of the standard normal, P(Z > z). */
export function normalTail(z: number): number {
  const half = normalTwoSided(z) / 2;
  return z >= 0 ? half : 1 - half;
}

/** Of the levels asked for last: all judgements of a pipeline have a few of them. */
const quantiles = new Map<number, number>();
const quantilesMax = 256;

/** The z with P(Z > z) = `probability`, in (0, 1). Bisection on {@link normalTail}: exact to 1e-9. */
export function normalQuantile(probability: number): number {
  if (probability <= 0) return 40;
  const known = quantiles.get(probability);
  if (known !== undefined) return known;
  if (quantiles.size >= quantilesMax) quantiles.clear();
  const quantile = bisected(probability);
  quantiles.set(probability, quantile);
  return quantile;
}

function bisected(probability: number): number {
  let low = -40;
  let high = 40;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (normalTail(middle) > probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The chi-square value over its degrees of freedom that is exceeded with `probability` (Wilson and Hilferty 1931,
 * doi:10.1073/pnas.17.12.684: the cube root is nearly normal). Degrees need not be whole; at least 1.
 */
export function chiSquareRatio(probability: number, degrees: number): number {
  const spread = 2 / (9 * degrees);
  return Math.max(0, 1 - spread + normalQuantile(probability) * Math.sqrt(spread)) ** 3;
}

/** The probability that chi-square over its degrees exceeds `ratio`; the inverse of {@link chiSquareRatio}. */
export function chiSquareRatioTail(ratio: number, degrees: number): number {
  const spread = 2 / (9 * degrees);
  return normalTail((Math.cbrt(Math.max(0, ratio)) - 1 + spread) / Math.sqrt(spread));
}
