import { quantileOfSorted } from '../profile/binning.ts';
import { countBelow, countBetween, decileCuts } from '../statistics/cells.ts';
import { chanceDivergence } from '../statistics/chance-divergence.ts';
import { chiSquare } from '../statistics/contingency.ts';
import { momentsOf } from '../statistics/moments.ts';
import { twoProportions } from '../statistics/two-proportions.ts';
import { type Compared, type Effects, type Finding, type Statistic, statistic } from './comparison.ts';
import { statisticsOfCounts } from './of-counts.ts';
import { statisticsOfNumbers } from './of-numbers.ts';
import { decidingWords, percent, short } from './words.ts';

const unit = 'unit of the feature';

/** Two samples of numbers, finite and ascending, neither empty; all statistics are exact. */
export function compareNumbers(
  reference: Float64Array,
  current: Float64Array,
  effects: Effects,
  format: (value: number) => string = short,
): Compared {
  const cuts = decileCuts(reference);
  const before = countBetween(reference, cuts);
  const now = countBetween(current, cuts);
  const moments = momentsOf(reference);
  const momentsNow = momentsOf(current);
  const outside = outsideRange(reference, current);
  const statistics: Record<string, Statistic> = {
    ...statisticsOfCounts(before, now),
    ...statisticsOfNumbers(reference, current),
    mean_reference: statistic(moments?.mean ?? reference[0], 'too large for a double', { unit }),
    mean_current: statistic(momentsNow?.mean ?? current[0], 'too large for a double', { unit }),
    median_reference: { value: quantileOfSorted(reference, 0.5), unit },
    median_current: { value: quantileOfSorted(current, 0.5), unit },
    unseen: { value: outside.share, p_value: outside.pValue, unit: 'share' },
  };
  const excess = chanceDivergence(before, now)?.excessDistance ?? 0;
  const ks = statistics['ks'];
  const normalized = statistics['wasserstein_normalized']?.value ?? undefined;
  const ofCells = chiSquare(before, now)?.pValue;
  const ofShape = Math.min(1, 2 * Math.min(ks?.p_value ?? 1, ofCells ?? 1));
  const decided = decidingWords([
    { by: 'KS', pValue: ks?.p_value },
    { by: 'chi-square', pValue: ofCells },
  ]);
  const findings: Finding[] = [
    {
      pValue: ofShape,
      effect: Math.max(excess / effects.jsDistance, (normalized ?? 0) / effects.wassersteinNormalized),
      words: `${shapeWords(statistics, format)}; JS distance ${short(statistics['js_distance']?.value ?? 0)} (base 2), KS ${short(ks?.value ?? 0)}${normalized === undefined ? '' : `, moved by ${short(normalized)} sd`}, ${decided}`,
    },
    {
      pValue: outside.pValue,
      effect: Math.max(
        outside.share / effects.unseen,
        outside.share > 0 ? (normalized ?? 0) / effects.wassersteinNormalized : 0,
      ),
      words: `${percent(outside.share)} of the values are outside the reference's range, ${format(reference[0] as number)} to ${format(reference[reference.length - 1] as number)}`,
    },
  ];
  findings.push(...tails(reference, current, effects, format));
  const same = reference[0] === reference[reference.length - 1] && current[0] === current[current.length - 1];
  return {
    type: same ? 'constant' : 'numeric',
    statistics,
    findings,
    distance: excess,
    calm:
      same && reference[0] === current[0]
        ? `always ${format(reference[0] as number)}`
        : `JS distance ${short(excess)} (base 2) beyond chance, KS ${short(ks?.value ?? 0)}`,
  };
}

function shapeWords(statistics: Readonly<Record<string, Statistic>>, format: (value: number) => string): string {
  const [before, now] = [statistics['median_reference']?.value ?? 0, statistics['median_current']?.value ?? 0];
  // Two medians that look alike would say nothing.
  if (format(before) !== format(now)) return `the median went from ${format(before)} to ${format(now)}`;
  const [mean, meanNow] = [statistics['mean_reference']?.value ?? 0, statistics['mean_current']?.value ?? 0];
  return `the shape changed (median ${format(before)} as before, mean ${format(mean)} to ${format(meanNow)})`;
}

/** The shares below the reference's 5th and above its 95th percentile: where a mean and an overall distance see little. */
function tails(
  reference: Float64Array,
  current: Float64Array,
  effects: Effects,
  format: (value: number) => string,
): Finding[] {
  const low = quantileOfSorted(reference, 0.05);
  const high = quantileOfSorted(reference, 0.95);
  const finding = (words: string, hits: (sorted: Float64Array) => number): Finding => {
    const before = { hits: hits(reference), of: reference.length };
    const now = { hits: hits(current), of: current.length };
    const tested = twoProportions(before, now);
    return {
      pValue: tested?.pValue ?? 1,
      effect: Math.abs(tested?.value ?? 0) / effects.tail,
      words: `the share ${words} went from ${percent(before.hits / before.of)} to ${percent(now.hits / now.of)}`,
    };
  };
  return [
    finding(`below ${format(low)}`, (sorted) => countBelow(sorted, low, false)),
    finding(`above ${format(high)}`, (sorted) => sorted.length - countBelow(sorted, high, true)),
  ];
}

/**
 * Values beyond the reference's smallest and largest. If both sides are samples of one distribution, the k largest of all are
 * all current with probability m(m-1).../(n+m)(n+m-1)...; the same at the lower end, and p is twice the smaller of the two.
 */
function outsideRange(
  reference: Float64Array,
  current: Float64Array,
): { readonly share: number; readonly pValue: number } {
  const n = reference.length;
  const m = current.length;
  const smallest = reference[0] as number;
  const largest = reference[n - 1] as number;
  let below = 0;
  while (below < m && (current[below] as number) < smallest) below++;
  let above = 0;
  while (above < m - below && (current[m - 1 - above] as number) > largest) above++;
  const pValue = Math.min(1, 2 * Math.min(allOfOneSide(below, m, n), allOfOneSide(above, m, n)));
  return { share: (below + above) / m, pValue };
}

/** The probability that `k` events, chosen among `m + n`, are all of the `m`. */
export function allOfOneSide(k: number, m: number, n: number): number {
  let log = 0;
  for (let at = 0; at < k && log > -700; at++) log += Math.log((m - at) / (n + m - at));
  return Math.exp(log);
}
