import { chanceDivergence } from '../statistics/chance-divergence.ts';
import { chiSquare } from '../statistics/contingency.ts';
import { type Compared, type Effects, type Statistic, statistic } from './comparison.ts';
import { compareNumbers } from './numeric.ts';
import { withoutCounts } from './of-counts.ts';
import { withoutNumbers } from './of-numbers.ts';
import { probability, short } from './words.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * Times, ms since 1970, finite and ascending. Where both sides cover about the same span they are compared as numbers. Where
 * they do not, one data set is simply later than the other: only the hour of day (UTC) is compared, and only if both
 * cover two days or more.
 */
export function compareTimestamps(reference: Float64Array, current: Float64Array, effects: Effects): Compared {
  const format = (ms: number): string => (Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : short(ms));
  if (sameSpan(reference, current))
    return { ...compareNumbers(reference, current, effects, format), type: 'timestamp' };
  const later = `the two sides cover other times (${format(reference[0] as number)} to ${format(reference.at(-1) as number)}, then ${format(current[0] as number)} to ${format(current.at(-1) as number)})`;
  const before = hoursOf(reference);
  const now = hoursOf(current);
  const chance = chanceDivergence(before, now);
  const pValue = chiSquare(before, now)?.pValue ?? 1;
  const wholeDays = spanOf(reference) >= 2 * dayMs && spanOf(current) >= 2 * dayMs;
  const statistics: Record<string, Statistic> = {
    ...withoutCounts('the two sides cover other times'),
    ...withoutNumbers('the two sides cover other times'),
    min_reference: { value: reference[0] as number },
    max_reference: { value: reference.at(-1) as number },
    min_current: { value: current[0] as number },
    max_current: { value: current.at(-1) as number },
    hour_of_day_js_distance: statistic(Math.sqrt(chance?.bits ?? 0), 'a side has no values', {
      unit: 'root of bits',
      base: 2,
      p_value: pValue,
    }),
  };
  const excess = wholeDays ? (chance?.excessDistance ?? 0) : 0;
  return {
    type: 'timestamp',
    statistics,
    findings: wholeDays
      ? [
          {
            pValue,
            effect: excess / effects.jsDistance,
            words: `the hours of day changed${zoneWords(before, now, excess)}: JS distance ${short(excess)} (base 2) beyond chance, ${probability(pValue)} by chi-square; ${later}`,
          },
        ]
      : [],
    distance: excess,
    calm: wholeDays ? `${later}; the hours of day are as before` : `${later}; not judged`,
    ...(wholeDays ? {} : { unjudged: true as const }),
  };
}

/** Times of day, ms since midnight, finite and ascending. */
export function compareTimesOfDay(reference: Float64Array, current: Float64Array, effects: Effects): Compared {
  const format = (ms: number): string => new Date(ms).toISOString().slice(11, 19);
  return { ...compareNumbers(reference, current, effects, format), type: 'timestamp' };
}

function spanOf(sorted: Float64Array): number {
  return (sorted.at(-1) as number) - (sorted[0] as number);
}

/** The common span is at least half of each side's own. */
function sameSpan(reference: Float64Array, current: Float64Array): boolean {
  const from = Math.max(reference[0] as number, current[0] as number);
  const to = Math.min(reference.at(-1) as number, current.at(-1) as number);
  const longest = Math.max(spanOf(reference), spanOf(current));
  return longest === 0 ? from === to : to - from >= longest / 2;
}

/** A turn of the clock that leaves less than half of the distance is what happened. */
function zoneWords(before: Float64Array, now: Float64Array, excess: number): string {
  let best = { hours: 0, left: excess / 2 };
  for (let hours = -12; hours <= 14; hours++) {
    const turned = before.map((_, hour) => before[(hour - hours + 48) % 24] as number);
    const left = chanceDivergence(turned, now)?.excessDistance ?? excess;
    if (left < best.left) best = { hours, left };
  }
  const { hours } = best;
  return hours === 0
    ? ''
    : ` as if all times were ${Math.abs(hours)} h ${hours > 0 ? 'later' : 'earlier'} (a time zone?)`;
}

function hoursOf(sorted: Float64Array): Float64Array {
  const hours = new Float64Array(24);
  for (const time of sorted) {
    const hour = Math.floor((((time % dayMs) + dayMs) % dayMs) / hourMs);
    hours[hour] = (hours[hour] as number) + 1;
  }
  return hours;
}
