import { normalLowerQuantile } from './normal.ts';

/**
 * Wilson's interval of a share: the shares that a normal test at level `confidence` would not refuse, given `hits` of `of`.
 * Within [0, 1] and of some width at 0 and `of` hits too. `of` = 0: [0, 1]. Wilson 1927, doi:10.2307/2276774.
 *
 * @example wilsonInterval(10, 100) // { low: 0.0552, high: 0.1744 }
 */
export function wilsonInterval(
  hits: number,
  of: number,
  confidence = 0.95,
): { readonly low: number; readonly high: number } {
  if (of === 0) return { low: 0, high: 1 };
  const z = normalLowerQuantile((1 + confidence) / 2);
  const share = hits / of;
  const middle = (share + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z / (1 + (z * z) / of)) * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  // At the ends the formula gives 0 and 1 but for rounding.
  return { low: hits === 0 ? 0 : Math.max(0, middle - half), high: hits === of ? 1 : Math.min(1, middle + half) };
}
