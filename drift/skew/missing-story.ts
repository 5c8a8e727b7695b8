import { formatNumber, formatShare } from '../cause/words.ts';
import { quoted } from '../compare/words.ts';
import { minPairs, mostFrequent, type PairStory } from './pair-story.ts';
import type { ValuePair } from './value-pair.ts';

/** The value that stands on the other side has to be this frequent there. */
const minSame = 0.8;

/**
 * Pairs of which one side has no value: does the other have one and the same, such as 0 where nothing is meant? `side` is the
 * one without.
 */
export function missingStory(pairs: readonly ValuePair[], side: 'training' | 'serving'): PairStory | undefined {
  const other = side === 'training' ? 'serving' : 'training';
  const values = pairs.filter((pair) => pair[side] === null).map((pair) => pair[other]);
  const frequent = mostFrequent(values);
  if (frequent === undefined || values.length < minPairs || frequent.share < minSame) return undefined;
  const { value, share } = frequent;
  const name = typeof value === 'number' ? formatNumber(value) : quoted(value ?? '');
  const text =
    side === 'serving'
      ? `has nothing where training has ${name} (${formatShare(share)} of them): missing instead of ${name}?`
      : `has ${name} where training has nothing (${formatShare(share)} of them): ${name} instead of missing?`;
  return { kind: 'missing-instead', share, text };
}
