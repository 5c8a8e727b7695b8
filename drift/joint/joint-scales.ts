import type { Frame } from '../../common/feature.ts';
import { createRandom } from '../../common/random.ts';
import { carriedPairs, correlationChange, pairKey, rankFeatures } from './correlation-change.ts';
import { countFeatures, informationChange } from './information-change.ts';
import { halvesOf } from './join-frames.ts';
import type { JointScale, JointTest } from './joint-tests.ts';
import { type PairsMeasured, summarise } from './pair-change.ts';

/** Random halves that are measured. */
const splits = 64;
/** With fewer rows the halves say nothing. */
export const minSampleRows = 200;

/** What two samples of one distribution differ by, for the features of one reference. */
export interface JointScales {
  readonly features: readonly string[];
  /** Sampling variance of each pair's rank correlation on Fisher's scale, times the effective size; at least 1. Not of pairs that rest on too few rows. */
  readonly spreads: ReadonlyMap<string, number>;
  readonly tests: Readonly<Record<JointTest, JointScale>>;
}

/**
 * Splits a sample into random halves, 64 times, and looks at what they differ by. Pairs of one data set move together (a fare
 * goes with distance and with time), so the sum over pairs has fewer degrees of freedom than pairs: `2 mean² / variance` over
 * the splits, a fifth taken off for their small number. Undefined below 200 rows. The same sample gives the same scales.
 */
export function learnScales(sample: Frame, features: readonly string[]): JointScales | undefined {
  if (sample.rows < minSampleRows) return undefined;
  const random = createRandom(1);
  const whole = halvesOf(sample, features);
  const ranked = rankFeatures(whole);
  const carried = carriedPairs(ranked);
  const counted = countFeatures(whole);
  const correlations: PairsMeasured[] = [];
  const informations: PairsMeasured[] = [];
  for (let split = 0; split < splits; split++) {
    const groupOf = randomHalf(sample.rows, random);
    const nCurrent = sample.rows >> 1;
    const sides = { groupOf, nCurrent, nReference: sample.rows - nCurrent };
    const { pairs } = correlationChange(ranked, sides);
    correlations.push(summarise(pairs.map((pair, at) => (carried[at] === true ? pair : undefined))));
    informations.push(informationChange(counted, sides));
  }
  const effective = 1 / (1 / (sample.rows >> 1) + 1 / (sample.rows - (sample.rows >> 1)));
  const spreads = spreadsOf(correlations, effective);
  const standardised = correlations.map(({ pairs }) =>
    pairs.flatMap((pair) =>
      pair === undefined ? [] : [(pair.shift * pair.shift * effective) / (spreads.get(pairKey(pair)) ?? 1)],
    ),
  );
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, one) => sum + one, 0) / Math.max(1, values.length);
  return {
    features: whole.frame.fields.map(({ name }) => name),
    spreads,
    tests: {
      correlation_sum: scaleOf(standardised.map(mean)),
      correlation_max: scaleOf(standardised.map((scores) => Math.max(0, ...scores))),
      mutual_information_sum: scaleOf(informations.map(({ sum }) => sum)),
      mutual_information_max: scaleOf(informations.map(({ max }) => max)),
      reconstruction_error: { scale: 1, degrees: 1 },
      domain_auc: { scale: 0.5, degrees: 1 },
    },
  };
}

function randomHalf(rows: number, random: { below(bound: number): number }): Uint8Array {
  const groupOf = new Uint8Array(rows).fill(1, rows - (rows >> 1));
  for (let at = rows - 1; at > 0; at--) {
    const other = random.below(at + 1);
    const moved = groupOf[at] as number;
    groupOf[at] = groupOf[other] as number;
    groupOf[other] = moved;
  }
  return groupOf;
}

function spreadsOf(measured: readonly PairsMeasured[], effective: number): Map<string, number> {
  const sums = new Map<string, { squares: number; count: number }>();
  for (const { pairs } of measured)
    for (const pair of pairs) {
      if (pair === undefined) continue;
      const known = sums.get(pairKey(pair)) ?? { squares: 0, count: 0 };
      known.squares += pair.shift * pair.shift;
      known.count++;
      sums.set(pairKey(pair), known);
    }
  // Below 1, which holds for independent features, a pair would be judged by its own regularity: a timetable.
  return new Map([...sums].map(([key, { squares, count }]) => [key, Math.max(1, (squares / count) * effective)]));
}

function scaleOf(scores: readonly number[]): JointScale {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  if (!(mean > 0)) return { scale: 1, degrees: 1 };
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (scores.length - 1);
  return { scale: mean, degrees: variance > 0 ? Math.max(1, (0.8 * 2 * mean * mean) / variance) : 1 };
}
