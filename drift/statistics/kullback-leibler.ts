import { type Counts, finiteOrNone, totalsOf } from './counts.ts';

export interface KullbackLeiblerOptions {
  /** Events added to every cell that either side uses, 0 or more. Default ½ (Jeffreys' prior). */
  readonly pseudoCount?: number;
  /** Base of the logarithm: `Math.E` for nats, 2 for bits. Default `Math.E`. */
  readonly base?: number;
}

/**
 * Kullback–Leibler divergence of the current shares from the reference's, in nats, [0, ∞) up to smoothing.
 *
 * `KL = Σ q ln(q / p)` with p = (count + s) / (n + s · cells), q likewise, s = ½ over the cells that either side uses, so that
 * it is finite where a cell is empty. Without smoothing (s = 0) a cell that only the current side uses makes it infinite:
 * undefined. Not symmetric: change the sides for the other direction. An empty side: undefined. O(cells). Kullback and
 * Leibler 1951, doi:10.1214/aoms/1177729694; Jeffreys 1946, doi:10.1098/rspa.1946.0056.
 *
 * @example kullbackLeibler([50, 50], [80, 20], { pseudoCount: 0 }) // 0.1927
 */
export function kullbackLeibler(
  reference: Counts,
  current: Counts,
  options: KullbackLeiblerOptions = {},
): number | undefined {
  const totals = totalsOf(reference, current);
  if (totals === undefined) return undefined;
  const added = options.pseudoCount ?? 0.5;
  let used = 0;
  for (let cell = 0; cell < reference.length; cell++)
    if ((reference[cell] as number) + (current[cell] as number) > 0) used++;
  let sum = 0;
  for (let cell = 0; cell < reference.length; cell++) {
    const a = reference[cell] as number;
    const b = current[cell] as number;
    if (a + b === 0 || b + added === 0) continue;
    const p = (a + added) / (totals.n + used * added);
    const q = (b + added) / (totals.m + used * added);
    sum += q * Math.log(q / p);
  }
  return finiteOrNone(Math.max(0, sum) / Math.log(options.base ?? Math.E));
}
