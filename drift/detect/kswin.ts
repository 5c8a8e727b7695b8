import { createRandom } from '../../common/random.ts';
import { type Detector, isUsable } from './detector.ts';

export interface KswinOptions {
  /** An alarm where the test's p-value is at most this, in (0, 1); 0.005. */
  readonly alpha?: number;
  /** Values remembered; 100. */
  readonly windowSize?: number;
  /** The latest so many values are compared with as many drawn from the older ones; at most half the window; 30. */
  readonly statSize?: number;
  readonly seed: number;
}

export interface KswinState {
  /** The latest values, oldest first. */
  readonly window: readonly number[];
  readonly random: number;
}

/** A difference of distribution functions below this is no alarm, however small p is. */
const leastDifference = 0.1;

/**
 * KSWIN: after each value a two-sample Kolmogorov–Smirnov test of the latest values against a random draw, without
 * replacement, from the older ones in the window, with the exact p-value for two samples of one size.
 *
 * As in river's KSWIN (Raab, Heusinger and Schleif 2020, doi:10.1016/j.neucom.2019.11.111), but for the source of random
 * numbers, which here is seeded and portable. O(statSize · log statSize) a value.
 */
export function createKswin(options: KswinOptions, from?: KswinState): Detector<KswinState> {
  const { alpha = 0.005, windowSize = 100, statSize = 30, seed } = options;
  const tails = kolmogorovTails(statSize);
  let random = createRandom(from?.random ?? seed);
  let window: number[] = [...(from?.window ?? [])];
  const older = windowSize - statSize;
  const order = Int32Array.from({ length: older }, (_, at) => at);
  const drawn = new Float64Array(statSize);
  const latest = new Float64Array(statSize);
  return {
    update: (value) => {
      if (!isUsable(value)) return false;
      if (window.length === windowSize) window.shift();
      window.push(value);
      if (window.length < windowSize) return false;
      for (let at = 0; at < older; at++) order[at] = at;
      for (let at = 0; at < statSize; at++) {
        const other = at + random.below(older - at);
        const chosen = order[other] as number;
        order[other] = order[at] as number;
        order[at] = chosen;
        insertSorted(drawn, at, window[chosen] as number);
        insertSorted(latest, at, window[older + at] as number);
      }
      const steps = largestDifference(drawn, latest);
      const alarm = (tails[steps] as number) <= alpha && steps / statSize > leastDifference;
      if (alarm) {
        window = [];
        random = createRandom(seed);
      }
      return alarm;
    },
    state: () => ({ window: [...window], random: random.state() }),
  };
}

/** Puts a value among the first `count` ones, which are ascending: for thirty values faster than sorting. */
function insertSorted(into: Float64Array, count: number, value: number): void {
  let at = count;
  while (at > 0 && (into[at - 1] as number) > value) {
    into[at] = into[at - 1] as number;
    at--;
  }
  into[at] = value;
}

/** n times the largest difference of the distribution functions of two ascending samples of n values each. */
function largestDifference(first: Float64Array, second: Float64Array): number {
  const n = first.length;
  let i = 0;
  let j = 0;
  let largest = 0;
  while (i < n && j < n) {
    const value = Math.min(first[i] as number, second[j] as number);
    while (i < n && first[i] === value) i++;
    while (j < n && second[j] === value) j++;
    largest = Math.max(largest, Math.abs(i - j));
  }
  return largest;
}

/**
 * P(n D >= k) for two samples of n values each and k = 0 … n: `2 Σ (-1)^(j+1) C(2n, n - jk) / C(2n, n)` over j >= 1
 * (Gnedenko and Korolyuk 1951).
 */
export function kolmogorovTails(n: number): Float64Array {
  return Float64Array.from({ length: n + 1 }, (_, k) => {
    if (k === 0) return 1;
    let sum = 0;
    for (let j = 1; j * k <= n; j++) {
      let ratio = 1;
      for (let step = 1; step <= j * k; step++) ratio *= (n - j * k + step) / (n + step);
      sum += j % 2 === 1 ? ratio : -ratio;
    }
    return Math.min(1, Math.max(0, 2 * sum));
  });
}
