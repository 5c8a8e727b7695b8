import { createRandom, type Random } from '../../common/random.ts';
import { eventsPerHour } from './family.ts';

/** What becomes of one value once the stream has changed. */
export type Effect = (value: number, random: Random) => number;

/** How a change comes about; `at` is the number of events since it began. The share of events that are changed, in [0, 1]. */
export type Course = (at: number) => number;

const rampEvents = 48 * eventsPerHour;
const halfDayEvents = 6 * eventsPerHour;

export const courses = {
  /** At once, for good. */
  sudden: () => 1,
  /** More and more events are of the new kind, all of them after two days. */
  gradual: (at) => Math.min(1, at / rampEvents),
  /** Six hours changed, six hours as before, and so on. */
  recurring: (at) => (Math.floor(at / halfDayEvents) % 2 === 0 ? 1 : 0),
} as const satisfies Record<string, Course>;

/** Changes a stream from the event `from` on; the copy is returned. */
export function changed(
  values: Float64Array,
  from: number,
  change: { readonly effect: Effect; readonly course: Course },
  seed: number,
): Float64Array {
  const random = createRandom(seed);
  return values.map((value, at) => {
    if (at < from) return value;
    const share = change.course(at - from);
    if (share <= 0 || (share < 1 && random.next() >= share)) return value;
    return change.effect(value, random);
  });
}

/** Adds `by`; in the incremental course, which needs the position, less at first. */
export const shifted =
  (by: number): Effect =>
  (value) =>
    value + by;

export const scaled =
  (by: number, around = 0): Effect =>
  (value) =>
    around + by * (value - around);

/** Two humps with the mean and the variance of the one there was. */
export const bimodal: Effect = (value) => (Math.sign(value) * (1 + 0.5 * Math.abs(value))) / 1.43104;

/** Skewed to the right, the mean 0 and the variance 1 of a standard normal kept. */
export const skewed: Effect = (value) => (Math.exp(0.5 * value) - 1.1331) / 0.6039;

/** A share of the values is `by` times as far out. */
export const tailed =
  (share: number, by: number): Effect =>
  (value, random) =>
    random.next() < share ? value * by : value;

/** A share of the events gets another category. */
export const recoded =
  (share: number, code: number): Effect =>
  (value, random) =>
    random.next() < share ? code : value;

/** Two categories change places. */
export const swapped =
  (first: number, second: number): Effect =>
  (value) =>
    value === first ? second : value === second ? first : value;

/** The product of two standard normals that are correlated: drawn anew, since the product alone does not show its parts. */
export const correlated =
  (correlation: number): Effect =>
  (_, random) => {
    const first = random.normal();
    return first * (correlation * first + Math.sqrt(1 - correlation * correlation) * random.normal());
  };

/** Moves the level further and further for two days: `by` at the end. */
export function drifting(values: Float64Array, from: number, by: number): Float64Array {
  return values.map((value, at) => (at < from ? value : value + by * Math.min(1, (at - from) / rampEvents)));
}
