import type { JoinedSamples } from './join-frames.ts';
import { effectiveSize, type PairChange, type PairsMeasured, summarise } from './pair-change.ts';
import { fisherZ, rankAssociation } from './rank-correlation.ts';
import { type Ranked, rankColumn, scoreRanks } from './ranks.ts';

/** Features of numbers, ranked once; any split of their rows into two groups can then be measured without sorting. */
export interface RankedFeatures {
  readonly names: readonly string[];
  readonly ranked: readonly Ranked[];
}

export function rankFeatures({ frame }: Pick<JoinedSamples, 'frame'>): RankedFeatures {
  const names: string[] = [];
  const ranked: Ranked[] = [];
  frame.fields.forEach(({ name }, at) => {
    const column = frame.columns[at];
    if (column?.kind !== 'number') return;
    names.push(name);
    ranked.push(rankColumn(column, frame.rows));
  });
  return { names, ranked };
}

/**
 * How the matrix of rank correlations has changed between the rows of group 0 and those of group 1.
 *
 * Each pair: `z = (atanh r1 - atanh r0) / √(s (1/n0 + 1/n1))`, s being the pair's own sampling variance on Fisher's scale
 * (`spreads` by {@link pairKey}; without `spreads` 1.06, which holds for normal features: Fieller, Hartley and Pearson
 * 1957, doi:10.1093/biomet/44.3-4.470). Then `sum`, the mean of z² (many pairs a little), and `max`, the greatest (one pair a lot).
 * Ranks are made within each group, so a feature that merely moved changes nothing. A pair is left out where `spreads` does not
 * know it, or where it rests on too few rows of a side ({@link leastCarriers}): three rows that differ from all others are in
 * one half or in the other, and the correlation goes from 0 to 1 with them. O(pairs · rows).
 */
export function correlationChange(
  { names, ranked }: RankedFeatures,
  samples: Pick<JoinedSamples, 'groupOf' | 'nReference' | 'nCurrent'>,
  spreads?: ReadonlyMap<string, number>,
): PairsMeasured {
  const { groupOf } = samples;
  const perSize = 1 / effectiveSize(samples);
  const scores = ranked.map((one) => {
    const into = new Float64Array(groupOf.length).fill(Number.NaN);
    scoreRanks(one, groupOf, 0, into);
    scoreRanks(one, groupOf, 1, into);
    return into;
  });
  const pairs: (PairChange | undefined)[] = [];
  for (let a = 1; a < names.length; a++) {
    for (let b = 0; b < a; b++) {
      const x = scores[a] as Float64Array;
      const y = scores[b] as Float64Array;
      const pair = { a: names[b] as string, b: names[a] as string };
      const spread = spreads === undefined ? normalSpread : spreads.get(pairKey(pair));
      const reference = spread === undefined ? undefined : rankAssociation(x, y, groupOf, 0);
      const current = reference === undefined ? undefined : rankAssociation(x, y, groupOf, 1);
      if (spread === undefined || reference === undefined || current === undefined) {
        pairs.push(undefined);
        continue;
      }
      // What random halves differ by is learnt with fewer rows on each side, of pairs that `carriedPairs` has chosen.
      if (spreads !== undefined && Math.min(reference.carriers, current.carriers) < leastCarriers) {
        pairs.push(undefined);
        continue;
      }
      const shift = fisherZ(current.r) - fisherZ(reference.r);
      const z = shift / Math.sqrt(spread * perSize);
      pairs.push({ ...pair, reference: reference.r, current: current.r, shift, z });
    }
  }
  return summarise(pairs);
}

const normalSpread = 1.06;
/** Rows, as of ranks without ties, that a pair has to rest on on each side: 19 where so many stand apart from all others. */
const leastCarriers = 60;

/** Whether a pair, by its index, rests on enough rows of all groups together: twice as many as of one side. */
export function carriedPairs({ ranked }: RankedFeatures): boolean[] {
  const carried: boolean[] = [];
  for (let a = 1; a < ranked.length; a++)
    for (let b = 0; b < a; b++) {
      const found = rankAssociation((ranked[a] as Ranked).scores, (ranked[b] as Ranked).scores);
      carried.push((found?.carriers ?? 0) >= 2 * leastCarriers);
    }
  return carried;
}

export function pairKey({ a, b }: { readonly a: string; readonly b: string }): string {
  return JSON.stringify([a, b]);
}
