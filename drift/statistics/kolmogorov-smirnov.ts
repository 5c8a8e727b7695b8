import type { Profile } from '../profile/profile.ts';
import { type Tested, total } from './counts.ts';

/**
 * Two-sample Kolmogorov–Smirnov: the largest difference of the two empirical distribution functions, in [0, 1].
 *
 * `D = sup |F(x) - G(x)|`, exact, ties included. Both arrays finite and ascending. p is {@link kolmogorovTail} and too large
 * where values repeat. An empty side: undefined. O(n + m). Smirnov 1939; Hodges 1958, doi:10.1007/BF02589501.
 */
export function kolmogorovSmirnov(reference: Float64Array, current: Float64Array): Tested | undefined {
  const n = reference.length;
  const m = current.length;
  if (n === 0 || m === 0) return undefined;
  let i = 0;
  let j = 0;
  let largest = 0;
  while (i < n && j < m) {
    const a = reference[i] as number;
    const b = current[j] as number;
    const value = Math.min(a, b);
    while (i < n && (reference[i] as number) === value) i++;
    while (j < m && (current[j] as number) === value) j++;
    const difference = Math.abs(i / n - j / m);
    if (difference > largest) largest = difference;
  }
  return { value: largest, pValue: kolmogorovTail(largest, n, m) };
}

/**
 * The same from two profiles of one numeric binning: the largest difference at the edges. Too small by at most the share
 * of the reference in one bin (1/B, see `numericBinning`), whatever the other side looks like.
 */
export function kolmogorovSmirnovOfProfiles(reference: Profile, current: Profile): Tested | undefined {
  const n = total(reference.bins);
  const m = total(current.bins);
  if (n === 0 || m === 0) return undefined;
  let below = 0;
  let belowCurrent = 0;
  let largest = 0;
  for (let bin = 0; bin < reference.bins.length; bin++) {
    below += reference.bins[bin] as number;
    belowCurrent += current.bins[bin] as number;
    largest = Math.max(largest, Math.abs(below / n - belowCurrent / m));
  }
  return { value: largest, pValue: kolmogorovTail(largest, n, m) };
}

/**
 * P(D >= d) for two samples of n and m from one continuous distribution: Kolmogorov's limit
 * `2 Σ (-1)^(k-1) exp(-2 k² λ²)` at `λ = (√N + 0.12 + 0.11/√N) d`, N = nm / (n + m) (Kolmogorov 1933; Stephens 1970,
 * doi:10.1111/j.2517-6161.1970.tb00821.x: good from N = 4).
 */
export function kolmogorovTail(d: number, n: number, m: number): number {
  const root = Math.sqrt((n / (n + m)) * m);
  return kolmogorovLimit((root + 0.12 + 0.11 / root) * d);
}

/** The limit itself, at λ >= 0. Below 1.18 by the theta identity, which converges where the plain series does not. */
export function kolmogorovLimit(lambda: number): number {
  if (lambda <= 0) return 1;
  if (lambda < 1.18) {
    const factor = Math.exp(-(Math.PI ** 2) / (8 * lambda * lambda));
    let sum = 0;
    for (let k = 1; k <= 7; k += 2) sum += factor ** (k * k);
    return Math.min(1, Math.max(0, 1 - (Math.sqrt(2 * Math.PI) / lambda) * sum));
  }
  let sum = 0;
  for (let k = 1; k <= 6; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * lambda * lambda);
  return Math.min(1, Math.max(0, sum));
}
