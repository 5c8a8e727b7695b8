import { createRandom } from '../../common/random.ts';

import { countBelow } from '../statistics/cells.ts';
import { type Detector, isUsable } from './detector.ts';
import { normalScore } from './normal-score.ts';
import { advanceEvidence } from './shiryaev-roberts.ts';

export interface ConformalOptions {
  /** Finite values in which nothing changes, at least 20. */
  readonly reference: ArrayLike<number>;
  /** Mean number of values between two false alarms is at least this; > 1. */
  readonly valuesPerFalseAlarm: number;
  /** Ties between values are broken at random. */
  readonly seed: number;
  /** `tilts` (for changes of some size: of level, spread, tail) or the `jumper` of Vovk; `tilts`. */
  readonly bets?: 'tilts' | 'jumper';
}

export interface ConformalState {
  /** Values at or below each cut and above the one before, of the reference and since. */
  readonly counts: readonly number[];
  readonly sums: readonly number[];
  readonly random: number;
}

const cells = 512;

/**
 * A conformal test martingale, restarted at every step: each value's rank among the reference and all values since, ties
 * broken at random, is a p-value; where nothing has changed these are independent and uniform, whatever the distribution,
 * and a bet on small, large or extreme ones does not win (Vovk et al. 2021, arXiv 2102.10439; Vovk, Gammerman and Shafer
 * 2022, chapter 8). The bets' Shiryaev–Roberts sum alarms.
 *
 * Exact for exchangeable values, and for those alone: a season or autocorrelation is a change to it. Ranks are by 512
 * cells, cut at quantiles of one half of the reference and counted over the other, so memory does not grow and the p-values
 * stay exact. After the change new values count, too, and dilute the reference: it sees what happens within about as many
 * values as the reference has. O(log cells + bets) a value, and 512 additions.
 */
export function createConformal(options: ConformalOptions, from?: ConformalState): Detector<ConformalState> {
  const { reference, valuesPerFalseAlarm, seed, bets = 'tilts' } = options;
  const { cuts, counted } = halves(reference);
  const counts = new Float64Array(from?.counts ?? countsOf(counted, cuts));
  const kind = bets === 'tilts' ? tilts : jumper;
  const random = createRandom(from?.random ?? seed);
  const sums: number[] = [...(from?.sums ?? new Array<number>(kind.count).fill(0))];
  let all = counts.reduce((sum, count) => sum + count, 0);
  const wins = new Float64Array(kind.count);
  return {
    update: (value) => {
      if (!isUsable(value)) return false;
      const cell = countBelow(cuts, value, false);
      counts[cell] = (counts[cell] as number) + 1;
      all++;
      let above = 0;
      for (let at = cell + 1; at < counts.length; at++) above += counts[at] as number;
      const p = (above + (1 - random.next()) * (counts[cell] as number)) / all;
      kind.bet(p, wins);
      const alarm = advanceEvidence(sums, wins, kind.jump) >= valuesPerFalseAlarm;
      if (alarm) sums.fill(0);
      return alarm;
    },
    state: () => ({ counts: [...counts], sums: [...sums], random: random.state() }),
  };
}

interface Bets {
  readonly count: number;
  readonly jump: number;
  /** Fills `wins`; each has a mean of 1 for uniform p. */
  bet(p: number, wins: Float64Array): void;
}

const shifts = [-1.5, -1, -0.5, -0.25, 0.25, 0.5, 1, 1.5];
const spreads = [0.5, 0.75, 1.25, 1.5, 2];

/** Normal scores of the p-values, bet on as if they had moved by a shift or spread out by a factor. */
const tilts: Bets = {
  count: shifts.length + spreads.length,
  jump: 0,
  bet: (p, wins) => {
    const z = normalScore(Math.min(1 - 1e-9, Math.max(1e-9, p)));
    shifts.forEach((shift, at) => {
      wins[at] = Math.exp(shift * z - (shift * shift) / 2);
    });
    spreads.forEach((spread, at) => {
      wins[shifts.length + at] = Math.exp((z * z * (1 - 1 / (spread * spread))) / 2) / spread;
    });
  },
};

const slopes = [-1, 0, 1];

const jumper: Bets = {
  count: slopes.length,
  jump: 0.01,
  bet: (p, wins) => {
    slopes.forEach((slope, at) => {
      wins[at] = 1 + slope * (p - 0.5);
    });
  },
};

/** Every second value makes the cuts, the others are counted. */
function halves(reference: ArrayLike<number>): { readonly cuts: Float64Array; readonly counted: Float64Array } {
  const half = reference.length >> 1;
  const first = Float64Array.from({ length: half }, (_, at) => reference[2 * at] as number).sort();
  const counted = Float64Array.from({ length: half }, (_, at) => reference[2 * at + 1] as number);
  const cuts = new Set<number>();
  for (let part = 1; part < cells; part++) cuts.add(first[Math.floor((part * half) / cells)] as number);
  return { cuts: Float64Array.from(cuts).sort(), counted };
}

function countsOf(values: Float64Array, cuts: Float64Array): Float64Array {
  const counts = new Float64Array(cuts.length + 1);
  for (const value of values) {
    const cell = countBelow(cuts, value, false);
    counts[cell] = (counts[cell] as number) + 1;
  }
  return counts;
}
