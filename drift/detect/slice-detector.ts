import { type Bet, type SliceMeasure, type SliceModel, sliceSeason } from './slice-model.ts';

/** The running evidence of one {@link SliceModel}: a Shiryaev–Roberts sum a bet, see `advanceEvidence`. */
export interface SliceDetector {
  /** Counts one slice; the evidence after it. */
  update(measure: SliceMeasure): number;
  readonly evidence: number;
  /**
   * The bet that says most: the best one on the level, or else on the spread, where it has reached `enough` by itself, since
   * people know what these mean; else the one that has most of the evidence.
   */
  strongest(enough?: number): Bet | undefined;
  /** Begins anew. */
  reset(): void;
  /** A copy, shape `[bets]`. */
  sums(): number[];
}

/** A sum beyond this is an alarm by any limit, and must not become infinite. */
const sumMax = 1e250;
const largestExponent = 500;
const plainScores = ['level', 'spread'];

/** @param from sums to go on from, shape `[bets]` */
export function createSliceDetector(model: SliceModel, from?: readonly number[]): SliceDetector {
  const { bets, means, names, sliceMs, seasons, typical } = model;
  const count = bets.length;
  const { scores, rates, costs, extras, stakes } = arraysOf(model);
  const sums = from?.length === count ? new Float64Array(from) : new Float64Array(count);
  const moved = new Float64Array(names.length);
  let evidence = 0;
  for (let at = 0; at < count; at++) evidence += sums[at] as number;
  return {
    update: ({ startMs, n, sums: measured }) => {
      if (n === 0) return evidence;
      const season = sliceSeason(startMs, sliceMs, seasons);
      const more = Math.max(1, n / typical);
      for (let score = 0; score < moved.length; score++)
        moved[score] = (measured[score] as number) - n * (means[score]?.[season] as number);
      evidence = 0;
      for (let at = 0; at < count; at++) {
        const won =
          (rates[at] as number) * (moved[scores[at] as number] as number) -
          n * ((costs[at] as number) + (extras[at] as number) * more);
        const sum = Math.min(
          sumMax,
          ((sums[at] as number) + (stakes[at] as number)) * Math.exp(Math.min(largestExponent, won)),
        );
        sums[at] = sum;
        evidence += sum;
      }
      return evidence;
    },
    get evidence() {
      return evidence;
    },
    strongest: (enough = Number.POSITIVE_INFINITY) => {
      const bestOf = (score: number | undefined): number => {
        let best = -1;
        for (let at = 0; at < count; at++)
          if (
            (score === undefined || scores[at] === score) &&
            (best < 0 || (sums[at] as number) > (sums[best] as number))
          )
            best = at;
        return best;
      };
      for (const name of plainScores) {
        const best = bestOf(names.indexOf(name));
        if (best >= 0 && (sums[best] as number) >= enough) return bets[best];
      }
      return bets[bestOf(undefined)];
    },
    reset: () => {
      sums.fill(0);
      evidence = 0;
    },
    sums: () => Array.from(sums),
  };
}

interface BetArrays {
  readonly scores: Int32Array;
  readonly rates: Float64Array;
  readonly costs: Float64Array;
  readonly extras: Float64Array;
  readonly stakes: Float64Array;
}

const known = new WeakMap<SliceModel, BetArrays>();

/** A model's bets as arrays, made once: detectors are made anew from their state at every slice. */
function arraysOf(model: SliceModel): BetArrays {
  const found = known.get(model);
  if (found !== undefined) return found;
  const { bets } = model;
  const made = {
    scores: Int32Array.from(bets, ({ score }) => score),
    rates: Float64Array.from(bets, ({ rate }) => rate),
    costs: Float64Array.from(bets, ({ cost }) => cost),
    extras: Float64Array.from(bets, ({ extra }) => extra),
    stakes: Float64Array.from(bets, ({ stake }) => stake),
  };
  known.set(model, made);
  return made;
}
