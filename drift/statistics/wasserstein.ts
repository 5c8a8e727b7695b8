import { binSpan } from '../profile/moments.ts';
import type { NumericBinning, Profile } from '../profile/profile.ts';
import { total } from './counts.ts';

/**
 * Wasserstein-1 (earth mover's) distance, in the feature's own unit: how far values move on average.
 *
 * `W = ∫ |F(x) - G(x)| dx`, exact. Both arrays finite and ascending. Divided by the reference's standard deviation it is
 * comparable across features ("normalized"). One far value moves it: 1 of n values that goes by d adds d / n. An empty side:
 * undefined. O(n + m). Vallender 1974, doi:10.1137/1118101.
 */
export function wasserstein(reference: Float64Array, current: Float64Array): number | undefined {
  const n = reference.length;
  const m = current.length;
  if (n === 0 || m === 0) return undefined;
  let i = 0;
  let j = 0;
  let area = 0;
  let at = Math.min(reference[0] as number, current[0] as number);
  while (i < n || j < m) {
    const a = i < n ? (reference[i] as number) : Number.POSITIVE_INFINITY;
    const b = j < m ? (current[j] as number) : Number.POSITIVE_INFINITY;
    const next = Math.min(a, b);
    area += Math.abs(i / n - j / m) * (next - at);
    at = next;
    while (i < n && (reference[i] as number) === next) i++;
    while (j < m && (current[j] as number) === next) j++;
  }
  return area;
}

/**
 * The same from two profiles of one binning, with the values of a bin spread evenly over it (closed by the smallest and the
 * largest value of each side).
 */
export function wassersteinOfProfiles(
  reference: Profile,
  current: Profile,
  binning: NumericBinning,
): number | undefined {
  const n = total(reference.bins);
  const m = total(current.bins);
  if (n === 0 || m === 0) return undefined;
  let area = 0;
  let f = 0;
  let g = 0;
  let at = Math.min(reference.min, current.min);
  for (let bin = 0; bin < reference.bins.length; bin++) {
    const a = (reference.bins[bin] as number) / n;
    const b = (current.bins[bin] as number) / m;
    if (a === 0 && b === 0) continue;
    const first = binSpan(a > 0 ? reference : current, binning, bin);
    const second = binSpan(b > 0 ? current : reference, binning, bin);
    const start = Math.min(first.low, second.low);
    area += Math.abs(f - g) * (start - at);
    area += areaInBin({ f, g, a, b, first, second });
    f += a;
    g += b;
    at = Math.max(first.high, second.high);
  }
  return area;
}

interface BinArea {
  readonly f: number;
  readonly g: number;
  readonly a: number;
  readonly b: number;
  readonly first: { readonly low: number; readonly high: number };
  readonly second: { readonly low: number; readonly high: number };
}

function areaInBin({ f, g, a, b, first, second }: BinArea): number {
  const points = [first.low, first.high, second.low, second.high].sort((x, y) => x - y);
  const differenceAt = (x: number): number => f - g + a * shareBelow(first, x) - b * shareBelow(second, x);
  let area = 0;
  for (let at = 1; at < points.length; at++) {
    const from = points[at - 1] as number;
    const to = points[at] as number;
    if (to > from) area += areaOfLine(differenceAt(from), differenceAt(to), to - from);
  }
  return area;
}

function shareBelow({ low, high }: { readonly low: number; readonly high: number }, x: number): number {
  if (x < low) return 0;
  return x >= high ? 1 : (x - low) / (high - low);
}

/** ∫ |line| over a width, from its two ends. */
function areaOfLine(left: number, right: number, width: number): number {
  if (left * right >= 0) return (Math.abs(left + right) / 2) * width;
  return ((left * left + right * right) / (2 * Math.abs(left - right))) * width;
}
