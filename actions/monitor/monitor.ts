import { isDeepStrictEqual } from 'node:util';
import type { Holidays } from '../../common/calendar.ts';
import type { ContractMark } from '../../common/contract-mark.ts';
import { formatDuration } from '../../common/duration.ts';
import { type Leadership, revisionOf, soleLeadership } from '../../common/leadership.ts';
import type { LiveFeed } from '../../common/live.ts';
import type { Clock, Logger, Metrics } from '../../common/ports.ts';
import type { RaisedTrouble } from '../../common/trouble.ts';
import type { PipelineConfig } from '../../config/schema.ts';
import { judgePerformance } from '../../drift/judge/judge-performance.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import type { AlertChannel } from '../alerts/alert.ts';
import { advanceIncidents } from '../incidents/advance.ts';
import type { IncidentEntry } from '../incidents/incident.ts';
import { type ManualResult, recordAction } from '../incidents/manual.ts';
import { advanceOperational, isOperational } from '../incidents/operational.ts';
import { advanceOverTime } from '../incidents/over-time.ts';
import type { IncidentState } from '../incidents/state.ts';
import { createActor } from './act.ts';
import type { CareDesk } from './cause-round.ts';
import { createDesks } from './desks.ts';
import { createNoReferenceWarning } from './no-reference.ts';
import { createOverTime } from './over-time.ts';
import { noOverTime, type OverTimeState } from './over-time-state.ts';
import type { ModelDesk, MonitorStore, PerformanceStore, ReferenceDesk, WindowReader } from './ports.ts';
import { latePanes, nothingCut } from './profiles-kept.ts';
import { type DueWindow, judgeDueWindow } from './rounds.ts';
import { firstState, type MonitorState } from './state.ts';
import { createStateKeeper } from './state-keeper.ts';
import { dayMs, dueTasks, endOfAll, lateDues, type Task } from './tasks.ts';
import { forgetOld, rollUpClosed } from './upkeep.ts';

export interface MonitorOptions {
  readonly config: PipelineConfig;
  readonly holidays: Holidays | undefined;
  readonly store: MonitorStore;
  readonly performance: PerformanceStore;
  readonly references: ReferenceDesk;
  readonly models: ModelDesk;
  readonly care?: CareDesk;
  readonly channels: ReadonlyMap<string, AlertChannel>;
  /** Where people find an incident. */
  readonly consoleUrl: () => string | undefined;
  readonly live: LiveFeed;
  /** For operational incidents alone: decisions about data live in event time. */
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** With which events are judged: written down for those who judge again with another. */
  readonly contract?: ContractMark;
  /** As of `judgeWindow`: for a backtest, whose judgements nobody looks at. */
  readonly brief?: boolean;
}

export interface Monitor {
  /** Reads where it stood, and decides under this leadership from now on. */
  start(leadership: Leadership): Promise<void>;
  /** Seals, judges and acts on everything that is closed at this watermark (ms since 1970; Infinity: all of it). */
  round(watermarkMs: number): Promise<void>;
  /** Opens and closes operational incidents: these are all troubles there are now. */
  settle(troubles: readonly RaisedTrouble[]): Promise<void>;
  /** What a person decided about the incident `id`, between two rounds. */
  manual(change: (state: IncidentState, nowMs: number) => ManualResult, id: string): Promise<boolean>;
  readonly state: MonitorState;
}

export function createMonitor(options: MonitorOptions): Monitor {
  const { config, store, references, models, logger, metrics, live } = options;
  const longestPaneMs = Math.max(config.windows.pane, ...config.segments.map(({ pane = 0 }) => pane));
  const overTime = createOverTime({ config, store, reference: references.current, champions });
  const keeper = createStateKeeper(store, overTime !== undefined, options.contract);
  let state: MonitorState = firstState;
  let detectors: OverTimeState = noOverTime;
  let leadership = soleLeadership(0);
  let queue: Promise<unknown> = Promise.resolve();
  const actor = createActor(options, {
    state: () => state,
    change: (part) => {
      state = { ...state, ...part };
    },
    apply,
    revision: () => revision(),
    leadership: () => leadership,
  });
  /** Of the present round; written together. */
  let judged: Judgement[] = [];
  let firstProfileMs = 0;
  let desks = createDesks(options);
  let panes: WindowReader | undefined;
  const warnOfNone = createNoReferenceWarning(logger);

  /** Rounds and people's decisions change the same state: one after the other. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    return turn;
  }

  /** Of what the present round writes. */
  const revision = () => revisionOf(leadership.term, state.round);

  function champions(): ReadonlySet<string> {
    return new Set(models.models.map((model) => `@prediction:${model}:${models.champion(model)}`));
  }

  async function round(watermarkMs: number): Promise<void> {
    const next: MonitorState = { ...state, round: state.round + 1 };
    const { panesMs, seen } = await store.touchedPanes(state.seen);
    // Of all rounds: those that this one finds touched may be fewer than those that are open.
    const lastPaneMs = Math.max(...panesMs.slice(-1), state.lastPaneMs ?? Number.NEGATIVE_INFINITY);
    const { pane, lateness } = config.windows;
    const ended = watermarkMs === Number.POSITIVE_INFINITY;
    const reachedMs = ended ? endOfAll(config, lastPaneMs, state.closedThroughMs) : watermarkMs - lateness;
    const closedMs = Math.max(
      state.closedThroughMs,
      Number.isFinite(reachedMs) ? Math.floor(reachedMs / pane) * pane : state.closedThroughMs,
    );
    const late = latePanes(
      config,
      state,
      panesMs.filter((startMs) => startMs < state.closedThroughMs),
    );
    if (late.lost > 0)
      logger.warn({ panes: late.lost }, 'late events are not in profiles: those of their time are forgotten');
    const latePanesMs = late.sealMs;
    if (closedMs === state.closedThroughMs && latePanesMs.length === 0) {
      // Panes that are still open will be looked at again when they close.
      return;
    }
    await leadership.confirm();
    const afterMs = state.closedThroughMs;
    state = { ...next, seen, closedThroughMs: closedMs, ...(Number.isFinite(lastPaneMs) ? { lastPaneMs } : {}) };
    await store.seal({ afterMs, throughMs: closedMs, latePanesMs, revision: revision(), longestPaneMs });
    const firstMs = await store.firstPane();
    state = await rollUpClosed({ config, store, state, closedMs }, { firstMs, latePanesMs, revision: revision() });
    judged = [];
    panes = store.readPanes(closedMs);
    overTime?.begin(closedMs);
    desks.earlier.begin();
    firstProfileMs = (await store.firstProfile()) ?? closedMs;
    await references.keep?.(closedMs);
    await judgeAgain(latePanesMs);
    if (firstMs !== undefined) {
      const cuts = state.cuts ?? nothingCut;
      // Detectors that are new to a stream begin with what closes from now on.
      const watch = overTime && { name: overTime.name, sliceMs: overTime.sliceMs, firstMs: Math.max(firstMs, afterMs) };
      for (const task of dueTasks({ config, models: models.models, state, firstMs, cuts, closedMs, ended, watch }))
        await perform(task);
    }
    await store.writeJudgements(judged, revision());
    state = await forgetOld({ config, store, state, closedMs }, { firstProfileMs });
    await leadership.confirm();
    await keeper.write(state, detectors, revision());
    metrics.gauge('tidemark_open_incidents', state.incidents.open.length);
    metrics.gauge('tidemark_judged_through_seconds', closedMs / 1000);
    live.publish({ kind: 'judged' });
  }

  async function perform(task: Task): Promise<void> {
    if (task.kind === 'judge') {
      const judgements = await judge(task.due);
      state = { ...state, judgedThroughMs: { ...state.judgedThroughMs, [task.due.name]: task.due.endMs } };
      await decide(judgements, task.atMs);
      return;
    }
    if (task.kind === 'watch') return watch(task.startMs, task.endMs);
    const { model, startMs, endMs, atMs } = task;
    const window = { model, startMs, endMs, knownByMs: atMs };
    const rows = await options.performance.performance(window);
    await options.performance.writePerformance(rows, revision());
    state = { ...state, measuredThroughMs: { ...state.measuredThroughMs, [model]: endMs } };
    const champion = rows.find(({ slot }) => slot === 'champion');
    const holdout = models.holdout(model);
    if (champion !== undefined && holdout.length > 0) {
      const judgement = judgePerformance({
        model,
        version: champion.version,
        comparison: `labels:${formatDuration(dayMs)}`,
        window: { startMs, endMs },
        reference: holdout,
        current: champion,
        budget: config.budget,
        judgementsPerWeek: 7 * models.models.length,
      });
      judged.push(judgement);
      await decide([judgement], atMs);
    }
    for (const news of await models.review({ ...window, atMs, revision: revision(), leadership })) {
      logger.info({ model: news.model, at: new Date(atMs).toISOString() }, news.sentence);
      live.publish({ kind: 'model', subject: news.model });
      if (news.incidentId === undefined) continue;
      await apply(recordAction(state.incidents, news.incidentId, `${news.outcome}: ${news.sentence}`, atMs));
      if (news.outcome === 'refused') await actor.tryAgain(news.incidentId, atMs);
    }
  }

  async function judge(due: DueWindow): Promise<readonly Judgement[]> {
    const reference = references.current();
    if (reference === undefined) warnOfNone(due.name);
    if (reference === undefined || panes === undefined) return [];
    const { falseAlarmsPerWeek, minEffect } = config.budget;
    const judgements = await judgeDueWindow(due, {
      store,
      panes,
      reference,
      champions: champions(),
      comparisons: config.drift,
      joint: config.joint,
      paneMs: config.windows.pane,
      care: options.care,
      budget: { falseAlarmsPerWeek: falseAlarmsPerWeek * (overTime?.windowsShare() ?? 1), minEffect },
      sides: {
        ...desks,
        firstMs: firstProfileMs,
        cuts: state.cuts ?? nothingCut,
        throughMs: state.closedThroughMs,
        judged,
      },
      brief: options.brief ?? false,
    });
    record(judgements);
    return judgements;
  }

  function record(judgements: readonly Judgement[]): void {
    judged.push(...judgements);
    desks.earlier.observe(judgements);
    metrics.count('tidemark_judgements_total', judgements.length);
    metrics.count('tidemark_alarms_total', judgements.filter(({ alarm }) => alarm).length);
  }

  /** One slice of time for the detectors. */
  async function watch(startMs: number, endMs: number): Promise<void> {
    if (overTime === undefined) return;
    const { state: after, judgements } = await overTime.advance(detectors, { startMs, endMs });
    detectors = after;
    state = { ...state, judgedThroughMs: { ...state.judgedThroughMs, [overTime.name]: endMs } };
    record(judgements);
    const { sliceMs, leastHoldMs } = overTime;
    const step = { nowMs: endMs, sliceMs, leastHoldMs };
    await follow(advanceOverTime(state.incidents, judgements, incidentConfig(), step), endMs);
  }

  /** Late events change windows that were judged: they are judged again for the record; incidents look forward only. */
  async function judgeAgain(latePanesMs: readonly number[]): Promise<void> {
    for (const due of lateDues({ config, state, latePanesMs })) await judge(due);
    if (overTime === undefined) return;
    // Evidence is of what was there when it was counted: a slice is never counted twice, but the record says so.
    const { sliceMs, name } = overTime;
    const counted = latePanesMs.map((paneMs) => Math.floor(paneMs / sliceMs) * sliceMs);
    const throughMs = state.judgedThroughMs[name] ?? Number.NEGATIVE_INFINITY;
    const late = new Set(counted.filter((startMs) => startMs < throughMs)).size;
    if (late > 0) detectors = { ...detectors, passedOver: detectors.passedOver + late };
  }

  async function decide(judgements: readonly Judgement[], atMs: number): Promise<void> {
    await follow(advanceIncidents(state.incidents, judgements, incidentConfig(), atMs), atMs);
  }

  function incidentConfig() {
    return { ...config.incidents, importance: models.importance() };
  }

  /** What a step of the policy came to, and what has to be done about it. */
  async function follow(advanced: ReturnType<typeof advanceIncidents>, atMs: number): Promise<void> {
    if (advanced.entries.length === 0) {
      state = { ...state, incidents: advanced.state };
      return;
    }
    await apply(advanced);
    for (const entry of advanced.entries) {
      logger.info(
        { incident: entry.incidentId, severity: entry.incident.severity },
        `incident ${entry.kind}: ${entry.incident.title}`,
      );
      if (entry.kind === 'opened' || entry.kind === 'updated') await actor.act(entry.incident, atMs);
    }
  }

  async function apply(change: {
    readonly state: IncidentState;
    readonly entries: readonly IncidentEntry[];
  }): Promise<void> {
    state = { ...state, incidents: change.state };
    await store.writeIncidentEntries(
      change.entries.map(({ incidentId, seq, at, kind, incident }) => ({
        incidentId,
        seq,
        atMs: at,
        kind,
        state: incident,
      })),
      revision(),
    );
    for (const { incidentId } of change.entries) live.publish({ kind: 'incident', subject: incidentId });
  }

  async function settle(troubles: readonly RaisedTrouble[]): Promise<void> {
    const nowMs = options.clock.now();
    const advanced = advanceOperational(state.incidents, state.troubles, troubles, nowMs);
    if (advanced.entries.length === 0 && isDeepStrictEqual(advanced.met, state.troubles)) return;
    await leadership.confirm();
    state = { ...state, round: state.round + 1, troubles: advanced.met };
    await apply(advanced);
    for (const { kind, incident } of advanced.entries) {
      logger.warn({ incident: incident.id, severity: incident.severity }, `incident ${kind}: ${incident.title}`);
      if (kind === 'opened') await actor.act(incident, incident.openedAt);
    }
    await leadership.confirm();
    await keeper.write(state, detectors, revision());
    metrics.gauge('tidemark_open_incidents', state.incidents.open.length);
  }

  /** Where the work fails the state is that of before, as after a crash: it is done again from there. */
  async function restored(work: () => Promise<void>): Promise<void> {
    const before = { state, detectors };
    try {
      await work();
    } catch (error) {
      ({ state, detectors } = before);
      throw error;
    }
  }

  return {
    get state() {
      return state;
    },
    start: (given) =>
      inTurn(async () => {
        ({ state, detectors } = await keeper.read());
        leadership = given;
        // Another may have led in between: what was learned is read anew.
        desks = createDesks(options);
      }),
    round: (watermarkMs) => inTurn(() => restored(() => round(watermarkMs))),
    settle: (troubles) => inTurn(() => restored(() => settle(troubles))),
    manual: (change, id) =>
      inTurn(async () => {
        const operational = state.incidents.open.some((one) => one.incident.id === id && isOperational(one));
        const result = change(state.incidents, operational ? options.clock.now() : state.closedThroughMs);
        if (result.entries.length === 0) return false;
        await leadership.confirm();
        state = { ...state, round: state.round + 1 };
        await apply(result);
        await keeper.write(state, detectors, revision());
        return true;
      }),
  };
}
