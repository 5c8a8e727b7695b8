import { everything } from '../../common/segment.ts';
import { createSliceDetector } from '../detect/slice-detector.ts';
import { slicesOfColumn } from '../detect/slices-of-column.ts';
import { judgeFeature } from '../judge/judge-feature.ts';
import type { Judgement } from '../judge/judgement.ts';
import { type Contestant, geometric } from './contestant.ts';
import { eventsPerHour, hourMs, hoursPerWeek, sliceMs } from './family.ts';
import { columnFor, feature, hourlyProfiles, msPerEvent, type Run, startMs, timesFrom } from './run.ts';

/** False alarms a week and feature. */
const levels = geometric(1e-7, 1.4, 60);

/** Windows of an hour, judged as the monitor does. */
export const judging: Contestant = {
  name: 'judging alone',
  kind: 'tidemark',
  levels,
  read: (run) => {
    const evidence = judgedWindows(run);
    return (budget) => alarmsOfWindows(evidence, budget);
  },
};

/** The e-detectors alone, after every slice of ten events. */
export const sequential: Contestant = {
  name: 'e-detectors alone',
  kind: 'tidemark',
  levels,
  read: (run) => {
    const slices = slicesOf(run);
    return (budget) => alarmsOfSlices(run, slices, budget);
  },
};

/** Of the budget, where windows are judged and detectors run; the rest is the detectors'. */
const judgingShare = 0.2;

/** What Tidemark says: both, sharing the budget. */
export const tidemark: Contestant = {
  name: 'Tidemark',
  kind: 'tidemark',
  levels,
  read: (run) => {
    const evidence = judgedWindows(run);
    const slices = slicesOf(run);
    return (budget) =>
      [
        ...alarmsOfWindows(evidence, budget * judgingShare),
        ...alarmsOfSlices(run, slices, budget * (1 - judgingShare)),
      ].sort((a, b) => a - b);
  },
};

/** By hour the smallest p-value, times the tests that were made: an alarm where it is at most the level of one judgement. */
function judgedWindows({ prepared, values }: Run): Float64Array {
  const { family, reference, binning, weeks } = prepared;
  const profiles = hourlyProfiles(family, values, binning);
  return Float64Array.from(profiles, (profile, hour) => {
    const from = startMs + (weeks * hoursPerWeek + hour) * hourMs;
    const judgement = judgeFeature(
      {
        reference,
        against: { kind: 'training' },
        comparison: 'training:1h',
        window: { startMs: from, endMs: from + hourMs },
        profile: () => profile,
        features: [feature],
        segments: [everything],
        budget: { falseAlarmsPerWeek: 1, minEffect: 0 },
        judgementsPerWeek: hoursPerWeek,
      },
      everything,
      feature,
      1e-6,
    );
    return judgement === undefined ? 1 : smallest(judgement);
  });
}

function smallest({ detail }: Judgement): number {
  const tests = Object.values(detail.statistics).filter(({ critical }) => critical !== undefined);
  return Math.min(1, ...tests.map(({ pValue }) => (pValue ?? 1) * tests.length));
}

function alarmsOfWindows(evidence: Float64Array, budget: number): number[] {
  const alarms: number[] = [];
  evidence.forEach((p, hour) => {
    if (p <= budget / hoursPerWeek) alarms.push((hour + 1) * eventsPerHour);
  });
  return alarms;
}

function slicesOf({ prepared, values }: Run) {
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

function alarmsOfSlices({ prepared }: Run, slices: ReturnType<typeof slicesOf>, budget: number): number[] {
  const detector = createSliceDetector(prepared.model);
  const critical = (hoursPerWeek * hourMs) / sliceMs / budget;
  const alarms: number[] = [];
  slices.forEach((slice, at) => {
    if (detector.update(slice) < critical) return;
    alarms.push(((at + 1) * sliceMs) / msPerEvent);
    detector.reset();
  });
  return alarms;
}
