import type { Carrier } from '../judge/judgement.ts';
import { previousDouble } from '../profile/doubles.ts';
import type { Binning } from '../profile/profile.ts';
import { total } from '../statistics/counts.ts';
import { formatNumber } from './words.ts';

/** Numbers are shown in ranges that hold so much of both sides together: narrow bins by themselves are noise. */
const rangeShare = 0.1;

/** The ranges or categories that carry most of the divergence, at most `most`, the largest part first; ties in bin order. */
export function carriersOf(input: {
  readonly binning: Binning;
  readonly reference: Float64Array;
  readonly current: Float64Array;
  readonly most?: number;
}): readonly Carrier[] {
  const { binning, reference, current, most = 5 } = input;
  const nReference = total(reference);
  const nCurrent = total(current);
  if (nReference === 0 || nCurrent === 0) return [];
  const shares = Array.from(current, (count, bin): Range => {
    return { first: bin, last: bin, p: (reference[bin] as number) / nReference, q: count / nCurrent };
  });
  const parts = (binning.kind === 'numeric' ? merged(shares) : shares)
    .filter(({ p, q }) => p !== q)
    // The bin's term of the triangular discrimination, which bounds the Jensen–Shannon divergence from both sides.
    .map((range) => ({ ...range, part: (range.p - range.q) ** 2 / (range.p + range.q) }));
  parts.sort((a, b) => b.part - a.part || a.first - b.first);
  return parts
    .slice(0, most)
    .map(({ first, last, p, q }) => ({ label: labelOf(binning, first, last), reference: p, current: q }));
}

interface Range {
  readonly first: number;
  readonly last: number;
  /** Shares of the reference and of the current values. */
  readonly p: number;
  readonly q: number;
}

/** Neighbours put together until they hold a tenth; what holds it by itself, as a frequent value does, stays alone. */
function merged(bins: readonly Range[]): readonly Range[] {
  const isLarge = ({ p, q }: Range): boolean => (p + q) / 2 >= rangeShare;
  const ranges: Range[] = [];
  for (const bin of bins) {
    const last = ranges.at(-1);
    if (last === undefined || isLarge(last) || isLarge(bin)) ranges.push(bin);
    else ranges[ranges.length - 1] = { first: last.first, last: bin.last, p: last.p + bin.p, q: last.q + bin.q };
  }
  return ranges;
}

/** What a bin holds, or those from `bin` to `last`. */
export function labelOf(binning: Binning, bin: number, last = bin): string {
  if (binning.kind === 'categorical') return binning.values[bin] ?? 'other';
  const low = binning.edges[bin - 1];
  const high = binning.edges[last];
  if (low === undefined) return high === undefined ? 'all' : `<= ${formatNumber(high)}`;
  if (high === undefined) return `> ${formatNumber(low)}`;
  // A bin between neighbouring doubles is one value.
  if (previousDouble(high) === low) return formatNumber(high);
  return `(${formatNumber(low)}, ${formatNumber(high)}]`;
}
