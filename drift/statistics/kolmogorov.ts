import { binomialChance } from './binomial.ts';
import { cephes, orUnderflow } from './cephes.ts';
import { durbinLower } from './kolmogorov-durbin.ts';
import { pelzGoodLower } from './kolmogorov-pelz-good.ts';

/**
 * Kolmogorov's limit `2 Σ (-1)^(k-1) exp(-2 k² λ²)`, P(√n D > λ) for large n. λ <= 0: 1. Kolmogorov 1933.
 *
 * @example kolmogorovLimit(1.36) // 0.04949
 */
export function kolmogorovLimit(lambda: number): number {
  if (lambda <= 0) return 1;
  return orUnderflow(() => cephes.kolmogorov(lambda), 0);
}

/**
 * P(D >= d) for one sample of n values from a known continuous distribution, exact or to ten digits: what SciPy calls
 * `kstwo.sf(d, n)`. n whole, at least 1; d <= 0 gives 1, d >= 1 gives 0.
 *
 * Which formula where follows Simard and L'Ecuyer 2011, doi:10.18637/jss.v039.i11: twice the one-sided probability in the tail
 * (n d² >= 2.2, exact for d >= ½), Durbin's matrix for small n or small d, Pelz and Good's expansion otherwise. At most some
 * hundred terms, whatever n is.
 *
 * @example kolmogorovUpper(0.2, 50) // 0.03144
 */
export function kolmogorovUpper(d: number, n: number): number {
  const t = n * d;
  if (!(d > 0) || t <= 0.5) return 1;
  if (d >= 1) return 0;
  if (t >= n - 1) return 2 * (1 - d) ** n;
  const square = t * d;
  if (square >= 370) return 0;
  if (d >= 0.5 || square >= (n <= 140 ? 4 : 2.2)) return Math.min(1, 2 * smirnovUpper(d, n));
  const byMatrix = n <= 140 || (n <= 100_000 && n * d ** 1.5 <= 1.4);
  return Math.min(1, Math.max(0, 1 - (byMatrix ? durbinLower(d, n) : pelzGoodLower(d, n))));
}

/** Of the sum over j, so many terms are taken at least. */
const termsMin = 512;

/**
 * P(D⁺ >= d), one-sided, one sample of n values: `Σ_j d/(d + j/n) · binomial(j; n, d + j/n)` over j < n (1 - d) (Smirnov 1944;
 * Birnbaum and Tingey 1951, doi:10.1214/aoms/1177729550). Term j is the chance that the path last crosses the line at j / n.
 * With nd² >= 2 the terms, as a function of j / n, are smooth and vanish with all derivatives at both ends, so for large n
 * every k-th of them, times k, is the sum to rounding (the trapezoidal rule), and the cost does not grow with n.
 */
export function smirnovUpper(d: number, n: number): number {
  const last = Math.floor(n * (1 - d));
  const step = n * d * d >= 2 ? Math.max(1, Math.floor(last / termsMin)) : 1;
  let sum = step === 1 ? (1 - d) ** n : 0;
  for (let j = step; j <= last; j += step) {
    const p = d + j / n;
    if (p >= 1) break;
    sum += (d / p) * binomialChance(j, n, p);
  }
  return Math.min(1, sum * step);
}
