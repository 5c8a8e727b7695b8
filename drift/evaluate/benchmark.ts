import { createRandom } from '../../common/random.ts';
import type { Case } from './cases.ts';
import type { Contestant } from './contestant.ts';
import { eventsPerHour, type Family, hoursPerWeek } from './family.ts';
import { type Prepared, prepare, type Run } from './run.ts';

export interface BenchmarkOptions {
  readonly referenceWeeks: number;
  /** Streams without a change, and how long each is. */
  readonly nullRuns: number;
  readonly nullWeeks: number;
  /** Every knob is turned to at most this many on those. */
  readonly falseAlarmsPerWeek: number;
  readonly runsPerCase: number;
  /** A change that is not found within this time counts with it. */
  readonly horizonHours: number;
  readonly seed: number;
}

/** One family's streams: the same for every contestant. */
export interface Field {
  readonly family: Family;
  readonly options: BenchmarkOptions;
  readonly quiet: readonly Run[];
  readonly cases: readonly { readonly name: string; readonly runs: readonly ChangedRun[] }[];
}

interface ChangedRun {
  readonly run: Run;
  /** Events before the change. */
  readonly from: number;
}

/** How one contestant did in one field. */
export interface Score {
  readonly contestant: string;
  readonly kind: Contestant['kind'];
  readonly level: number;
  /** On the streams without a change, with the knob at its level. */
  readonly falseAlarmsPerWeek: number;
  /** No position of the knob has few enough false alarms: it is out of the running. */
  readonly unfit: boolean;
  readonly cases: readonly CaseScore[];
}

export interface CaseScore {
  readonly name: string;
  /** Events from the change to the first alarm, on average; a change that was not found counts as the horizon. */
  readonly delay: number;
  /** Share of runs in which it was found. */
  readonly found: number;
}

const quietHours = 72;

/** A reference goes before every stream; a change comes three to four days after it, at any event of a window. */
export function prepareField(family: Family, cases: readonly Case[], options: BenchmarkOptions): Field {
  const { nullRuns, nullWeeks, runsPerCase, referenceWeeks, horizonHours, seed } = options;
  const references = Array.from({ length: Math.max(nullRuns, runsPerCase) }, (_, at) =>
    prepare(family, seed + at, referenceWeeks),
  );
  const stream = (at: number, hours: number, offset: number): { prepared: Prepared; values: Float64Array } => ({
    prepared: references[at] as Prepared,
    values: family.values(seed + offset + at, hours),
  });
  const hours = quietHours + 24 + horizonHours;
  return {
    family,
    options,
    quiet: Array.from({ length: nullRuns }, (_, at) => stream(at, nullWeeks * hoursPerWeek, 1000)),
    cases: cases
      .filter((one) => one.family === family.name)
      .map((one) => ({
        name: one.name,
        runs: Array.from({ length: runsPerCase }, (_, at): ChangedRun => {
          const random = createRandom(seed + 2000 + at);
          const from = quietHours * eventsPerHour + random.below(24 * eventsPerHour);
          const { prepared, values } = stream(at, hours, 3000);
          const watched = values.subarray(0, from + horizonHours * eventsPerHour);
          return { run: { prepared, values: one.apply(watched, from, seed + at) }, from };
        }),
      })),
  };
}

/** Turns the contestant's knob on the streams without a change, then lets it find the changes. */
export function compete(field: Field, contestant: Contestant): Score {
  const { nullRuns, nullWeeks, horizonHours, falseAlarmsPerWeek } = field.options;
  const weeks = nullRuns * nullWeeks;
  const horizon = horizonHours * eventsPerHour;
  const { level, alarms } = turn(contestant, field.quiet, falseAlarmsPerWeek * weeks);
  return {
    contestant: contestant.name,
    kind: contestant.kind,
    level,
    falseAlarmsPerWeek: alarms / weeks,
    unfit: alarms > falseAlarmsPerWeek * weeks,
    cases: field.cases.map(({ name, runs }): CaseScore => {
      const delays = runs.map(({ run, from }) => {
        const alarm = contestant
          .read(run)(level)
          .find((at) => at > from);
        return alarm === undefined ? horizon : Math.min(horizon, alarm - from);
      });
      return {
        name,
        delay: delays.reduce((sum, delay) => sum + delay, 0) / delays.length,
        found: delays.filter((delay) => delay < horizon).length / delays.length,
      };
    }),
  };
}

/** The last position of the knob with at most so many alarms, by halving; the first where even that has more. */
function turn(
  contestant: Contestant,
  quiet: readonly Run[],
  allowed: number,
): { readonly level: number; readonly alarms: number } {
  const readings = quiet.map((run) => contestant.read(run));
  const levelAt = (position: number): number => contestant.levels[position] as number;
  const alarmsAt = (position: number): number => {
    let sum = 0;
    for (const alarms of readings) {
      sum += alarms(levelAt(position)).length;
      // Too many are too many.
      if (sum > allowed && position > 0) break;
    }
    return sum;
  };
  let low = -1;
  let high = contestant.levels.length;
  let alarms = 0;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const found = alarmsAt(middle);
    if (found <= allowed) {
      low = middle;
      alarms = found;
    } else high = middle;
  }
  return low < 0 ? { level: levelAt(0), alarms: alarmsAt(0) } : { level: levelAt(low), alarms };
}
