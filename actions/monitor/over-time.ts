import { formatDuration } from '../../common/duration.ts';
import { overTimeName } from '../../common/over-time.ts';
import { everything } from '../../common/segment.ts';
import { sliceMsOf } from '../../config/detectors.ts';
import type { PipelineConfig } from '../../config/schema.ts';
import { advanceDetectors, type DetectorState } from '../../drift/detect/advance-detectors.ts';
import { changeSince } from '../../drift/detect/change-since.ts';
import { advanceClassical, type ClassicalAlarm, classicalKinds } from '../../drift/detect/classical.ts';
import type { Watch, WatchPlan } from '../../drift/detect/watch.ts';
import {
  alarmOverTime,
  type FoundChange,
  type OverTimeInput,
  recordOverTime,
  unwatched,
} from '../../drift/judge/judge-over-time.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import { noOverTime, type OverTimeState } from './over-time-state.ts';
import type { MonitorStore } from './ports.ts';
import { createSliceReader, type Slice, type SliceReader } from './slice-reader.ts';
import { budgetOfDetectors, watchesOf, windowsShare } from './watches.ts';

const weekMs = 604_800_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A change is measured over at most so long a time before its alarm. */
const measuredMs = 28 * dayMs;
/** Evidence of a segment is recorded from this share of what an alarm asks for. */
const notable = 0.01;

/** The detectors of a pipeline. Their state is handed in and out, so that a round that fails can be done again. */
export interface OverTime {
  readonly sliceMs: number;
  /** Names what they have counted in the monitor's state, and their evidence in judgements. */
  readonly name: string;
  /** So long an incident is held open at least, ms: windows that hold the change close by then. */
  readonly leastHoldMs: number;
  /** The share of the false-alarm budget that is left to windows. */
  windowsShare(): number;
  /** At the beginning of a round: slices through here are whole, and what was read before is of the past. */
  begin(closedMs: number): void;
  /** Counts one slice; where it holds no events nothing changes. */
  advance(
    state: OverTimeState,
    slice: { readonly startMs: number; readonly endMs: number },
  ): Promise<{ readonly state: OverTimeState; readonly judgements: readonly Judgement[] }>;
}

export interface OverTimeOptions {
  readonly config: PipelineConfig;
  readonly store: Pick<MonitorStore, 'sliceProfiles'>;
  readonly reference: () => Reference | undefined;
  /** Predictions of the present champions, as features. */
  readonly champions: () => ReadonlySet<string>;
}

/** Undefined where the pipeline asks for none. */
export function createOverTime(options: OverTimeOptions): OverTime | undefined {
  const { config, store } = options;
  const sliceMs = sliceMsOf(config);
  if (sliceMs === undefined) return undefined;
  const sliceText = formatDuration(sliceMs);
  const { kinds } = config.detectors;
  const recordMs = Math.max(sliceMs, hourMs);
  const budgetOfKind = budgetOfDetectors(config);
  const reader: SliceReader = createSliceReader(store, sliceMs);
  let planned: { readonly of: Reference; readonly champions: string; readonly plan: WatchPlan } | undefined;

  function planOf(reference: Reference): WatchPlan {
    const champions = options.champions();
    const key = [...champions].sort().join();
    if (planned?.of === reference && planned.champions === key) return planned.plan;
    const plan = watchesOf(config, { reference, sliceMs: sliceMs as number, champions });
    planned = { of: reference, champions: key, plan };
    return plan;
  }

  async function advance(
    state: OverTimeState,
    bounds: { readonly startMs: number; readonly endMs: number },
  ): Promise<{ readonly state: OverTimeState; readonly judgements: readonly Judgement[] }> {
    const reference = options.reference();
    if (reference === undefined) return { state, judgements: [] };
    const plan = planOf(reference);
    const slice = await reader.at(bounds.startMs, reference, plan);
    if (slice === undefined) return { state, judgements: [] };
    const inputOf = (kind: string): OverTimeInput => ({
      reference,
      kind,
      sliceText,
      slice: bounds,
      n: slice.n,
      passedOver: state.passedOver,
    });
    const counted = count(state, { ...bounds, measures: slice.measures }, plan.watches);
    const alarms: Judgement[] = [];
    for (const { kind, watch, value, critical, ...found } of counted.alarms) {
      const input = { ...inputOf(kind), n: slice.measures.get(watch.key)?.n ?? 0 };
      const startMs = Math.max(found.sinceMs, bounds.endMs - measuredMs);
      const change = changeSince(watch, await reader.between({ startMs, endMs: bounds.endMs }, watch));
      const { minEffect } = config.budget;
      alarms.push(alarmOverTime(input, watch, { ...found, change, value, critical, minEffect }));
    }
    const due = bounds.endMs % recordMs === 0 || alarms.length > 0;
    const records = due && kinds.includes('evidence') ? recordsOf(counted, plan, slice, inputOf('evidence')) : [];
    const judgements = [...alarms, ...records];
    return { state: { ...counted.state, passedOver: judgements.length > 0 ? 0 : state.passedOver }, judgements };
  }

  /** All detectors over one slice, and what they found. */
  function count(
    state: OverTimeState,
    slice: Parameters<typeof advanceDetectors>[1],
    watches: readonly Watch[],
  ): { readonly state: OverTimeState; readonly alarms: readonly Found[]; readonly critical: number } {
    const byKey = new Map(watches.map((watch) => [watch.key, watch]));
    const options = { watched: watches, falseAlarmsPerWeek: budgetOfKind };
    const classical = classicalKinds.filter((kind) => kinds.includes(kind));
    const evidence = kinds.includes('evidence')
      ? advanceDetectors(state.evidence, slice, options)
      : { state: state.evidence, alarms: [] };
    const others =
      classical.length > 0
        ? advanceClassical(state.classical, slice, { ...options, kinds: classical })
        : { state: noOverTime.classical, alarms: [] as readonly ClassicalAlarm[] };
    const critical = (weekMs / (slice.endMs - slice.startMs) / budgetOfKind) * watches.length;
    const alarms = [
      ...evidence.alarms.map((alarm): Found => {
        const { evidence: value, windowEndMs: _, key, ...found } = alarm;
        return { kind: 'evidence', watch: byKey.get(key) as Watch, value, ...found };
      }),
      ...others.alarms.map(({ kind, key, score, up }): Found => {
        const watch = byKey.get(key) as Watch;
        return { kind, watch, score, up, sinceMs: slice.startMs, value: 1, critical: 1 };
      }),
    ];
    return { state: { ...state, evidence: evidence.state, classical: others.state }, alarms, critical };
  }

  /** The evidence there is: of all events always, of segments where it is worth a look. */
  function recordsOf(
    counted: ReturnType<typeof count>,
    plan: WatchPlan,
    slice: Slice,
    input: OverTimeInput,
  ): Judgement[] {
    const alarmed = new Set(counted.alarms.map(({ watch }) => watch.key));
    const { critical } = counted;
    const records = plan.watches.flatMap((watch) => {
      if (alarmed.has(watch.key)) return [];
      const value = sumOf(counted.state.evidence.detectors[watch.key]);
      if (watch.segment !== everything && value < notable * critical) return [];
      const n = slice.measures.get(watch.key)?.n ?? 0;
      return [recordOverTime({ ...input, n }, watch, { value, critical })];
    });
    return [...records, ...plan.unwatched.map((feature) => unwatched(input, feature))];
  }

  return {
    sliceMs,
    name: overTimeName('evidence', sliceText),
    leastHoldMs: Math.max(dayMs, ...config.drift.map(({ window }) => window)),
    windowsShare() {
      const reference = options.reference();
      return reference === undefined ? 1 : windowsShare(planOf(reference));
    },
    begin: reader.begin,
    advance,
  };
}

interface Found extends Omit<FoundChange, 'change'> {
  readonly kind: string;
  readonly watch: Watch;
  readonly value: number;
  readonly critical: number;
}

function sumOf(state: DetectorState | undefined): number {
  return state?.sums.reduce((sum, one) => sum + one, 0) ?? 0;
}
