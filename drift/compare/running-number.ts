import { type Compared, type Effects, statistic } from './comparison.ts';
import { withoutCounts } from './of-counts.ts';
import { withoutNumbers } from './of-numbers.ts';
import { short } from './words.ts';

const minValues = 100;
/** Of the values of a side, at least so many are different ones. */
const distinctShare = 0.95;

/**
 * Whole numbers that hardly repeat, and of which the current ones begin where those of the reference end (or end where they
 * begin): numbers of orders, or times as a count. Both ascending and finite, neither empty.
 */
export function isRunningNumber(reference: Float64Array, current: Float64Array): boolean {
  if (reference.length < minValues || current.length < minValues) return false;
  const [first, last] = [reference[0] as number, reference[reference.length - 1] as number];
  const apart = (current[0] as number) >= last || (current[current.length - 1] as number) <= first;
  return apart && hardlyRepeats(reference) && hardlyRepeats(current);
}

function hardlyRepeats(sorted: Float64Array): boolean {
  let distinct = 1;
  for (let at = 0; at < sorted.length; at++) {
    if (!Number.isInteger(sorted[at])) return false;
    if (at > 0 && sorted[at] !== sorted[at - 1]) distinct++;
  }
  return distinct >= distinctShare * sorted.length;
}

/** A running number goes on by its nature: what it was and is, without a judgement. */
export function compareRunningNumbers(reference: Float64Array, current: Float64Array, _effects: Effects): Compared {
  const reason = 'a running number is not compared by value';
  const [from, to] = [reference[0] as number, reference[reference.length - 1] as number];
  const [fromNow, toNow] = [current[0] as number, current[current.length - 1] as number];
  return {
    type: 'identifier',
    statistics: {
      ...withoutCounts(reason),
      ...withoutNumbers(reason),
      min_reference: statistic(from, reason),
      max_reference: statistic(to, reason),
      min_current: statistic(fromNow, reason),
      max_current: statistic(toNow, reason),
    },
    findings: [],
    distance: 0,
    calm: `a running number that goes on: ${short(from)} to ${short(to)}, then ${short(fromNow)} to ${short(toNow)}; not judged`,
    unjudged: true,
  };
}
