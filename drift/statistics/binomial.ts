import { logGamma } from './gamma.ts';

/**
 * The chance of exactly k hits among n events of probability p: `C(n, k) p^k (1-p)^(n-k)`, to about 13 digits for n up to 1e9,
 * where the difference of three log-gammas would keep six. k and n whole, 0 <= k <= n, p in [0, 1]. Loader 2000, Fast and
 * accurate computation of binomial probabilities.
 *
 * @example binomialChance(3, 10, 0.5) // 0.1171875
 */
export function binomialChance(k: number, n: number, p: number): number {
  if (p <= 0) return k === 0 ? 1 : 0;
  if (p >= 1) return k === n ? 1 : 0;
  if (k === 0) return Math.exp(n * Math.log1p(-p));
  if (k === n) return Math.exp(n * Math.log(p));
  const exponent =
    stirlingError(n) - stirlingError(k) - stirlingError(n - k) - deviance(k, n * p) - deviance(n - k, n * (1 - p));
  return Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * k * (n - k)));
}

/**
 * The chance that `hits` of `all` hits in n + m events fall among the n. Through three binomials, which cancel the large
 * numbers (Loader 2000). Fisher 1935, doi:10.2307/2342435.
 *
 * @example hypergeometricChance(1, 10, 7, 10) // 0.0271
 */
export function hypergeometricChance(hits: number, of: number, all: number, others: number): number {
  if (hits < Math.max(0, all - others) || hits > Math.min(all, of)) return 0;
  const p = all / (of + others);
  const divisor = binomialChance(all, of + others, p);
  return (binomialChance(hits, of, p) * binomialChance(all - hits, others, p)) / divisor;
}

/** ln n! less Stirling's `(n + ½) ln n - n + ½ ln 2π`. */
function stirlingError(n: number): number {
  if (n < 16) return logGamma(n + 1) - (n + 0.5) * Math.log(n) + n - 0.5 * Math.log(2 * Math.PI);
  const square = n * n;
  return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / square) / square) / square) / n;
}

/** `x ln(x / mean) + mean - x`, by a series where the two are near each other and the plain formula would cancel. */
function deviance(x: number, mean: number): number {
  if (Math.abs(x - mean) >= 0.1 * (x + mean)) return x * Math.log(x / mean) + mean - x;
  const v = (x - mean) / (x + mean);
  let sum = (x - mean) * v;
  let term = 2 * x * v;
  for (let at = 1; at < 1000; at++) {
    term *= v * v;
    const next = sum + term / (2 * at + 1);
    if (next === sum) break;
    sum = next;
  }
  return sum;
}
