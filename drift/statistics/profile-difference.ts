import { binSpan, type Span } from '../profile/moments.ts';
import type { NumericBinning, Profile } from '../profile/profile.ts';
import { total } from './counts.ts';

/**
 * The difference F - G of the distribution functions of two profiles of one binning, as straight pieces from left to right: its
 * value at both ends and the width. False where a side is empty.
 *
 * The values of a bin are spread evenly over it, closed by the smallest and the largest value of the side; then all bins are
 * narrowed towards one end by one factor, so that the side's mean comes out as the profile's sums have it, which is exact. O(bins).
 */
export function visitDifference(
  reference: Profile,
  current: Profile,
  binning: NumericBinning,
  visit: (left: number, right: number, width: number) => void,
): boolean {
  const n = total(reference.bins);
  const m = total(current.bins);
  if (n === 0 || m === 0) return false;
  const spanOf = tiltedSpans(reference, binning, n);
  const spanOfCurrent = tiltedSpans(current, binning, m);
  let f = 0;
  let g = 0;
  let at = Math.min(reference.min, current.min);
  for (let bin = 0; bin < reference.bins.length; bin++) {
    const a = (reference.bins[bin] as number) / n;
    const b = (current.bins[bin] as number) / m;
    if (a === 0 && b === 0) continue;
    const spanA = a > 0 ? spanOf(bin) : undefined;
    const spanB = b > 0 ? spanOfCurrent(bin) : undefined;
    const first = (spanA ?? spanB) as Span;
    const second = (spanB ?? spanA) as Span;
    visit(f - g, f - g, Math.min(first.low, second.low) - at);
    visitInBin({ f, g, a, b, first, second }, visit);
    f += a;
    g += b;
    at = Math.max(first.high, second.high);
  }
  return true;
}

/** What each bin spans once the mean of all `count` values, spread evenly over them, is the profile's own. */
export function tiltedSpans(profile: Profile, binning: NumericBinning, count: number): (bin: number) => Span {
  const tilt = tiltOf(profile, binning, count);
  return (bin) => tilted(binSpan(profile, binning, bin), tilt);
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

interface InBin {
  readonly f: number;
  readonly g: number;
  readonly a: number;
  readonly b: number;
  readonly first: Span;
  readonly second: Span;
}

function visitInBin(
  { f, g, a, b, first, second }: InBin,
  visit: (left: number, right: number, width: number) => void,
): void {
  const points = [first.low, first.high, second.low, second.high].sort((x, y) => x - y);
  const differenceAt = (x: number): number => f - g + a * shareBelow(first, x) - b * shareBelow(second, x);
  for (let at = 1; at < points.length; at++) {
    const from = points[at - 1] as number;
    const to = points[at] as number;
    // Both shares are straight lines in between, so the middle and one end say all; a span of one value is a step at it.
    if (to > from) {
      const middle = differenceAt((from + to) / 2);
      const slope = slopeOf(a, first, from, to) - slopeOf(b, second, from, to);
      const rise = (slope * (to - from)) / 2;
      visit(middle - rise, middle + rise, to - from);
    }
  }
}

function shareBelow({ low, high }: Span, x: number): number {
  if (x < low) return 0;
  return x >= high ? 1 : (x - low) / (high - low);
}

function slopeOf(share: number, { low, high }: Span, from: number, to: number): number {
  return high > low && from >= low && to <= high ? share / (high - low) : 0;
}
