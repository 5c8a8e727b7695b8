import { type Counts, visitShares } from './counts.ts';

/**
 * Total variation distance, in [0, 1]: the share of events that would have to change their cell.
 *
 * `TV = ½ Σ |p - q|`. An empty side: undefined. O(cells). Levin, Peres and Wilmer, Markov Chains and Mixing Times, 4.1.
 *
 * @example totalVariation([50, 50], [80, 20]) // 0.3
 */
export function totalVariation(reference: Counts, current: Counts): number | undefined {
  let sum = 0;
  const defined = visitShares(reference, current, (p, q) => {
    sum += Math.abs(p - q);
  });
  return defined ? sum / 2 : undefined;
}
