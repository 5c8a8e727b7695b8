import { createRequire } from 'node:module';

/**
 * The special functions taken from Cephes (Moshier 1989, Methods and Programs for Mathematical Functions), the C library that
 * SciPy itself was built on, here as WebAssembly: one package, nothing below it (docs/decisions/0203). Loaded by `require`,
 * which compiles it at once (10 ms); the package's ES module is ready only after a promise.
 *
 * Arguments out of the domain are the callers' to keep away. The package throws where a result is too small for a double;
 * {@link orUnderflow} is for that.
 */
interface Cephes {
  /** Regularised lower and upper incomplete gamma functions, a > 0, x >= 0. */
  igam(a: number, x: number): number;
  igamc(a: number, x: number): number;
  /** ln |Γ(x)|. */
  lgam(x: number): number;
  /** Regularised incomplete beta function, a > 0, b > 0, x in [0, 1]. */
  incbet(a: number, b: number, x: number): number;
  /** The inverse of the normal distribution function, p in (0, 1). */
  ndtri(p: number): number;
  /** Kolmogorov's limit, y >= 0. */
  kolmogorov(y: number): number;
}

export const cephes = createRequire(import.meta.url)('cephes') as Cephes;

/** `compute()`, or `instead` where a number on the way left the doubles: 0 or 1, as the caller knows. */
export function orUnderflow(compute: () => number, instead: 0 | 1): number {
  try {
    const value = compute();
    return Number.isNaN(value) ? instead : Math.min(1, Math.max(0, value));
  } catch {
    return instead;
  }
}
