import { cephes, orUnderflow } from './cephes.ts';
import { normalUpper } from './normal.ts';

/**
 * The regularised incomplete beta function I_x(a, b), a > 0, b > 0, in [0, 1]; DLMF 8.17. x is taken into [0, 1]; NaN for
 * NaN. Relative error below 1e-8 for a and b up to 1e6.
 *
 * @example betaLower(2, 3, 0.5) // 0.6875
 */
export function betaLower(a: number, b: number, x: number): number {
  if (Number.isNaN(a) || Number.isNaN(b) || Number.isNaN(x)) return Number.NaN;
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  return orUnderflow(() => cephes.incbet(a, b, x), x > a / (a + b) ? 1 : 0);
}

/** Beyond this many degrees Student's t is the normal, corrected, to ten digits, and the beta function loses digits. */
const manyDegrees = 1e7;

/**
 * P(T > t) of Student's t with `degrees` > 0 degrees of freedom, whole or not. Student 1908, doi:10.1093/biomet/6.1.1. For more
 * than 1e7 degrees by the normal at `t (1 - 1/(4 df)) / √(1 + t²/(2 df))` (Abramowitz and Stegun 26.7.8).
 *
 * @example studentUpper(2.228, 10) // 0.0250
 */
export function studentUpper(t: number, degrees: number): number {
  if (degrees > manyDegrees) return normalUpper((t * (1 - 1 / (4 * degrees))) / Math.sqrt(1 + (t * t) / (2 * degrees)));
  const half = betaLower(degrees / 2, 0.5, degrees / (degrees + t * t)) / 2;
  return t >= 0 ? half : 1 - half;
}

/**
 * P(F > f) of Fisher's F with degrees above and below, both > 0. Fisher 1924; Snedecor 1934.
 *
 * @example fUpper(4, 1, 20) // 0.0593
 */
export function fUpper(f: number, degreesAbove: number, degreesBelow: number): number {
  if (f <= 0) return 1;
  if (degreesBelow > manyDegrees && degreesAbove === 1) return 2 * studentUpper(Math.sqrt(f), degreesBelow);
  return betaLower(degreesBelow / 2, degreesAbove / 2, degreesBelow / (degreesBelow + degreesAbove * f));
}
