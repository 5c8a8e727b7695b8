import type { FeatureType } from '../../common/feature.ts';
import { categoricalBinningId, numericBinningId } from './binning-id.ts';
import { previousDouble, sortedFinite } from './doubles.ts';
import type { Binning, CategoricalBinning, NumericBinning } from './profile.ts';

export interface NumericBinningOptions {
  /** The most bins, from 64 to 4096. Default 512. */
  readonly bins?: number;
}

/** Edges beyond the smallest and the largest value, each side. */
const tailEdges = 40;
/** Edges kept back for the widest bins between values. */
const gapEdges = 40;
/** Quantiles towards each end, each half as far from it as the one before, so that a heavy tail is resolved. */
const endQuantiles = 10;

/**
 * Bins at the quantiles of a reference, at most `bins` (512).
 *
 * The edges are the quantiles i/B for the largest B, a multiple of 10, that fits (the deciles are therefore edges; B is 390 of
 * 512 where values hardly repeat), the quantiles 1/B halved again and again towards both ends, and two neighbouring doubles
 * around every value that is more frequent than 1/B. What is left over halves the widest bins, so that values that appear in
 * a gap of the reference are placed. Beyond the smallest and the largest value, steps `s/16 · 2^(k/2)` up to 181 s, doubling
 * from there, then two by 2^64, where `s` is the spread of the middle 90 %. No bin but that of a single value holds more than
 * 1/B of the reference, so a KS distance from counts is off by at most 1/B, whatever it is compared with.
 *
 * `values` in any order; NaN and infinities are left out; nothing left gives {@link genericBinning}. O(n log n).
 */
export function numericBinning(values: Float64Array, options: NumericBinningOptions = {}): NumericBinning {
  return binningOfSorted(sortedFinite(values), options);
}

/** As {@link numericBinning}, of finite values that are already in ascending order. */
export function binningOfSorted(sorted: Float64Array, options: NumericBinningOptions = {}): NumericBinning {
  const bins = Math.min(4096, Math.max(64, Math.floor(options.bins ?? 512)));
  if (sorted.length === 0) return genericBinning('number') as NumericBinning;
  const smallest = sorted[0] as number;
  const largest = sorted[sorted.length - 1] as number;
  const center = quantileOfSorted(sorted, 0.5);
  const spread = spreadOf(sorted, center);
  const inside = bins - 1 - 2 * tailEdges;
  const edges = bodyEdges(sorted, inside - 1 - Math.min(gapEdges, inside >> 2));
  // The smallest value's lower edge closes the range from below: what is smaller is outside the reference.
  edges.add(previousDouble(smallest));
  halveWidest(edges, inside, spread / 1024);
  for (const step of tailSteps(spread)) {
    if (Number.isFinite(smallest - step)) edges.add(smallest - step);
    if (Number.isFinite(largest + step)) edges.add(largest + step);
  }
  edges.delete(Number.NEGATIVE_INFINITY);
  return numericBinningOf(Float64Array.from(edges).sort(), center, spread);
}

function bodyEdges(sorted: Float64Array, most: number): Set<number> {
  const count = sorted.length;
  for (let parts = Math.floor(most / 10) * 10; ; parts -= 10) {
    const edges = new Set<number>();
    for (let part = 1; part <= parts; part++) edges.add(sorted[rankAt(part / parts, count)] as number);
    for (let halving = 1, share = 0.5 / parts; halving <= endQuantiles && share * count >= 1; halving++, share /= 2) {
      edges.add(sorted[rankAt(share, count)] as number);
      edges.add(sorted[rankAt(1 - share, count)] as number);
    }
    for (const value of frequentValues(sorted, count / parts)) {
      edges.add(value);
      edges.add(previousDouble(value));
    }
    if (edges.size <= most || parts === 10) return edges;
  }
}

/** Halves the widest of the bins between edges until there are `most` edges or no bin is wider than `narrow`. */
function halveWidest(edges: Set<number>, most: number, narrow: number): void {
  const ascending = Array.from(edges).sort((a, b) => a - b);
  while (ascending.length < most) {
    let widest = 1;
    for (let at = 2; at < ascending.length; at++) if (widthAt(ascending, at) > widthAt(ascending, widest)) widest = at;
    const width = widthAt(ascending, widest);
    const middle = (ascending[widest - 1] as number) / 2 + (ascending[widest] as number) / 2;
    if (!(width > narrow) || edges.has(middle)) return;
    ascending.splice(widest, 0, middle);
    edges.add(middle);
  }
}

function widthAt(ascending: readonly number[], at: number): number {
  return (ascending[at] as number) - (ascending[at - 1] as number);
}

/** The index of the smallest value of which at least the share `q` is not larger. */
function rankAt(q: number, count: number): number {
  // A product such as 0.7 * 10 = 7.000000000000001 must not move on to the next value.
  return Math.min(count - 1, Math.max(0, Math.ceil(q * count - 1e-9 * count) - 1));
}

export function quantileOfSorted(sorted: Float64Array, q: number): number {
  return sorted[rankAt(q, sorted.length)] as number;
}

/** Values that occur more than `share` times (and more than once), ascending. */
function* frequentValues(sorted: Float64Array, share: number): Generator<number> {
  let from = 0;
  for (let at = 1; at <= sorted.length; at++) {
    if (at < sorted.length && sorted[at] === sorted[from]) continue;
    if (at - from > 1 && at - from > share) yield sorted[from] as number;
    from = at;
  }
}

/** The width of the middle 90 %, or what there is of a width; above 0 and finite. */
function spreadOf(sorted: Float64Array, center: number): number {
  const first = sorted[0] as number;
  const last = sorted[sorted.length - 1] as number;
  const candidates = [quantileOfSorted(sorted, 0.95) - quantileOfSorted(sorted, 0.05), last - first];
  const width = candidates.find((candidate) => candidate > 1e-290 && Number.isFinite(candidate));
  if (width !== undefined) return width;
  return Math.abs(center) > 1e-300 ? Math.min(Math.abs(center), 1e300) : 1;
}

function tailSteps(spread: number): number[] {
  const steps: number[] = [];
  for (let half = -8; half <= 15; half++) steps.push(spread * 2 ** (half / 2));
  for (let doubling = 8; steps.length < tailEdges - 2; doubling++) steps.push(spread * 2 ** doubling);
  steps.push(spread * 2 ** 85, spread * 2 ** 149);
  return steps;
}

export function numericBinningOf(edges: Float64Array, center: number, scale: number): NumericBinning {
  return { kind: 'numeric', id: numericBinningId(edges, center, scale), edges, center, scale };
}

/**
 * One bin for each of the most frequent values, the most frequent first (ties in order of their code units). The rest of
 * the reference counts as unseen, on both sides of a comparison. `counts[i]` belongs to `values[i]`.
 */
export function categoricalBinning(
  values: readonly string[],
  counts: ArrayLike<number>,
  maxValues: number,
): CategoricalBinning {
  const order = values.map((_, at) => at).filter((at) => (counts[at] ?? 0) > 0);
  const textOf = (at: number): string => values[at] as string;
  order.sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || (textOf(a) < textOf(b) ? -1 : 1));
  const kept = order.slice(0, maxValues).map(textOf);
  return { kind: 'categorical', id: categoricalBinningId(kept), values: kept };
}

/** How a feature is counted before there is a reference; edges without regard to data, the same in every process. */
export function genericBinning(type: FeatureType): Binning {
  if (type === 'string' || type === 'vector') return { kind: 'categorical', id: categoricalBinningId([]), values: [] };
  if (type === 'boolean') return numericBinningOf(Float64Array.of(-Number.MIN_VALUE, 0, previousDouble(1), 1), 0, 1);
  if (type === 'timestamp') return monthly();
  return logLinear();
}

/** Four bins an octave from 2^-20 to 2^40 on both sides of zero (19 % wide), zero in a bin of its own. */
function logLinear(): NumericBinning {
  const edges: number[] = [-Number.MIN_VALUE, 0];
  for (let step = -80; step <= 160; step++) edges.push(2 ** (step / 4), -(2 ** (step / 4)));
  return numericBinningOf(Float64Array.from(edges).sort(), 0, 1);
}

/** Twelfths of a Julian year from 1995 to 2035; z in years from 2015. */
function monthly(): NumericBinning {
  const yearMs = 365.25 * 86_400_000;
  const edges = Array.from({ length: 481 }, (_, month) => (25 + month / 12) * yearMs);
  return numericBinningOf(Float64Array.from(edges), 45 * yearMs, yearMs);
}
