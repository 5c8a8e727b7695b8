/**
 * The upper tail of the standard normal, P(Z > z). Through the continued-fraction-like rational of W. J. Cody as given in
 * Numerical Recipes (erfc with Chebyshev coefficients); relative error below 1.2e-7 everywhere.
 */
export function normalTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  const poly = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  let sum = 0;
  for (let at = poly.length - 1; at >= 0; at--) sum = sum * t + (poly[at] as number);
  const tail = 0.5 * t * Math.exp(-x * x + sum);
  return z >= 0 ? tail : 1 - tail;
}

/**
 * The z with P(Z > z) = `probability`, in (0, 1). Bisection on {@link normalTail}: exact to 1e-9, and called once a judgement.
 */
export function normalQuantile(probability: number): number {
  if (probability <= 0) return 40;
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
