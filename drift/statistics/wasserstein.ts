import { binSpan, type Span } from '../profile/moments.ts';
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
 * The same from two profiles of one binning. The values of a bin are spread evenly over it, closed by the smallest and the
 * largest value of the side; then all bins are narrowed towards one end by one factor, so that the side's mean comes out as the
 * profile's sums have it, which is exact. O(bins).
 */
export function wassersteinOfProfiles(
  reference: Profile,
  current: Profile,
  binning: NumericBinning,
): number | undefined {
  const n = total(reference.bins);
  const m = total(current.bins);
  if (n === 0 || m === 0) return undefined;
  const tilt = tiltOf(reference, binning, n);
  const tiltCurrent = tiltOf(current, binning, m);
  let area = 0;
  let f = 0;
  let g = 0;
  let at = Math.min(reference.min, current.min);
  for (let bin = 0; bin < reference.bins.length; bin++) {
    const a = (reference.bins[bin] as number) / n;
    const b = (current.bins[bin] as number) / m;
    if (a === 0 && b === 0) continue;
    const spanA = a > 0 ? tilted(binSpan(reference, binning, bin), tilt) : undefined;
    const spanB = b > 0 ? tilted(binSpan(current, binning, bin), tiltCurrent) : undefined;
    const first = (spanA ?? spanB) as Span;
    const second = (spanB ?? spanA) as Span;
    area += Math.abs(f - g) * (Math.min(first.low, second.low) - at);
    area += areaInBin({ f, g, a, b, first, second });
    f += a;
    g += b;
    at = Math.max(first.high, second.high);
  }
  return area;
}

/** In [-1, 1]: how far the middles of the bins have to move, in half widths, for the profile's own mean to come out. */
function tiltOf(profile: Profile, binning: NumericBinning, count: number): number {
  const { center, scale } = binning;
  let mean = 0;
  let room = 0;
  for (let bin = 0; bin < profile.bins.length; bin++) {
    const inside = profile.bins[bin] as number;
    if (inside === 0) continue;
    const { low, high } = binSpan(profile, binning, bin);
    mean += (inside / count) * (((low - center) / 2 + (high - center) / 2) / scale);
    room += (inside / count) * ((high - low) / 2 / scale);
  }
  if (!(room > 0)) return 0;
  const tilt = (profile.sumZ / count - mean) / room;
  return Number.isFinite(tilt) ? Math.min(1, Math.max(-1, tilt)) : 0;
}

/** At 1 all values are at the upper end, at -1 at the lower one, at 0 spread over the whole span. */
function tilted({ low, high }: Span, tilt: number): Span {
  const middle = low + ((high - low) * (1 + tilt)) / 2;
  const half = ((high - low) / 2) * (1 - Math.abs(tilt));
  return { low: Math.max(low, middle - half), high: Math.min(high, middle + half) };
}

interface BinArea {
  readonly f: number;
  readonly g: number;
  readonly a: number;
  readonly b: number;
  readonly first: Span;
  readonly second: Span;
}

function areaInBin({ f, g, a, b, first, second }: BinArea): number {
  const points = [first.low, first.high, second.low, second.high].sort((x, y) => x - y);
  const differenceAt = (x: number): number => f - g + a * shareBelow(first, x) - b * shareBelow(second, x);
  let area = 0;
  for (let at = 1; at < points.length; at++) {
    const from = points[at - 1] as number;
    const to = points[at] as number;
    // Both shares are straight lines in between, so the middle and one end say all; a span of one value is a step at it.
    if (to > from) {
      const middle = differenceAt((from + to) / 2);
      const slope = slopeOf(a, first, from, to) - slopeOf(b, second, from, to);
      const rise = (slope * (to - from)) / 2;
      area += areaOfLine(middle - rise, middle + rise, to - from);
    }
  }
  return area;
}

function shareBelow({ low, high }: Span, x: number): number {
  if (x < low) return 0;
  return x >= high ? 1 : (x - low) / (high - low);
}

function slopeOf(share: number, { low, high }: Span, from: number, to: number): number {
  return high > low && from >= low && to <= high ? share / (high - low) : 0;
}

/** ∫ |line| over a width, from its two ends. */
function areaOfLine(left: number, right: number, width: number): number {
  if (left * right >= 0) return (Math.abs(left + right) / 2) * width;
  return ((left * left + right * right) / (2 * Math.abs(left - right))) * width;
}
