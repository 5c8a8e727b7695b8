/**
 * Evidence as e-values: numbers >= 0 that have a mean of at most 1 where nothing has changed. An e-value of 20 is evidence
 * as a p-value of 0.05 is, and e-values, unlike p-values, may be averaged whatever their dependence.
 */

/**
 * A p-value as an e-value, without a choice to make: `(1 - p + p ln p) / (p (ln p)²)`, the average of `κ p^(κ-1)` over κ in
 * (0, 1) (Vovk and Wang 2021, doi:10.1214/20-AOS2020). p in [0, 1]; Infinity at 0, 1/2 at 1.
 */
export function eValueOf(p: number): number {
  if (p <= 0) return Number.POSITIVE_INFINITY;
  const log = Math.log(p);
  // By the series near 1, where numerator and denominator are both nearly 0.
  if (log > -1e-3) return 0.5 - log / 6;
  return (1 - p + p * log) / (p * log * log);
}

/** The calibrator `κ p^(κ-1)`, κ in (0, 1): the smaller κ, the more a very small p is worth. */
export function powerEValueOf(p: number, kappa: number): number {
  return kappa * p ** (kappa - 1);
}

/** Their mean: an e-value again, whatever the dependence; 1 for none. */
export function meanEValue(values: readonly number[]): number {
  return values.length === 0 ? 1 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The e-BH procedure: the largest k for which the k-th largest of the values is at least `count / (alpha k)`; the k largest
 * are discoveries, of which on average at most the share `alpha` is false, whatever the dependence (Wang and Ramdas 2022,
 * doi:10.1111/rssb.12489). Returns their indices, the largest value first.
 *
 * @param count hypotheses, where not all of them have a value here; at least `values.length`
 */
export function eBenjaminiHochberg(values: readonly number[], alpha: number, count = values.length): number[] {
  const order = values.map((_, at) => at).sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
  let found = 0;
  order.forEach((at, rank) => {
    if ((values[at] as number) * alpha * (rank + 1) >= count) found = rank + 1;
  });
  return order.slice(0, found);
}
