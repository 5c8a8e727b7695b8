import { formatNumber, formatShare } from '../cause/words.ts';
import { wilsonInterval } from '../statistics/wilson.ts';
import { missingStory } from './missing-story.ts';
import { median, numberStory, quantile } from './number-story.ts';
import { minShare, type PairStory } from './pair-story.ts';
import { readText } from './paired-column.ts';
import type { FeatureTally } from './tally.ts';
import { textStory } from './text-story.ts';
import { timeStory } from './time-story.ts';
import type { Measure, PairValue, ValuePair } from './value-pair.ts';

/** One feature of the joined events. Names as in the command's JSON. */
export interface FeatureSkew {
  readonly name: string;
  readonly compared_as: Measure;
  readonly pairs: number;
  /** Pairs with a value on both sides. */
  readonly compared: number;
  readonly mismatches: number;
  /** Of `compared`, with the 95 % interval for the case that the pairs are a sample; null where nothing was compared. */
  readonly mismatch_rate: { readonly value: number; readonly low: number; readonly high: number } | null;
  readonly both_missing: number;
  readonly missing_in_training: number;
  readonly missing_in_serving: number;
  /** Of `pairs`: those of which one side alone has no value. */
  readonly one_sided_rate: number;
  /** serving - training of the differing numbers (times: in ms), from at most `of` pairs; null for text. */
  readonly differences: Differences | null;
  readonly stories: readonly PairStory[];
  readonly examples: readonly ValuePair[];
  /** Mismatches or values on one side only beyond what is allowed. */
  readonly failed: boolean;
  readonly why: string;
}

export interface Differences {
  readonly of: number;
  readonly median: number;
  readonly p05: number;
  readonly p95: number;
  /** Share of the differing pairs in which serving is the larger. */
  readonly larger: number;
}

const examplesMax = 3;

/** What a tally says: rates with their uncertainty, how the values differ, examples. The worst feature first. */
export function reportSkew(tallies: readonly FeatureTally[], maxMismatch: number): FeatureSkew[] {
  return tallies
    .map((tally) => skewOf(tally, maxMismatch))
    .sort((a, b) => Number(b.failed) - Number(a.failed) || badness(b) - badness(a) || (a.name < b.name ? -1 : 1));
}

function badness({ mismatch_rate, one_sided_rate }: FeatureSkew): number {
  return Math.max(mismatch_rate?.value ?? 0, one_sided_rate);
}

function skewOf(tally: FeatureTally, maxMismatch: number): FeatureSkew {
  const { mismatches, bothPresent: compared, pairs } = tally;
  const oneSided = tally.missingInServing + tally.missingInTraining;
  const rate = compared === 0 ? null : { value: mismatches / compared, ...wilsonInterval(mismatches, compared) };
  const oneSidedRate = pairs === 0 ? 0 : oneSided / pairs;
  const numbers = tally.measure === 'text' ? [] : numbersOf(tally);
  const stories = [
    valueStory(tally, numbers),
    missingStory(tally.oneSided, 'serving'),
    missingStory(tally.oneSided, 'training'),
  ].filter((story) => story !== undefined);
  const skew = {
    name: tally.name,
    compared_as: tally.measure,
    pairs,
    compared,
    mismatches,
    mismatch_rate: rate,
    both_missing: tally.bothMissing,
    missing_in_training: tally.missingInTraining,
    missing_in_serving: tally.missingInServing,
    one_sided_rate: oneSidedRate,
    differences: differencesOf(numbers),
    stories,
    examples: examplesOf(tally),
    failed: (rate?.value ?? 0) > maxMismatch || oneSidedRate > maxMismatch,
  };
  return { ...skew, why: whyOf(skew) };
}

/** Times as ISO 8601. */
function examplesOf({ sample, oneSided, measure }: FeatureTally): ValuePair[] {
  const shown = (value: PairValue): PairValue =>
    measure === 'time' && typeof value === 'number' && Math.abs(value) <= 8.64e15
      ? new Date(value).toISOString()
      : value;
  return [...sample.slice(0, examplesMax), ...oneSided.slice(0, examplesMax)]
    .slice(0, examplesMax + 1)
    .map(({ key, training, serving }) => ({ key, training: shown(training), serving: shown(serving) }));
}

function numbersOf({ sample, measure }: FeatureTally): (readonly [number, number])[] {
  const read = (value: PairValue): number | undefined =>
    typeof value === 'string' ? readText(value, measure) : (value ?? undefined);
  return sample.flatMap(({ training, serving }): (readonly [number, number])[] => {
    const [a, b] = [read(training), read(serving)];
    return a === undefined || b === undefined || !Number.isFinite(a) || !Number.isFinite(b) ? [] : [[a, b]];
  });
}

function valueStory(tally: FeatureTally, numbers: readonly (readonly [number, number])[]): PairStory | undefined {
  const { sample, measure } = tally;
  if (measure === 'text')
    return textStory(sample.map(({ training, serving }) => [String(training), String(serving)] as const));
  const unreadable = sample.length - numbers.length;
  if (sample.length > 0 && unreadable >= minShare * sample.length)
    return unreadableStory(sample, measure, unreadable / sample.length);
  return measure === 'time' ? timeStory(numbers, sample.length) : numberStory(numbers, sample.length, tally.agreed);
}

function unreadableStory(sample: readonly ValuePair[], measure: Measure, share: number): PairStory {
  const strange = (value: PairValue): boolean => typeof value === 'string' && readText(value, measure) === undefined;
  const where = sample.filter(({ serving }) => strange(serving)).length * 2 >= sample.length ? 'serving' : 'training';
  const what = measure === 'time' ? 'text that is no time' : 'text that is no number, NaN or infinity';
  return {
    kind: 'unreadable',
    share,
    text: where === 'serving' ? `has ${what}` : `differs where training has ${what}`,
  };
}

function differencesOf(numbers: readonly (readonly [number, number])[]): Differences | null {
  if (numbers.length === 0) return null;
  const differences = numbers.map(([a, b]) => b - a);
  return {
    of: numbers.length,
    median: median(differences),
    p05: quantile(differences, 0.05),
    p95: quantile(differences, 0.95),
    larger: differences.filter((difference) => difference > 0).length / differences.length,
  };
}

function whyOf(skew: Omit<FeatureSkew, 'why'>): string {
  const { mismatch_rate: rate, mismatches, compared, stories, pairs, differences } = skew;
  if (pairs === 0) return 'no pairs';
  const parts: string[] = [];
  if (rate === null) parts.push('no pair has a value on both sides');
  else if (mismatches === 0) parts.push(`equal in all ${compared} pairs`);
  else parts.push(`differs in ${mismatches} of ${compared} pairs (${formatShare(rate.value)}${intervalWords(rate)})`);
  const [of] = stories.filter(({ kind }) => kind !== 'missing-instead');
  if (of !== undefined)
    parts.push(`serving ${of.text}${of.share < 0.995 ? ` (${formatShare(of.share)} of what differs)` : ''}`);
  else if (differences !== null)
    parts.push(
      `serving less training: median ${formatNumber(differences.median)}, 5 to 95 % ${formatNumber(differences.p05)} to ${formatNumber(differences.p95)}`,
    );
  if (skew.missing_in_serving > 0) parts.push(missingWords('serving', skew.missing_in_serving, pairs));
  if (skew.missing_in_training > 0) parts.push(missingWords('training', skew.missing_in_training, pairs));
  for (const story of stories) if (story.kind === 'missing-instead') parts.push(`serving ${story.text}`);
  return parts.join('; ');
}

/** Nothing where it is as narrow as the digits that are shown. */
function intervalWords({ low, high }: { readonly low: number; readonly high: number }): string {
  const [from, to] = [formatShare(low), formatShare(high)];
  return from === to ? '' : `, 95 % interval ${from} to ${to}`;
}

function missingWords(side: string, count: number, pairs: number): string {
  return `missing in ${side} alone in ${count} pairs (${formatShare(count / pairs)})`;
}
