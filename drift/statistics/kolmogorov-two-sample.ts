import { greatestCommonDivisor } from './divisor.ts';
import { kolmogorovUpper } from './kolmogorov.ts';

/**
 * P(D >= d) for two samples of n and m values, no two equal, exactly: of all lattice paths from (0, 0) to (n, m), equally
 * likely, the share that touches or crosses |x/n - y/m| = d. Every step is an average of two shares, so nothing cancels and
 * small p keep their digits. d is rounded to the multiple of 1 / lcm(n, m) that it is.
 *
 * O(n m d) time, O(m) memory; for equal sizes O(n). Below p of about 1e-300 (n m / (n + m) · d² >= 370) the asymptotic
 * answer, 0. Hodges 1958, doi:10.1007/BF02589501.
 *
 * @example exactTwoSampleUpper(0.5, 3, 4) // 0.6571
 */
export function exactTwoSampleUpper(d: number, n: number, m: number): number {
  const large = Math.max(n, m);
  const small = Math.min(n, m);
  const divisor = greatestCommonDivisor(n, m);
  const limit = Math.round(d * (n / divisor) * m);
  if (limit === 0) return 1;
  const size = (n / (n + m)) * m;
  if (size * d * d >= 370) return kolmogorovUpper(d, Math.max(1, Math.round(size)));
  return n === m ? equalSizes(n, limit) : unequalSizes(large, small, divisor, limit);
}

/** `2 Σ (-1)^(k-1) C(2n, n - k h) / C(2n, n)`, as a product, innermost first. */
function equalSizes(n: number, limit: number): number {
  let share = 0;
  for (let k = Math.floor(n / limit); k >= 0; k--) {
    let factor = 1;
    for (let j = 0; j < limit; j++) factor *= (n - k * limit - j) / (n + k * limit + j + 1);
    share = factor * (1 - share);
  }
  return Math.min(1, 2 * share);
}

/** `outside[y]` is the share of the paths to (x, y) that have left the band; column by column. */
function unequalSizes(large: number, small: number, divisor: number, limit: number): number {
  const perLarge = small / divisor;
  const perSmall = large / divisor;
  const outside = new Float64Array(small + 1).fill(1);
  for (let y = 0; y <= small && y * perSmall < limit; y++) outside[y] = 0;
  for (let x = 1; x <= large; x++) {
    const from = Math.max(0, Math.floor((x * perLarge - limit) / perSmall) + 1);
    const to = Math.min(small, Math.ceil((x * perLarge + limit) / perSmall) - 1);
    if (from > to) return 1;
    if (from > 0) outside[from - 1] = 1;
    let below = from === 0 ? 0 : 1;
    for (let y = from; y <= to; y++) {
      below = ((outside[y] as number) * x + below * y) / (x + y);
      outside[y] = below;
    }
  }
  return outside[small] as number;
}
