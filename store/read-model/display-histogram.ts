import type { Histogram } from '../../common/read-model.ts';
import type { Binning, CategoricalBinning, NumericBinning, Profile } from '../../drift/profile/profile.ts';

/** About so many bars between the tails of a numeric histogram. */
const barsWanted = 36;
/** Mass beyond the outermost bars on each side, of either profile. */
const tailShare = 0.005;
/** Categories by name: the most frequent ones, and those that changed most. */
const frequentCategories = 11;
const changedCategories = 4;
/** Missing values are worth a bar of their own from this share on. */
const missingShareMin = 0.0005;

type Bin = Histogram['bins'][number];

/**
 * Two profiles side by side in few bars for the eye. Numeric bins follow the reference's quantiles, so that they are as wide as
 * they are rare: their mass is spread evenly over their width and summed over bars of equal width. Shares are of all events.
 */
export function displayHistogram(binning: Binning, reference: Profile, current: Profile): Histogram {
  const bins =
    binning.kind === 'numeric' ? numericBins(binning, reference, current) : categoryBins(binning, reference, current);
  const missing = { reference: shareOf(reference, reference.missing), current: shareOf(current, current.missing) };
  if (Math.max(missing.reference, missing.current) >= missingShareMin)
    bins.push({ label: 'missing', from: null, to: null, ...missing });
  return { kind: binning.kind, bins, nReference: reference.n, nCurrent: current.n };
}

function numericBins(binning: NumericBinning, reference: Profile, current: Profile): Bin[] {
  const low = Math.min(quantile(binning, reference, tailShare), quantile(binning, current, tailShare));
  const high = Math.max(quantile(binning, reference, 1 - tailShare), quantile(binning, current, 1 - tailShare));
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [];
  const width = roundStep(high > low ? (high - low) / barsWanted : Math.max(Math.abs(low), 1) / barsWanted);
  const start = Math.floor(low / width) * width;
  const bars = Math.max(1, Math.ceil((high - start) / width));
  const ofReference = spread({ binning, profile: reference, start, width, bars });
  const ofCurrent = spread({ binning, profile: current, start, width, bars });
  const bins = ofReference.map((count, place): Bin => {
    const from = place === 0 ? null : start + (place - 1) * width;
    const to = place === bars + 1 ? null : start + place * width;
    return {
      label: from === null ? `≤ ${brief(to)}` : to === null ? `> ${brief(from)}` : `${brief(from)} to ${brief(to)}`,
      from,
      to,
      reference: shareOf(reference, count),
      current: shareOf(current, ofCurrent[place] as number),
    };
  });
  const isEmpty = (bin: Bin | undefined) => bin !== undefined && bin.reference === 0 && bin.current === 0;
  if (isEmpty(bins.at(-1))) bins.pop();
  if (isEmpty(bins[0])) bins.shift();
  return bins;
}

/** Lower and upper end of a bin; the outermost ones end at the least and the greatest value that was seen. */
function endsOf({ edges }: NumericBinning, profile: Profile, bin: number): readonly [number, number] {
  const last = edges.length;
  const from = bin === 0 ? Math.min(profile.min, edges[0] ?? profile.max) : (edges[bin - 1] as number);
  const to = bin === last ? Math.max(profile.max, edges[last - 1] ?? profile.min) : (edges[bin] as number);
  return [Math.max(from, Math.min(profile.min, to)), Math.min(to, Math.max(profile.max, from))];
}

interface Spread {
  readonly binning: NumericBinning;
  readonly profile: Profile;
  /** Lower edge of the first bar. */
  readonly start: number;
  readonly width: number;
  readonly bars: number;
}

/** Counts in `bars + 2` places: below `start`, the bars, above the last. */
function spread({ binning, profile, start, width, bars }: Spread): number[] {
  const counts = new Array<number>(bars + 2).fill(0);
  const placeOf = (value: number) => Math.max(0, Math.min(bars + 1, Math.ceil((value - start) / width)));
  profile.bins.forEach((count, bin) => {
    if (count === 0) return;
    const [from, to] = endsOf(binning, profile, bin);
    const first = placeOf(from);
    const last = placeOf(to);
    // Bins are (from, to]: a value that is frequent by itself stands at the upper end of a bin without width.
    if (first === last || !(to - from > width * 1e-9)) {
      counts[last] = (counts[last] as number) + count;
      return;
    }
    for (let place = first; place <= last; place++) {
      const left = place === 0 ? from : Math.max(from, start + (place - 1) * width);
      const right = place === bars + 1 ? to : Math.min(to, start + place * width);
      counts[place] = (counts[place] as number) + (count * Math.max(0, right - left)) / (to - from);
    }
  });
  return counts;
}

/** 1, 2 or 5 times a power of ten, at least the width given. */
function roundStep(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width));
  return power * ([1, 2, 5].find((step) => step * power >= width) ?? 10);
}

function quantile(binning: NumericBinning, profile: Profile, rank: number): number {
  const total = profile.bins.reduce((sum, count) => sum + count, 0);
  if (total === 0) return rank < 0.5 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  let left = rank * total;
  for (let bin = 0; bin < profile.bins.length; bin++) {
    const count = profile.bins[bin] as number;
    if (count > 0 && left <= count) {
      const [from, to] = endsOf(binning, profile, bin);
      return from + ((to - from) * left) / count;
    }
    left -= count;
  }
  return profile.max;
}

function categoryBins(binning: CategoricalBinning, reference: Profile, current: Profile): Bin[] {
  const all = binning.values.map((label, at) => bin(label, reference.bins[at] ?? 0, current.bins[at] ?? 0));
  const named = new Set([...reference.unseenValues.keys(), ...current.unseenValues.keys()]);
  for (const label of named)
    all.push(bin(label, reference.unseenValues.get(label) ?? 0, current.unseenValues.get(label) ?? 0));
  all.sort((a, b) => Math.max(b.reference, b.current) - Math.max(a.reference, a.current));
  const change = (one: Bin) => Math.abs(one.current - one.reference);
  const chosen = new Set([
    ...all.slice(0, frequentCategories),
    ...[...all].sort((a, b) => change(b) - change(a)).slice(0, changedCategories),
  ]);
  const shown = all.filter((one) => chosen.has(one));
  const counted = (of: Profile) => of.bins.reduce((sum, count) => sum + count, of.unseen);
  const rest = {
    reference: shareOf(reference, counted(reference)) - shown.reduce((sum, one) => sum + one.reference, 0),
    current: shareOf(current, counted(current)) - shown.reduce((sum, one) => sum + one.current, 0),
  };
  if (Math.max(rest.reference, rest.current) > 1e-9)
    shown.push({
      label: 'all others',
      from: null,
      to: null,
      reference: Math.max(0, rest.reference),
      current: Math.max(0, rest.current),
    });
  return shown;

  function bin(label: string, inReference: number, inCurrent: number): Bin {
    return {
      label: label === '' ? '(empty)' : label,
      from: null,
      to: null,
      reference: shareOf(reference, inReference),
      current: shareOf(current, inCurrent),
    };
  }
}

function shareOf({ n }: Profile, count: number): number {
  return n === 0 ? 0 : count / n;
}

function brief(value: number | null): string {
  return value === null ? '' : new Intl.NumberFormat('en', { maximumSignificantDigits: 3 }).format(value);
}
