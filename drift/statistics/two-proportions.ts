import type { Tested } from './counts.ts';
import { normalTwoSided } from './gamma.ts';

export interface Proportion {
  readonly hits: number;
  readonly of: number;
}

/**
 * Did a share change? The value is current share - reference share, in [-1, 1].
 *
 * p is two-sided, of the pooled z with Yates' continuity correction, so that it is too large rather than too small for few
 * events. `z = (|q - p| - ½(1/n + 1/m)) / √(s (1 - s) (1/n + 1/m))`, s the pooled share. No events on a side: undefined. The
 * same as chi-square of the 2 × 2 table with the correction. Yates 1934, doi:10.2307/2983604.
 */
export function twoProportions(reference: Proportion, current: Proportion): Tested | undefined {
  if (reference.of === 0 || current.of === 0) return undefined;
  const value = current.hits / current.of - reference.hits / reference.of;
  const pooled = (reference.hits + current.hits) / (reference.of + current.of);
  const perEvent = 1 / reference.of + 1 / current.of;
  const deviation = Math.sqrt(pooled * (1 - pooled) * perEvent);
  if (deviation === 0) return { value, pValue: 1 };
  return { value, pValue: normalTwoSided(Math.max(0, Math.abs(value) - perEvent / 2) / deviation) };
}
