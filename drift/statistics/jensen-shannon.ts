import { type Counts, visitShares } from './counts.ts';

export interface JensenShannonOptions {
  /** Base of the logarithm: 2 for bits, `Math.E` for nats. Default 2. */
  readonly base?: number;
}

/**
 * Jensen–Shannon divergence: the mean of what each side's shares diverge from their average. In bits (base 2), [0, 1]:
 * 0 for equal shares, 1 where no cell is used by both.
 *
 * `JSD = ½ Σ p log2(p/m) + ½ Σ q log2(q/m)`, m = (p + q) / 2. Cells empty on a side are no difficulty. In nats (base e) it is
 * this times ln 2, [0, 0.693]. An empty side: undefined. O(cells). Lin 1991, doi:10.1109/18.61115.
 *
 * @example jensenShannonDivergence([50, 50], [80, 20]) // 0.0731
 */
export function jensenShannonDivergence(
  reference: Counts,
  current: Counts,
  options: JensenShannonOptions = {},
): number | undefined {
  let sum = 0;
  const defined = visitShares(reference, current, (p, q) => {
    const middle = (p + q) / 2;
    if (p > 0) sum += p * Math.log2(p / middle);
    if (q > 0) sum += q * Math.log2(q / middle);
  });
  if (!defined) return undefined;
  const bits = Math.min(1, Math.max(0, sum / 2));
  return options.base === undefined || options.base === 2 ? bits : bits / Math.log2(options.base);
}

/**
 * Jensen–Shannon distance, base 2: the root of {@link jensenShannonDivergence}; a metric in [0, 1] (Endres and Schindelin 2003,
 * doi:10.1109/TIT.2003.813506). The natural-log distance of other tools (base e) is this times √ln 2 = 0.8326.
 *
 * @example jensenShannonDistance([50, 50], [80, 20]) // 0.2704
 */
export function jensenShannonDistance(
  reference: Counts,
  current: Counts,
  options: JensenShannonOptions = {},
): number | undefined {
  const divergence = jensenShannonDivergence(reference, current, options);
  return divergence === undefined ? undefined : Math.sqrt(divergence);
}
