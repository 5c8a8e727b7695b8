import { type Counts, finiteOrNone, totalsOf, visitShares } from './counts.ts';

export interface PsiOptions {
  /** The share taken for a cell that is empty on one side, above 0. Default: half an event of that side. */
  readonly emptyShare?: number;
}

/**
 * Population stability index: how far the shares of the cells moved, weighted by the log of their ratio.
 *
 * `PSI = Σ (q - p) ln(q / p)`, p the reference's shares, q the current ones; natural logarithm, in nats, [0, ∞); the sum of
 * both Kullback–Leibler divergences, so both sides may change places. A cell that is empty on one side would make it
 * infinite: its share is taken as that of half an event (0.5 / n of its side), or as the option says. Cells empty on both sides
 * add nothing. An empty side: undefined. One cell, or equal shares: 0. O(cells).
 *
 * Chance alone gives about `(1/n + 1/m) (cells - 1)` on average, so 0.1 says little below a few hundred events
 * (Yurdakul 2018; Yurdakul and Naranjo 2020, doi:10.21314/JRMV.2020.227).
 *
 * @example psi([50, 50], [80, 20]) // 0.4159
 */
export function psi(reference: Counts, current: Counts, options: PsiOptions = {}): number | undefined {
  const totals = totalsOf(reference, current);
  if (totals === undefined) return undefined;
  const emptyReference = options.emptyShare ?? 0.5 / totals.n;
  const emptyCurrent = options.emptyShare ?? 0.5 / totals.m;
  let sum = 0;
  visitShares(reference, current, (p, q) => {
    if (p === 0 && q === 0) return;
    const from = p > 0 ? p : emptyReference;
    const to = q > 0 ? q : emptyCurrent;
    sum += (to - from) * Math.log(to / from);
  });
  return finiteOrNone(sum);
}
