import type { Carrier } from '../judge/judgement.ts';
import { previousDouble } from '../profile/doubles.ts';
import type { Binning } from '../profile/profile.ts';
import { total } from '../statistics/counts.ts';
import { formatNumber } from './words.ts';

/** The bins or categories that carry most of the divergence, at most `most`, the largest part first; ties in bin order. */
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
  const parts: { readonly bin: number; readonly part: number; readonly p: number; readonly q: number }[] = [];
  for (let bin = 0; bin < current.length; bin++) {
    const p = (reference[bin] as number) / nReference;
    const q = (current[bin] as number) / nCurrent;
    // The bin's term of the triangular discrimination, which bounds the Jensen–Shannon divergence from both sides.
    if (p !== q) parts.push({ bin, part: (p - q) ** 2 / (p + q), p, q });
  }
  parts.sort((a, b) => b.part - a.part || a.bin - b.bin);
  return parts.slice(0, most).map(({ bin, p, q }) => ({ label: labelOf(binning, bin), reference: p, current: q }));
}

export function labelOf(binning: Binning, bin: number): string {
  if (binning.kind === 'categorical') return binning.values[bin] ?? 'other';
  const low = binning.edges[bin - 1];
  const high = binning.edges[bin];
  if (low === undefined) return high === undefined ? 'all' : `<= ${formatNumber(high)}`;
  if (high === undefined) return `> ${formatNumber(low)}`;
  // A bin between neighbouring doubles is one value.
  if (previousDouble(high) === low) return formatNumber(high);
  return `(${formatNumber(low)}, ${formatNumber(high)}]`;
}
