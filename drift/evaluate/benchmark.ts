import { createRandom } from '../../common/random.ts';
import type { Case } from './cases.ts';
import type { Contestant } from './contestant.ts';
import { eventsPerHour, type Family, hoursPerWeek } from './family.ts';
import { type Prepared, prepare, type Run } from './run.ts';

export interface BenchmarkOptions {
  readonly contestants: readonly Contestant[];
  readonly cases: readonly Case[];
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

export interface Matched {
  readonly contestant: string;
  readonly level: number;
  readonly falseAlarmsPerWeek: number;
}

export interface CaseResult {
  readonly family: string;
  readonly name: string;
  readonly delays: readonly Delay[];
}

export interface Delay {
  readonly contestant: string;
  /** Events from the change to the first alarm, a change that was not found counting as the horizon. */
  readonly mean: number;
  /** Share of runs in which it was found. */
  readonly found: number;
}

export interface FamilyResult {
  readonly family: string;
  readonly description: string;
  readonly matched: readonly Matched[];
  readonly cases: readonly CaseResult[];
}

const quietHours = 72;

/**
 * One family of streams: knobs are turned on its streams without a change, then its cases are run. A reference goes before
 * every stream; the change comes three to four days after it, at any event of a window.
 */
export function runFamily(family: Family, options: BenchmarkOptions, say: (text: string) => void): FamilyResult {
  const { contestants, nullRuns, runsPerCase, referenceWeeks, seed } = options;
  const references = Array.from({ length: Math.max(nullRuns, runsPerCase) }, (_, at) =>
    prepare(family, seed + at, referenceWeeks),
  );
  say(`${family.name}: ${references.length} references`);
  const matched = contestants.map((contestant) => {
    const one = match(contestant, references, options);
    say(`${family.name}: ${contestant.name} at ${one.level.toPrecision(3)}`);
    return one;
  });
  const results = options.cases
    .filter((one) => one.family === family.name)
    .map((one): CaseResult => {
      const delays = runCase(one, references.slice(0, runsPerCase), matched, options);
      say(`${family.name}: ${one.name}`);
      return { family: family.name, name: one.name, delays };
    });
  return { family: family.name, description: family.description, matched, cases: results };
}

/** The last position of the knob at which there are not too many alarms, by halving. */
function match(contestant: Contestant, references: readonly Prepared[], options: BenchmarkOptions): Matched {
  const { nullRuns, nullWeeks, seed } = options;
  const weeks = nullRuns * nullWeeks;
  const read = references
    .slice(0, nullRuns)
    .map((prepared, at) => contestant.read(streamAfter(prepared, nullWeeks * hoursPerWeek, seed + 1000 + at)));
  const alarmsAt = (position: number): number =>
    read.reduce((sum, alarms) => sum + alarms(contestant.levels[position] as number).length, 0);
  const allowed = options.falseAlarmsPerWeek * weeks;
  let low = 0;
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
  return {
    contestant: contestant.name,
    level: contestant.levels[low] as number,
    falseAlarmsPerWeek: (low === 0 ? alarmsAt(0) : alarms) / weeks,
  };
}

function streamAfter(prepared: Prepared, hours: number, seed: number): Run {
  return { prepared, values: prepared.family.values(seed, hours) };
}

function runCase(
  one: Case,
  references: readonly Prepared[],
  matched: readonly Matched[],
  options: BenchmarkOptions,
): Delay[] {
  const { contestants, horizonHours, seed } = options;
  const horizon = horizonHours * eventsPerHour;
  const runs = references.map((prepared, at): { readonly run: Run; readonly from: number } => {
    const random = createRandom(seed + 2000 + at);
    const from = quietHours * eventsPerHour + random.below(24 * eventsPerHour);
    const hours = quietHours + 24 + horizonHours;
    const { values } = streamAfter(prepared, hours, seed + 3000 + at);
    return { run: { prepared, values: one.apply(values.subarray(0, from + horizon), from, seed + at) }, from };
  });
  return contestants.map((contestant, which): Delay => {
    const { level } = matched[which] as Matched;
    const delays = runs
      .map(({ run, from }) =>
        contestant
          .read(run)(level)
          .find((at) => at > from),
      )
      .map((alarm, at) => (alarm === undefined ? horizon : alarm - (runs[at] as { from: number }).from));
    const found = delays.filter((delay) => delay < horizon).length;
    return {
      contestant: contestant.name,
      mean: delays.reduce((sum, delay) => sum + delay, 0) / delays.length,
      found: found / delays.length,
    };
  });
}
