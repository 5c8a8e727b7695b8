import { cephes } from './cephes.ts';
import { normalTwoSided } from './gamma.ts';

/** P(Z > z) of the standard normal, relative error below 1e-13 down to 1e-290. */
export function normalUpper(z: number): number {
  const half = normalTwoSided(z) / 2;
  return z >= 0 ? half : 1 - half;
}

/** P(Z <= z). */
export function normalLower(z: number): number {
  return normalUpper(-z);
}

/**
 * The z with P(Z <= z) = `probability`; -∞ at 0, ∞ at 1, NaN outside of [0, 1].
 *
 * @example normalLowerQuantile(0.975) // 1.95996
 */
export function normalLowerQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) return Number.NaN;
  if (probability === 0) return Number.NEGATIVE_INFINITY;
  return probability === 1 ? Number.POSITIVE_INFINITY : cephes.ndtri(probability);
}
