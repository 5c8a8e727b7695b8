import { cephes, orUnderflow } from './cephes.ts';

/**
 * The regularised upper incomplete gamma function Q(a, x), a > 0, x >= 0, in [0, 1]; DLMF 8.2.4. Within 1e-9 relative of SciPy
 * for a up to 1e6 and values down to 1e-290; NaN for NaN.
 *
 * @example gammaUpper(0.5, 2) // 0.04550
 */
export function gammaUpper(a: number, x: number): number {
  if (Number.isNaN(a) || Number.isNaN(x)) return Number.NaN;
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  return orUnderflow(() => cephes.igamc(a, x), x > a ? 0 : 1);
}

/** P(a, x) = 1 - Q(a, x), with its own digits where it is small. */
export function gammaLower(a: number, x: number): number {
  if (Number.isNaN(a) || Number.isNaN(x)) return Number.NaN;
  if (x <= 0) return 0;
  if (x === Number.POSITIVE_INFINITY) return 1;
  return orUnderflow(() => cephes.igam(a, x), x > a ? 1 : 0);
}

/** ln Γ(a), a > 0. */
export function logGamma(a: number): number {
  return cephes.lgam(a);
}

/**
 * P(X > x) of chi-square with `degrees` > 0 degrees of freedom.
 *
 * @example chiSquareTail(3.841, 1) // 0.0500
 */
export function chiSquareTail(x: number, degrees: number): number {
  return gammaUpper(degrees / 2, x / 2);
}

/** P(|Z| > |z|) of the standard normal. Through the gamma function: Cephes' own normal is 0 from z = 28 on. */
export function normalTwoSided(z: number): number {
  return gammaUpper(0.5, (z * z) / 2);
}
