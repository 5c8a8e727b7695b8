import { countedIn, profileQuantile } from '../profile/moments.ts';
import type { Binning, NumericBinning, Profile } from '../profile/profile.ts';
import { formatNumber, formatShare } from './words.ts';

/** A share that differs by so many standard errors has moved. */
const errors = 4;
/** The middle 90 % is another width from here on, either way. */
const widthFactor = 1.15;

/**
 * How a number moved that has no story, in one clause: its median where that moved; else the width of its middle 90 %; else the
 * share beyond the reference's 5th or 95th percentile. Shares are compared by their sampling error, four times of it. Undefined where
 * none of them says anything, and for categories.
 */
export function movementOf(binning: Binning, reference: Profile, current: Profile): string | undefined {
  if (binning.kind !== 'numeric' || countedIn(reference) === 0 || countedIn(current) === 0) return undefined;
  const quantiles = (profile: Profile) =>
    [0.05, 0.5, 0.95].map((level) => profileQuantile(profile, binning, level) ?? 0) as [number, number, number];
  const [low, middle, high] = quantiles(reference);
  const [lowNow, middleNow, highNow] = quantiles(current);
  const moved = (at: number) => shareMoved(binning, reference, current, at);
  const [before, now] = [formatNumber(middle), formatNumber(middleNow)];
  if (before !== now && (moved(middle) !== undefined || moved(middleNow) !== undefined))
    return `the median went from ${before} to ${now}`;
  const tails = [
    { at: low, side: 'below' },
    { at: high, side: 'above' },
  ] as const;
  const found = tails.flatMap(({ at, side }) => {
    const shares = moved(at);
    if (shares === undefined) return [];
    const [was, is] = side === 'below' ? shares : [1 - shares[0], 1 - shares[1]];
    return [
      {
        change: Math.abs(is - was),
        text: `the share ${side} ${formatNumber(at)} went from ${formatShare(was)} to ${formatShare(is)}`,
      },
    ];
  });
  if (found.length === 0) return undefined;
  const ratio = (highNow - lowNow) / (high - low);
  if (ratio > widthFactor || ratio < 1 / widthFactor)
    return `the middle 90 % lies between ${formatNumber(lowNow)} and ${formatNumber(highNow)}, in the reference between ${formatNumber(low)} and ${formatNumber(high)}`;
  return found.sort((a, b) => b.change - a.change)[0]?.text;
}

/** The shares up to a value on both sides, where they differ beyond their sampling error. */
function shareMoved(
  binning: NumericBinning,
  reference: Profile,
  current: Profile,
  at: number,
): readonly [before: number, now: number] | undefined {
  const [n, m] = [countedIn(current), countedIn(reference)];
  const [before, now] = [shareUpTo(reference, binning, at), shareUpTo(current, binning, at)];
  const pooled = (before * m + now * n) / (m + n);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
  return Math.abs(now - before) > errors * error ? [before, now] : undefined;
}

function shareUpTo(profile: Profile, binning: NumericBinning, value: number): number {
  let count = 0;
  for (let bin = 0; bin < profile.bins.length && (binning.edges[bin] ?? Number.POSITIVE_INFINITY) <= value; bin++)
    count += profile.bins[bin] as number;
  return count / countedIn(profile);
}
