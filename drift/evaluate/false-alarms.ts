import { advanceDetectors, noDetectors, type WatchedSlices } from '../detect/advance-detectors.ts';
import type { SliceMeasure } from '../detect/slice-model.ts';
import { alphaOf } from '../judge/judge-window.ts';
import type { Profile } from '../profile/profile.ts';
import { judgingShare } from './contestant.ts';
import { type Family, hoursPerWeek, sliceMs } from './family.ts';
import { rules } from './rule-contestants.ts';
import { hourlyProfiles, type Prepared, prepare } from './run.ts';
import { judgedWindows, judgeHour, slicesOf } from './tidemark-contestants.ts';

/** What is counted on streams in which nothing changes, with the settings people would use: nothing is fitted to them. */
export interface QuietCount {
  /** `Tidemark`, `judging alone`, … or the usual setting of a rule. */
  readonly name: string;
  /** Asked for, a week over all features; absent for rules, which cannot be asked. */
  readonly budget?: number;
  readonly alarms: number;
  readonly weeks: number;
}

export interface QuietOptions {
  /** One a feature. */
  readonly families: readonly Family[];
  readonly budgets: readonly number[];
  readonly referenceWeeks: number;
  readonly weeks: number;
  readonly seed: number;
}

/** Judges every hour of some weeks and runs the detectors of all features, each part with its share of each budget. */
export function countQuiet(options: QuietOptions): QuietCount[] {
  const { families, budgets, weeks, seed } = options;
  const watched = families.map((family, at) => watch(family, seed + at, options));
  const counts: QuietCount[] = [];
  for (const budget of budgets) {
    const judged = (share: number) =>
      watched.reduce((sum, one) => sum + countJudged(one, budget * share, families.length), 0);
    const detected = (share: number) => countDetected(watched, budget * share);
    counts.push({ name: 'judging alone', budget, alarms: judged(1), weeks });
    counts.push({ name: 'Tidemark', budget, alarms: judged(judgingShare) + detected(1 - judgingShare), weeks });
  }
  for (const { usual, statistics } of rules) {
    const measured = watched.map((run) => statistics(run));
    for (const { name, limit } of usual) {
      const alarms = measured.reduce((sum, values) => sum + values.filter((value) => value > limit).length, 0);
      counts.push({ name, alarms, weeks });
    }
  }
  return counts;
}

interface Watched {
  readonly prepared: Prepared;
  readonly values: Float64Array;
  /** By hour: its profile, and the smallest p-value of its tests. */
  readonly hours: readonly Profile[];
  readonly evidence: Float64Array;
  readonly slices: readonly SliceMeasure[];
}

function watch(family: Family, seed: number, options: QuietOptions): Watched {
  const prepared = prepare(family, seed, options.referenceWeeks);
  const values = family.values(seed + 500, options.weeks * hoursPerWeek);
  const run = { prepared, values };
  const hours = hourlyProfiles(family, values, prepared.binning);
  return { ...run, hours, evidence: judgedWindows(run), slices: slicesOf(run) };
}

/** Windows are judged with the level asked for; those that are far from it by another level need not be. */
function countJudged({ prepared, hours, evidence }: Watched, falseAlarmsPerWeek: number, features: number): number {
  const alpha = alphaOf({ falseAlarmsPerWeek, minEffect: 0 }, features * hoursPerWeek);
  return hours.filter(
    (profile, hour) =>
      (evidence[hour] as number) < 20 * alpha && judgeHour(prepared, profile, hour, alpha)?.alarm === true,
  ).length;
}

function countDetected(watched: readonly Watched[], falseAlarmsPerWeek: number): number {
  const detectors = watched.map(
    ({ prepared }, at): WatchedSlices => ({ key: String(at), modelId: '1', model: prepared.model }),
  );
  const count = (watched[0] as Watched).slices.length;
  let state = noDetectors;
  let alarms = 0;
  for (let at = 0; at < count; at++) {
    const measures = new Map(watched.map(({ slices }, which) => [String(which), slices[at] as SliceMeasure]));
    const { startMs } = (watched[0] as Watched).slices[at] as SliceMeasure;
    const slice = { startMs, endMs: startMs + sliceMs, measures };
    const advanced = advanceDetectors(state, slice, { watched: detectors, falseAlarmsPerWeek });
    state = advanced.state;
    alarms += advanced.alarms.length;
  }
  return alarms;
}
