import { type Counts, total, visitShares } from './counts.ts';

/**
 * Kullback–Leibler divergence of the current shares from the reference's, in nats, [0, ∞) up to smoothing.
 *
 * `KL = Σ q ln(q / p)` with p = (count + ½) / (n + cells / 2) and q likewise (half an event added to every cell that either
 * side uses, Jeffreys' prior), so that it is finite where a cell is empty. In bits it is this over ln 2. Not symmetric. An
 * empty side: undefined. O(cells). Kullback and Leibler 1951, doi:10.1214/aoms/1177729694.
 */
export function kullbackLeibler(reference: Counts, current: Counts): number | undefined {
  const n = total(reference);
  const m = total(current);
  let used = 0;
  if (
    !visitShares(reference, current, (p, q) => {
      if (p > 0 || q > 0) used++;
    })
  )
    return undefined;
  let sum = 0;
  for (let cell = 0; cell < reference.length; cell++) {
    const a = reference[cell] as number;
    const b = current[cell] as number;
    if (a === 0 && b === 0) continue;
    const p = (a + 0.5) / (n + used / 2);
    const q = (b + 0.5) / (m + used / 2);
    sum += q * Math.log(q / p);
  }
  return Math.max(0, sum);
}
