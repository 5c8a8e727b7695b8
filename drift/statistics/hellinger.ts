import { type Counts, visitShares } from './counts.ts';

/**
 * Hellinger distance of the shares, in [0, 1]: 0 for equal ones, 1 where no cell is used by both.
 *
 * `H = √(½ Σ (√p - √q)²)`. A metric; 1 - H² is the Bhattacharyya coefficient. An empty side: undefined. O(cells).
 * Hellinger 1909, doi:10.1515/crll.1909.136.210.
 *
 * @example hellinger([50, 50], [80, 20]) // 0.2265
 */
export function hellinger(reference: Counts, current: Counts): number | undefined {
  let sum = 0;
  const defined = visitShares(reference, current, (p, q) => {
    sum += (Math.sqrt(p) - Math.sqrt(q)) ** 2;
  });
  return defined ? Math.min(1, Math.sqrt(sum / 2)) : undefined;
}
