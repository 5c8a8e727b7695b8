import type { JoinedSamples } from './join-frames.ts';

/** One pair of features on both sides. */
export interface PairChange {
  readonly a: string;
  readonly b: string;
  /** Of the statistic, such as the rank correlation. */
  readonly reference: number;
  readonly current: number;
  /** On Fisher's scale, current less reference. */
  readonly shift: number;
  /** The change in standard errors; about standard normal under sampling. */
  readonly z: number;
}

/** All pairs of one kind, and what they come to. */
export interface PairsMeasured {
  /** In a fixed order of pairs; `undefined` where a side has no value. */
  readonly pairs: readonly (PairChange | undefined)[];
  /** Mean of z² over the pairs there are; about 1 under sampling. 0 without pairs. */
  readonly sum: number;
  /** Greatest z². */
  readonly max: number;
  readonly greatest: PairChange | undefined;
  /** Pairs there are. */
  readonly count: number;
}

export function summarise(pairs: readonly (PairChange | undefined)[]): PairsMeasured {
  let sum = 0;
  let count = 0;
  let greatest: PairChange | undefined;
  for (const pair of pairs) {
    if (pair === undefined) continue;
    sum += pair.z * pair.z;
    count++;
    if (greatest === undefined || Math.abs(pair.z) > Math.abs(greatest.z)) greatest = pair;
  }
  return {
    pairs,
    sum: count === 0 ? 0 : sum / count,
    max: greatest === undefined ? 0 : greatest.z ** 2,
    greatest,
    count,
  };
}

/** What two sample sizes come to: `1 / (1/n + 1/m)`. */
export function effectiveSize({ nReference, nCurrent }: Pick<JoinedSamples, 'nReference' | 'nCurrent'>): number {
  return nReference === 0 || nCurrent === 0 ? 0 : 1 / (1 / nReference + 1 / nCurrent);
}
