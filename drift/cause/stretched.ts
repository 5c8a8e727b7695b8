import { binSpan } from '../profile/moments.ts';
import type { NumericBinning, Profile } from '../profile/profile.ts';
import { total } from '../statistics/counts.ts';

/**
 * The shares of the bins, shape `[bins]`, if all values of a profile were `factor` times as large and `offset` more, in the same
 * bins. Values are taken to be uniform within their bins, which the smallest and the largest close. `factor` is not 0; it may be
 * negative. All 0 for an empty profile. O(bins · log bins) a call.
 */
export function stretched(
  binning: NumericBinning,
  profile: Profile,
): (factor: number, offset?: number) => Float64Array {
  const { knots, below } = cumulative(binning, profile);
  const belowOf = (value: number): number => {
    let [from, to] = [0, knots.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((knots[middle] as number) <= value) from = middle + 1;
      else to = middle;
    }
    if (from === 0) return 0;
    const share = below[from - 1] as number;
    if (from === knots.length) return share;
    const [low, high] = [knots[from - 1] as number, knots[from] as number];
    return share + ((below[from] as number) - share) * ((value - low) / (high - low));
  };
  return (factor, offset = 0) => {
    const shares = new Float64Array(profile.bins.length);
    let last = 0;
    for (let bin = 0; bin < shares.length; bin++) {
      const edge = ((binning.edges[bin] ?? Number.POSITIVE_INFINITY) - offset) / Math.abs(factor);
      const share = factor > 0 ? belowOf(edge) : (below.at(-1) ?? 0) - belowOf(-edge);
      shares[bin] = share - last;
      last = share;
    }
    return shares;
  };
}

/** The share of the values up to each knot, linear between them. */
function cumulative(binning: NumericBinning, profile: Profile) {
  const all = total(profile.bins);
  const knots: number[] = [];
  const below: number[] = [];
  let sum = 0;
  for (let bin = 0; bin < profile.bins.length; bin++) {
    const count = profile.bins[bin] as number;
    if (count === 0) continue;
    const { low, high } = binSpan(profile, binning, bin);
    const last = knots.at(-1);
    if (last === undefined || low > last) {
      knots.push(low);
      below.push(sum / all);
    }
    sum += count;
    knots.push(high);
    below.push(sum / all);
  }
  return { knots, below };
}
