import { binSpan } from '../profile/moments.ts';
import type { Binning, CategoricalBinning, NumericBinning, Profile } from '../profile/profile.ts';
import { total } from '../statistics/counts.ts';
import { jensenShannonDivergence } from '../statistics/jensen-shannon.ts';
import { lInfinity } from '../statistics/l-infinity.ts';
import { normalizedAbsoluteDifference } from '../statistics/normalized-absolute-difference.ts';

/** The names of TensorFlow Data Validation's comparators, and its units. */
export const skewStatistics = ['linf', 'js_divergence', 'normalized_abs_difference'] as const;
export type SkewStatistic = (typeof skewStatistics)[number];

const parts = 10;

/**
 * How far serving is from training, as TensorFlow Data Validation measures it, from two profiles of one binning; missing and
 * unusable values left out on both sides. A statistic that has no answer is left out:
 *
 * - `linf`: text only (there it is 0 for any number). Largest change of one value's share. Unknown values count by name as far as
 *   names were kept.
 * - `js_divergence`, in bits: text over its values; numbers over ten equal buckets from the smallest to the largest value of each
 *   side, cut at each other's edges, counts spread evenly over a bucket.
 * - `normalized_abs_difference`: text only. It sees the number of events too: see there.
 */
export function servingDistances(
  binning: Binning,
  training: Profile,
  serving: Profile,
): Partial<Record<SkewStatistic, number>> {
  const found: Partial<Record<SkewStatistic, number>> = {};
  const add = (name: SkewStatistic, value: number | undefined): void => {
    if (value !== undefined) found[name] = value;
  };
  if (binning.kind === 'numeric') {
    const cells = alignedBuckets(binning, training, serving);
    if (cells !== undefined) add('js_divergence', jensenShannonDivergence(...cells));
    return found;
  }
  const { named, rest } = cellsOfValues(binning, training, serving);
  // Values whose names were not kept are each rarer than those that were: together they are no single value.
  const all = named.map((cells, side) => [...cells, rest[side] as number]) as [number[], number[]];
  if (total(all[0]) === 0 || total(all[1]) === 0) return found;
  add('js_divergence', jensenShannonDivergence(...all));
  // Apart on each side and in pieces, the unnamed rest is never the largest change of one value.
  const apart = named.map((cells, side) => [...cells, ...restApart(rest, side)]) as [number[], number[]];
  add('linf', lInfinity(...apart));
  add('normalized_abs_difference', normalizedAbsoluteDifference(...apart));
  return found;
}

/** The value whose share changed most, which is what `linf` measures; undefined where that is not defined. */
export function largestChange(
  binning: Binning,
  training: Profile,
  serving: Profile,
): { readonly value: string; readonly training: number; readonly serving: number } | undefined {
  if (binning.kind === 'numeric') return undefined;
  const { names, named, rest } = cellsOfValues(binning, training, serving);
  const [n, m] = named.map((cells, side) => total(cells) + (rest[side] as number)) as [number, number];
  if (n === 0 || m === 0) return undefined;
  const shares = names.map((value, at) => ({
    value,
    training: (named[0][at] as number) / n,
    serving: (named[1][at] as number) / m,
  }));
  const change = (of: { readonly training: number; readonly serving: number }) => Math.abs(of.serving - of.training);
  return shares.reduce<(typeof shares)[number] | undefined>(
    (most, one) => (most === undefined || change(one) > change(most) ? one : most),
    undefined,
  );
}

const piecesOfRest = 64;

/** What has no name is at least so many values as names were kept. */
function restApart(rest: readonly [number, number], side: number): number[] {
  return [0, 1].flatMap((of) =>
    new Array<number>(piecesOfRest).fill(of === side ? (rest[side] as number) / piecesOfRest : 0),
  );
}

function cellsOfValues(binning: CategoricalBinning, training: Profile, serving: Profile) {
  const strange = [...new Set([...training.unseenValues.keys(), ...serving.unseenValues.keys()])];
  const sides = [training, serving].map(({ bins, unseen, unseenValues }) => {
    const strangers = strange.map((name) => unseenValues.get(name) ?? 0);
    const left = unseen - strangers.reduce((sum, count) => sum + count, 0);
    return { cells: [...bins.subarray(0, binning.values.length), ...strangers], rest: Math.max(0, left) };
  });
  return {
    names: [...binning.values, ...strange],
    named: sides.map(({ cells }) => cells) as [number[], number[]],
    rest: sides.map(({ rest }) => rest) as [number, number],
  };
}

/** Counts of both sides over each other's ten equal buckets; undefined where a side has no finite value. */
export function alignedBuckets(
  binning: NumericBinning,
  training: Profile,
  serving: Profile,
): [number[], number[]] | undefined {
  if (total(training.bins) === 0 || total(serving.bins) === 0) return undefined;
  const edges = [...new Set([...bucketEdges(training), ...bucketEdges(serving)])].sort((a, b) => a - b);
  // One value alone, as everywhere a cell of its own.
  const points = [...new Set([training, serving].filter(({ min, max }) => min === max).map(({ min }) => min))];
  return [training, serving].map((side) => {
    const constant = side.min === side.max;
    const own = bucketEdges(side);
    const counts = countsBetween(side, binning, own);
    const cells = edges.slice(1).map((to, at) => {
      if (constant) return 0;
      const from = edges[at] as number;
      return counts.reduce((sum, count, bucket) => {
        const [low, high] = [own[bucket] as number, own[bucket + 1] as number];
        const shared = Math.min(high, to) - Math.max(low, from);
        return shared > 0 ? sum + (count * shared) / (high - low) : sum;
      }, 0);
    });
    return [...cells, ...points.map((point) => (constant && side.min === point ? total(side.bins) : 0))];
  }) as [number[], number[]];
}

function bucketEdges({ min, max }: Profile): number[] {
  if (min === max) return [];
  return Array.from({ length: parts + 1 }, (_, at) => (at === parts ? max : min + (max / parts - min / parts) * at));
}

/** Values between neighbouring edges, the bins' counts spread evenly. */
function countsBetween(profile: Profile, binning: NumericBinning, edges: readonly number[]): number[] {
  const counts = new Array<number>(Math.max(0, edges.length - 1)).fill(0);
  profile.bins.forEach((inside, bin) => {
    if (inside === 0) return;
    const { low, high } = binSpan(profile, binning, bin);
    counts.forEach((_, at) => {
      const [from, to] = [edges[at] as number, edges[at + 1] as number];
      const last = at === counts.length - 1;
      // A bin of one value belongs to the bucket it begins; the last bucket is closed.
      if (!(high > low)) {
        if (low >= from && (low < to || (last && low <= to))) counts[at] = (counts[at] as number) + inside;
        return;
      }
      const shared = Math.min(high, to) - Math.max(low, from);
      if (shared > 0) counts[at] = (counts[at] as number) + (inside * shared) / (high - low);
    });
  });
  return counts;
}
