import type { Tested } from './counts.ts';
import { fisherExact } from './fisher-exact.ts';
import { normalTwoSided } from './gamma.ts';

export interface Proportion {
  readonly hits: number;
  readonly of: number;
}

/** Where a cell of the 2 × 2 table expects fewer, the exact distribution takes the place of the normal. */
const expectedMin = 10;

/**
 * Did a share (missing, unseen, beyond a limit) change? The value is current share - reference share, in [-1, 1].
 *
 * p is two-sided. Where every cell of the 2 × 2 table expects ten or more, by the pooled z with Yates' continuity correction,
 * `z = max(0, |q - p| - ½(1/n + 1/m)) / √(s (1 - s) (1/n + 1/m))`, s the pooled share; otherwise Fisher's exact test. No hits, or
 * nothing but hits, on both sides: p is 1. No events on a side: undefined. Yates 1934, doi:10.2307/2983604; Fisher 1935,
 * doi:10.2307/2342435.
 *
 * @example twoProportions({ hits: 100, of: 1000 }, { hits: 130, of: 1000 }) // { value: 0.03, pValue: 0.0421 }
 */
export function twoProportions(reference: Proportion, current: Proportion): Tested | undefined {
  const { hits, events } = together(reference, current);
  if (!(reference.of > 0 && current.of > 0)) return undefined;
  const least = (Math.min(reference.of, current.of) * Math.min(hits, events - hits)) / events;
  if (hits === 0 || hits === events || least >= expectedMin)
    return twoProportionsZ(reference, current, { yates: true });
  return { value: current.hits / current.of - reference.hits / reference.of, pValue: fisherExact(reference, current) };
}

/**
 * The same by z whatever the counts, without a correction unless asked for: z² is the chi-square of the 2 × 2 table. Trust it
 * where every cell expects ten. As statsmodels' `proportions_ztest`.
 *
 * @example twoProportionsZ({ hits: 100, of: 1000 }, { hits: 130, of: 1000 }) // { value: 0.03, pValue: 0.0355 }
 */
export function twoProportionsZ(
  reference: Proportion,
  current: Proportion,
  options: { readonly yates?: boolean } = {},
): Tested | undefined {
  if (!(reference.of > 0 && current.of > 0)) return undefined;
  const value = current.hits / current.of - reference.hits / reference.of;
  const { hits, events } = together(reference, current);
  if (hits === 0 || hits === events) return { value, pValue: 1 };
  const pooled = hits / events;
  const perEvent = 1 / reference.of + 1 / current.of;
  const deviation = Math.sqrt(pooled * (1 - pooled) * perEvent);
  const difference = options.yates === true ? Math.max(0, Math.abs(value) - perEvent / 2) : Math.abs(value);
  return { value, pValue: normalTwoSided(difference / deviation) };
}

function together(reference: Proportion, current: Proportion): { readonly hits: number; readonly events: number } {
  return { hits: reference.hits + current.hits, events: reference.of + current.of };
}
