import { createDictionary } from '../common/columns.ts';
import type { Profile } from '../common/profile.ts';
import type { Store } from './client.ts';
import { type PaneBlock, readPaneBlock } from './pane-block.ts';

/** The sum of a window's sealed panes, of one feature of one segment. */
export interface WindowProfile {
  readonly segment: string;
  readonly feature: string;
  readonly profile: Profile;
}

/** Reads windows from sealed panes, as long as nothing is sealed. */
export interface PaneReader {
  /** Profiles of a binning of which `binCountOf` knows nothing are left out. */
  windowProfiles(
    startMs: number,
    endMs: number,
    binCountOf: (binningId: string) => number | undefined,
  ): Promise<readonly WindowProfile[]>;
}

export interface PaneReaderOptions {
  /** Up to here windows will be asked for, one after the other: what lies between is read ahead. */
  readonly throughMs: number;
  /** Counts in bins, of all rows of a block: about ten bytes each. Default 8,000,000; larger blocks are read no faster. */
  readonly blockBins?: number;
  /** Of all blocks that are kept for windows that look back. Default 24,000,000. */
  readonly keptBins?: number;
}

/** A row costs about as much memory as so many counts. */
const binsOfRow = 16;

/** A stretch of event time and, once it was read, its panes. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly bins: number;
  block: PaneBlock | undefined;
}

/**
 * Windows are read in blocks of many panes, each in one statement: a window by itself costs the engine ten times what its rows do.
 * The blocks read last are kept, so that windows before the one judged are there.
 */
export function createPaneReader(store: Store, options: PaneReaderOptions): PaneReader {
  const { throughMs, blockBins = 8_000_000, keptBins = 24_000_000 } = options;
  const dictionaries = { segment: createDictionary(), feature: createDictionary(), binning: createDictionary() };
  /** In order of time, without overlap. */
  let spans: Span[] = [];
  /** Those with a block, the one used last at the end. */
  let loaded: Span[] = [];

  async function plan(fromMs: number, toMs: number): Promise<Span[]> {
    const hourMs = 3_600_000;
    const rows = await store.query<{ hour: string; bins: string }>(
      `SELECT intDiv(toUnixTimestamp64Milli(pane), ${hourMs}) AS hour, sum(length(bin_index) + ${binsOfRow}) AS bins
       FROM \`${store.database}\`.sealed_profiles
       WHERE pane >= fromUnixTimestamp64Milli({from:Int64}) AND pane < fromUnixTimestamp64Milli({to:Int64})
       GROUP BY hour ORDER BY hour`,
      { from: fromMs, to: toMs },
    );
    const planned: Span[] = [];
    let startMs = fromMs;
    let sum = 0;
    for (const { hour, bins } of rows) {
      const hourStartMs = Math.max(fromMs, Number(hour) * hourMs);
      if (sum > 0 && sum + Number(bins) > blockBins) {
        planned.push({ fromMs: startMs, toMs: hourStartMs, bins: sum, block: undefined });
        startMs = hourStartMs;
        sum = 0;
      }
      sum += Number(bins);
    }
    planned.push({ fromMs: startMs, toMs, bins: sum, block: undefined });
    return planned;
  }

  /** Plans what of `[startMs, endMs)` no span covers yet. */
  async function cover(startMs: number, endMs: number): Promise<void> {
    const gaps: { fromMs: number; toMs: number }[] = [];
    let atMs = startMs;
    for (const { fromMs, toMs } of spans) {
      if (toMs <= atMs) continue;
      if (fromMs > atMs) gaps.push({ fromMs: atMs, toMs: fromMs });
      atMs = toMs;
      if (atMs >= endMs) break;
    }
    if (atMs < endMs) gaps.push({ fromMs: atMs, toMs: Math.max(endMs, throughMs) });
    for (const gap of gaps) {
      if (gap.fromMs >= endMs) continue;
      spans = [...spans, ...(await plan(gap.fromMs, gap.toMs))].sort((a, b) => a.fromMs - b.fromMs);
    }
  }

  async function load(span: Span): Promise<PaneBlock> {
    loaded = [...loaded.filter((one) => one !== span), span];
    if (span.block === undefined) {
      let bins = loaded.reduce((sum, one) => sum + one.bins, 0);
      while (loaded.length > 1 && bins > keptBins) {
        const [oldest] = loaded.splice(0, 1);
        bins -= (oldest as Span).bins;
        (oldest as Span).block = undefined;
      }
      span.block = await readPaneBlock(store, span, dictionaries);
    }
    return span.block;
  }

  return {
    async windowProfiles(startMs, endMs, binCountOf) {
      await cover(startMs, endMs);
      const sums = new Map<number, WindowProfile | undefined>();
      for (const span of spans) {
        if (span.toMs <= startMs || span.fromMs >= endMs || span.bins === 0) continue;
        addPanes(sums, await load(span), { startMs, endMs, binCountOf, dictionaries });
      }
      return [...sums.values()].filter((one) => one !== undefined);
    },
  };
}

interface Window {
  readonly startMs: number;
  readonly endMs: number;
  readonly binCountOf: (binningId: string) => number | undefined;
  readonly dictionaries: {
    readonly [name in 'segment' | 'feature' | 'binning']: { readonly values: readonly string[] };
  };
}

/** Room for codes of features and binnings in one key; segments take what is left of 53 bits. */
const codesMax = 2 ** 18;

function addPanes(sums: Map<number, WindowProfile | undefined>, block: PaneBlock, window: Window): void {
  const { segment, feature, binning } = block;
  const end = firstFrom(block.paneMs, window.endMs);
  for (let row = firstFrom(block.paneMs, window.startMs); row < end; row++) {
    const key = ((segment[row] as number) * codesMax + (feature[row] as number)) * codesMax + (binning[row] as number);
    let sum = sums.get(key);
    if (sum === undefined) {
      if (sums.has(key)) continue;
      const bins = window.binCountOf(window.dictionaries.binning.values[binning[row] as number] as string);
      sum = bins === undefined ? undefined : emptyWindow(block, row, window.dictionaries, bins);
      sums.set(key, sum);
      if (sum === undefined) continue;
    }
    addPane(sum.profile, block, row);
  }
}

function emptyWindow(
  block: PaneBlock,
  row: number,
  { segment, feature }: Window['dictionaries'],
  bins: number,
): WindowProfile {
  return {
    segment: segment.values[block.segment[row] as number] as string,
    feature: feature.values[block.feature[row] as number] as string,
    profile: {
      n: 0,
      missing: 0,
      invalid: 0,
      zero: 0,
      nan: 0,
      posInf: 0,
      negInf: 0,
      min: Number.POSITIVE_INFINITY,
      max: Number.NEGATIVE_INFINITY,
      sumZ: 0,
      sumZ2: 0,
      bins: new Float64Array(bins),
      unseen: 0,
      unseenValues: new Map(),
      distinct: new Map(),
    },
  };
}

function addPane(profile: Profile, block: PaneBlock, row: number): void {
  const { numbers, bins, binIndex, unseen, distinct, distinctIndex, distinctRank } = block;
  profile.n += numbers.n[row] as number;
  profile.missing += numbers.missing[row] as number;
  profile.invalid += numbers.invalid[row] as number;
  profile.zero += numbers.zero[row] as number;
  profile.nan += numbers.nan[row] as number;
  profile.posInf += numbers.pos_inf[row] as number;
  profile.negInf += numbers.neg_inf[row] as number;
  profile.min = Math.min(profile.min, numbers.min[row] as number);
  profile.max = Math.max(profile.max, numbers.max[row] as number);
  profile.sumZ += numbers.sum_z[row] as number;
  profile.sumZ2 += numbers.sum_z2[row] as number;
  profile.unseen += numbers.unseen[row] as number;
  const target = profile.bins;
  for (let at = bins.start[row] as number; at < (bins.end[row] as number); at++) {
    const bin = binIndex[at] as number;
    target[bin] = (target[bin] as number) + (bins.counts[at] as number);
  }
  for (let at = unseen.start[row] as number; at < (unseen.end[row] as number); at++) {
    const value = block.unseenText(at);
    profile.unseenValues.set(value, (profile.unseenValues.get(value) ?? 0) + (unseen.counts[at] as number));
  }
  for (let at = distinct.start[row] as number; at < (distinct.end[row] as number); at++) {
    const index = distinctIndex[at] as number;
    const rank = distinctRank[at] as number;
    if (rank > (profile.distinct.get(index) ?? 0)) profile.distinct.set(index, rank);
  }
}

/** The first row whose pane does not start before `timeMs`. */
function firstFrom(paneMs: Float64Array, timeMs: number): number {
  let low = 0;
  let high = paneMs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((paneMs[middle] as number) < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
