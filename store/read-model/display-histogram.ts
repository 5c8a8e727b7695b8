import type { Histogram } from '../../common/read-model.ts';
import type { Binning, CategoricalBinning, NumericBinning, Profile } from '../../drift/profile/profile.ts';

/** Bars of a numeric histogram between its tails. */
const bars = 36;
/** Mass beyond the outermost bars on each side, of either profile. */
const tailShare = 0.005;
const namedCategories = 14;
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
  const width = high > low ? (high - low) / bars : 1;
  const start = high > low ? low : low - bars / 2;
  const ofReference = spread(binning, reference, start, width);
  const ofCurrent = spread(binning, current, start, width);
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

/** Counts in `bars + 2` places: below `start`, the bars, above the last. */
function spread(binning: NumericBinning, profile: Profile, start: number, width: number): number[] {
  const counts = new Array<number>(bars + 2).fill(0);
  profile.bins.forEach((count, bin) => {
    if (count === 0) return;
    const [from, to] = endsOf(binning, profile, bin);
    const first = placeOf(from, start, width);
    const last = placeOf(to, start, width);
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

function placeOf(value: number, start: number, width: number): number {
  return Math.max(0, Math.min(bars + 1, Math.ceil((value - start) / width)));
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
  const shown = all.slice(0, namedCategories);
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
