import { type Detector, isUsable } from './detector.ts';

export interface PageHinkleyOptions {
  /** Changes of the mean smaller than this, in the unit of the values, are not looked for; >= 0, 0.005. */
  readonly delta?: number;
  /** How far the sum has to rise above its lowest point, in the unit of the values; > 0, 50. */
  readonly threshold?: number;
  /** What the sums keep of themselves at each value, in (0, 1]; 0.9999. */
  readonly keep?: number;
  /** No alarm before so many values; 30. */
  readonly minValues?: number;
}

export interface PageHinkleyState {
  readonly n: number;
  readonly mean: number;
  readonly rise: number;
  readonly fall: number;
  /** Null before the first value. */
  readonly lowestRise: number | null;
  readonly highestFall: number;
}

/**
 * The Page–Hinkley test for a change of the mean in either direction: the sum of deviations from the running mean, less what
 * is tolerated, against the lowest it has been.
 *
 * As in river's PageHinkley, its defaults included (Page 1954, doi:10.1093/biomet/41.1-2.100; Hinkley 1971,
 * doi:10.1093/biomet/58.3.509). It depends on the values' unit: standardise them. O(1).
 */
export function createPageHinkley(
  options: PageHinkleyOptions = {},
  from?: PageHinkleyState,
): Detector<PageHinkleyState> {
  const { delta = 0.005, threshold = 50, keep = 1 - 0.0001, minValues = 30 } = options;
  let n = from?.n ?? 0;
  let mean = from?.mean ?? 0;
  let rise = from?.rise ?? 0;
  let fall = from?.fall ?? 0;
  let lowestRise = from?.lowestRise ?? Number.POSITIVE_INFINITY;
  let highestFall = from?.highestFall ?? -1;
  return {
    update: (value) => {
      if (!isUsable(value)) return false;
      n++;
      mean += (1 / n) * (value - mean);
      const deviation = value - mean;
      rise = keep * rise + deviation - delta;
      fall = keep * fall + deviation + delta;
      lowestRise = Math.min(lowestRise, rise);
      highestFall = Math.max(highestFall, fall);
      const alarm = n >= minValues && (rise - lowestRise > threshold || highestFall - fall > threshold);
      if (alarm) {
        n = mean = rise = fall = 0;
        lowestRise = Number.POSITIVE_INFINITY;
        highestFall = -1;
      }
      return alarm;
    },
    state: () => ({ n, mean, rise, fall, lowestRise: n === 0 ? null : lowestRise, highestFall }),
  };
}
