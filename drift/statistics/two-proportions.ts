import type { Tested } from './counts.ts';
import { logGamma, normalTwoSided } from './gamma.ts';

export interface Proportion {
  readonly hits: number;
  readonly of: number;
}

/** Where a cell of the 2 × 2 table expects fewer, the exact distribution takes the place of the normal. */
const expectedMin = 10;

/**
 * Did a share change? The value is current share - reference share, in [-1, 1].
 *
 * p is two-sided. Where every cell of the 2 × 2 table expects ten or more, by the pooled z with Yates' continuity correction,
 * `z = (|q - p| - ½(1/n + 1/m)) / √(s (1 - s) (1/n + 1/m))`, s the pooled share; otherwise exactly, twice the smaller tail of
 * the hypergeometric distribution of the reference's hits (Fisher's test). No events on a side: undefined. Yates 1934,
 * doi:10.2307/2983604; Fisher 1935, doi:10.2307/2342435.
 */
export function twoProportions(reference: Proportion, current: Proportion): Tested | undefined {
  if (reference.of === 0 || current.of === 0) return undefined;
  const value = current.hits / current.of - reference.hits / reference.of;
  const events = reference.of + current.of;
  const hits = reference.hits + current.hits;
  if (hits === 0 || hits === events) return { value, pValue: 1 };
  const least = (Math.min(reference.of, current.of) * Math.min(hits, events - hits)) / events;
  if (least < expectedMin) return { value, pValue: hypergeometricTwoSided(reference, current) };
  const pooled = hits / events;
  const perEvent = 1 / reference.of + 1 / current.of;
  const deviation = Math.sqrt(pooled * (1 - pooled) * perEvent);
  return { value, pValue: normalTwoSided(Math.max(0, Math.abs(value) - perEvent / 2) / deviation) };
}

function hypergeometricTwoSided(reference: Proportion, current: Proportion): number {
  return Math.min(1, 2 * Math.min(tail(reference, current, -1), tail(reference, current, 1)));
}

/** The probability of as many hits in the reference, or fewer (step -1), or more (step 1), given the hits of both sides. */
function tail({ hits, of }: Proportion, current: Proportion, step: -1 | 1): number {
  const all = hits + current.hits;
  const most = Math.min(all, of);
  const fewest = Math.max(0, all - current.of);
  const logWays = (k: number): number =>
    logChoose(of, k) + logChoose(current.of, all - k) - logChoose(of + current.of, all);
  let sum = 0;
  let peaked = false;
  let previous = 0;
  for (let k = hits; k >= fewest && k <= most; k += step) {
    const chance = Math.exp(logWays(k));
    sum += chance;
    peaked ||= chance < previous;
    if (peaked && chance < sum * 1e-17) break;
    previous = chance;
  }
  return sum;
}

function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}
