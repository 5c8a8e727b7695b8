import { everything } from '../../common/segment.ts';
import { createSliceDetector } from '../detect/slice-detector.ts';
import type { SliceMeasure } from '../detect/slice-model.ts';
import { slicesOfColumn } from '../detect/slices-of-column.ts';
import { judgeFeature } from '../judge/judge-feature.ts';
import type { Judgement } from '../judge/judgement.ts';
import type { Profile } from '../profile/profile.ts';
import { type Contestant, geometric, judgingShare } from './contestant.ts';
import { eventsPerHour, hourMs, hoursPerWeek, sliceMs } from './family.ts';
import { columnFor, feature, hourlyProfiles, msPerEvent, type Prepared, type Run, startMs, timesFrom } from './run.ts';

/** False alarms a week and feature. */
const levels = geometric(1e-5, 1.1, 160);

/** Windows of an hour, judged as the monitor does. */
export const judging: Contestant = {
  name: 'judging alone',
  kind: 'tidemark',
  levels,
  read: (run) => {
    const evidence = remembered(windowsRead, run, judgedWindows);
    return (budget) => alarmsOfWindows(evidence, budget);
  },
};

/** The e-detectors alone, after every slice of ten events. */
export const sequential: Contestant = {
  name: 'e-detectors alone',
  kind: 'tidemark',
  levels,
  read: (run) => {
    const slices = remembered(slicesRead, run, slicesOf);
    return (budget, enough) => alarmsOfSlices(run, slices, budget, enough);
  },
};

/** What Tidemark says: both, sharing the budget. */
export const tidemark: Contestant = {
  name: 'Tidemark',
  kind: 'tidemark',
  levels,
  read: (run) => {
    const evidence = remembered(windowsRead, run, judgedWindows);
    const slices = remembered(slicesRead, run, slicesOf);
    return (budget, enough) =>
      [
        ...alarmsOfWindows(evidence, budget * judgingShare),
        ...alarmsOfSlices(run, slices, budget * (1 - judgingShare), enough),
      ].sort((a, b) => a - b);
  },
};

const windowsRead = new WeakMap<Run, Float64Array>();
const slicesRead = new WeakMap<Run, ReturnType<typeof slicesOf>>();

function remembered<Value>(known: WeakMap<Run, Value>, run: Run, read: (run: Run) => Value): Value {
  const value = known.get(run) ?? read(run);
  known.set(run, value);
  return value;
}

/** By hour the smallest p-value, times the tests that were made: an alarm where it is at most the level of one judgement. */
export function judgedWindows({ prepared, values }: Run): Float64Array {
  const profiles = hourlyProfiles(prepared.family, values, prepared.binning);
  return Float64Array.from(profiles, (profile, hour) => smallest(judgeHour(prepared, profile, hour, 1e-5)));
}

/** The judgement on one hour after the reference; `alpha` is its share of false alarms. */
export function judgeHour(prepared: Prepared, profile: Profile, hour: number, alpha: number): Judgement | undefined {
  const { reference, weeks } = prepared;
  const from = startMs + (weeks * hoursPerWeek + hour) * hourMs;
  const input = {
    reference,
    against: { kind: 'training' } as const,
    comparison: 'training:1h',
    window: { startMs: from, endMs: from + hourMs },
    profile: () => profile,
    features: [feature],
    segments: [everything],
    budget: { falseAlarmsPerWeek: 1, minEffect: 0 },
    judgementsPerWeek: hoursPerWeek,
  };
  return judgeFeature(input, everything, feature, alpha);
}

function smallest(judgement: Judgement | undefined): number {
  const tests = Object.values(judgement?.detail.statistics ?? {}).filter(({ critical }) => critical !== undefined);
  return Math.min(1, ...tests.map(({ pValue }) => (pValue ?? 1) * tests.length));
}

function alarmsOfWindows(evidence: Float64Array, budget: number): number[] {
  const alarms: number[] = [];
  evidence.forEach((p, hour) => {
    if (p <= budget / hoursPerWeek) alarms.push((hour + 1) * eventsPerHour);
  });
  return alarms;
}

/** What the detectors read of a stream. */
export function slicesOf({ prepared, values }: Run) {
  const { family, binning, table, weeks } = prepared;
  return slicesOfColumn({
    column: columnFor(family, values),
    timesMs: timesFrom(startMs + weeks * hoursPerWeek * hourMs, values.length),
    rows: values.length,
    binning,
    table,
    sliceMs,
  });
}

function alarmsOfSlices(
  { prepared }: Run,
  slices: ReturnType<typeof slicesOf>,
  budget: number,
  enough = Number.POSITIVE_INFINITY,
): number[] {
  const detector = createSliceDetector(prepared.model);
  const critical = (hoursPerWeek * hourMs) / sliceMs / budget;
  const alarms: number[] = [];
  for (let at = 0; at < slices.length && !((alarms.at(-1) ?? 0) > enough); at++) {
    if (detector.update(slices[at] as SliceMeasure) < critical) continue;
    alarms.push(((at + 1) * sliceMs) / msPerEvent);
    detector.reset();
  }
  return alarms;
}
