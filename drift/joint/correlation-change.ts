import type { JoinedSamples } from './join-frames.ts';
import { effectiveSize, type PairChange, type PairsMeasured, summarise } from './pair-change.ts';
import { fisherZ, rankCorrelation } from './rank-correlation.ts';
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
 * (`spreads` by {@link pairKey}; 1.06 where it is not known, which holds for normal features: Fieller, Hartley and Pearson
 * 1957, doi:10.1093/biomet/44.3-4.470). Then `sum`, the mean of z² (many pairs a little), and `max`, the greatest (one pair a lot).
 * Ranks are made within each group, so a feature that merely moved changes nothing. O(pairs · rows).
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
      const reference = rankCorrelation(x, y, groupOf, 0);
      const current = rankCorrelation(x, y, groupOf, 1);
      const pair = { a: names[b] as string, b: names[a] as string };
      const spread = spreads?.get(pairKey(pair)) ?? normalSpread;
      if (reference === undefined || current === undefined) {
        pairs.push(undefined);
        continue;
      }
      const shift = fisherZ(current) - fisherZ(reference);
      const z = shift / Math.sqrt(spread * perSize);
      pairs.push({ ...pair, reference, current, shift, z });
    }
  }
  return summarise(pairs);
}

export const normalSpread = 1.06;

export function pairKey({ a, b }: { readonly a: string; readonly b: string }): string {
  return JSON.stringify([a, b]);
}
