import { hypergeometricChance } from './binomial.ts';

/** Chances this near the observed one, relatively, count as equal to it, as in SciPy. */
const equality = 1e-14;

/**
 * Fisher's exact test, two-sided: given how many hits both sides have together, the probability of all divisions of them that
 * are no more likely than the one observed. In [0, 1]; 1 where nothing could have been otherwise. `hits` of `of` events on
 * one side, `hitsCurrent` of `ofCurrent` on the other, whole numbers. O(standard deviation of the hits). Fisher 1935,
 * doi:10.2307/2342435; as SciPy's `fisher_exact`.
 *
 * @example fisherExact({ hits: 1, of: 10 }, { hits: 6, of: 10 }) // 0.0573
 */
export function fisherExact(
  reference: { readonly hits: number; readonly of: number },
  current: { readonly hits: number; readonly of: number },
): number {
  const all = reference.hits + current.hits;
  const fewest = Math.max(0, all - current.of);
  const most = Math.min(all, reference.of);
  if (fewest >= most) return 1;
  const chanceOf = (hits: number): number => hypergeometricChance(hits, reference.of, all, current.of);
  const peak = Math.min(
    most,
    Math.max(fewest, Math.floor(((reference.of + 1) * (all + 1)) / (reference.of + current.of + 2))),
  );
  const limit = chanceOf(reference.hits) * (1 + equality);
  if (reference.hits === peak) return 1;
  // The observed tail, from the observed value outwards; the other one from where chances have fallen to the same.
  const away = reference.hits < peak ? -1 : 1;
  let sum = tail(chanceOf, reference.hits, away, fewest, most);
  const other = firstAtMost(chanceOf, limit, { peak, away: -away, fewest, most });
  if (other !== undefined) sum += tail(chanceOf, other, -away, fewest, most);
  return Math.min(1, sum);
}

function tail(chanceOf: (hits: number) => number, from: number, step: number, fewest: number, most: number): number {
  let sum = 0;
  for (let hits = from; hits >= fewest && hits <= most; hits += step) {
    const chance = chanceOf(hits);
    sum += chance;
    if (chance < sum * 1e-17) break;
  }
  return sum;
}

/** From the peak outwards chances fall: the first that is no larger than `limit`, by bisection. */
function firstAtMost(
  chanceOf: (hits: number) => number,
  limit: number,
  range: { readonly peak: number; readonly away: number; readonly fewest: number; readonly most: number },
): number | undefined {
  const { peak, away, fewest, most } = range;
  let near = 0;
  let far = away > 0 ? most - peak : peak - fewest;
  if (chanceOf(peak + away * far) > limit) return undefined;
  while (near < far) {
    const middle = (near + far) >> 1;
    if (chanceOf(peak + away * middle) <= limit) far = middle;
    else near = middle + 1;
  }
  return peak + away * near;
}
