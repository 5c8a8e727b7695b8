import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { formatDuration } from '../../common/duration.ts';
import { type Leadership, revisionOf, soleLeadership } from '../../common/leadership.ts';
import type { LiveFeed } from '../../common/live.ts';
import type { Clock, Logger, Metrics } from '../../common/ports.ts';
import type { RaisedTrouble } from '../../common/trouble.ts';
import type { PipelineConfig } from '../../config/schema.ts';
import { judgePerformance } from '../../drift/judge/judge-performance.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import type { AlertChannel } from '../alerts/alert.ts';
import { parseCondition } from '../condition.ts';
import { advanceIncidents } from '../incidents/advance.ts';
import type { Incident, IncidentEntry } from '../incidents/incident.ts';
import { type ManualResult, recordAction } from '../incidents/manual.ts';
import { advanceOperational, isOperational } from '../incidents/operational.ts';
import type { IncidentState } from '../incidents/state.ts';
import { takeOnce } from './outside-action.ts';
import type { ModelDesk, MonitorStore, PerformanceStore, ReferenceDesk, WindowReader } from './ports.ts';
import { comparisonName, type DueWindow, judgeDueWindow } from './rounds.ts';
import { createAlerter } from './send-alert.ts';
import { firstState, type MonitorState } from './state.ts';
import { dayMs, dueTasks, endOfAll, type Task } from './tasks.ts';

export interface MonitorOptions {
  readonly config: PipelineConfig;
  readonly store: MonitorStore;
  readonly performance: PerformanceStore;
  readonly references: ReferenceDesk;
  readonly models: ModelDesk;
  readonly channels: ReadonlyMap<string, AlertChannel>;
  /** Where people find an incident. */
  readonly consoleUrl: () => string | undefined;
  readonly live: LiveFeed;
  /** For operational incidents alone: decisions about data live in event time. */
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
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

const stateKey = 'monitor';

export function createMonitor(options: MonitorOptions): Monitor {
  const { config, store, references, models, logger, metrics, live } = options;
  const actions = config.actions.map((action, index) => ({ ...action, index, condition: parseCondition(action.when) }));
  const longestPaneMs = Math.max(config.windows.pane, ...config.segments.map(({ pane = 0 }) => pane));
  const sendAlert = createAlerter({ ...options, pipeline: config.pipeline });
  let state: MonitorState = firstState;
  let leadership = soleLeadership(0);
  let queue: Promise<unknown> = Promise.resolve();
  /** Of the present round; written together. */
  let judged: Judgement[] = [];
  let panes: WindowReader | undefined;

  /** Rounds and people's decisions change the same state: one after the other. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    return turn;
  }

  /** Of what the present round writes. */
  const revision = () => revisionOf(leadership.term, state.round);

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
    const latePanesMs = panesMs.filter((startMs) => startMs < state.closedThroughMs);
    if (closedMs === state.closedThroughMs && latePanesMs.length === 0) {
      // Panes that are still open will be looked at again when they close.
      return;
    }
    await leadership.confirm();
    const afterMs = state.closedThroughMs;
    state = { ...next, seen, closedThroughMs: closedMs, ...(Number.isFinite(lastPaneMs) ? { lastPaneMs } : {}) };
    await store.seal({ afterMs, throughMs: closedMs, latePanesMs, revision: revision(), longestPaneMs });
    judged = [];
    panes = store.readPanes(closedMs);
    await judgeAgain(latePanesMs);
    const firstMs = await store.firstPane();
    if (firstMs !== undefined) {
      for (const task of dueTasks({ config, models: models.models, state, firstMs, closedMs, ended }))
        await perform(task);
    }
    await store.writeJudgements(judged, revision());
    await expire(closedMs);
    await leadership.confirm();
    await store.writeState(stateKey, revision(), JSON.stringify(state));
    metrics.gauge('tidemark_open_incidents', state.incidents.open.length);
    metrics.gauge('tidemark_judged_through_seconds', closedMs / 1000);
    live.publish({ kind: 'judged' });
  }

  /** In steps of a thirtieth of the retention, since each costs the store seconds; forgetting twice forgets no more. */
  async function expire(closedMs: number): Promise<void> {
    const { retention } = config.store;
    const stepMs = Math.max(dayMs, retention / 30);
    const beforeMs = Math.floor((closedMs - retention) / stepMs) * stepMs;
    const firstMs = await store.firstPane();
    if (beforeMs <= state.expiredMs || firstMs === undefined || firstMs >= beforeMs) return;
    await store.expire(beforeMs);
    state = { ...state, expiredMs: beforeMs };
  }

  async function perform(task: Task): Promise<void> {
    if (task.kind === 'judge') {
      const judgements = await judge(task.due);
      state = { ...state, judgedThroughMs: { ...state.judgedThroughMs, [task.due.name]: task.due.endMs } };
      await decide(judgements, task.atMs);
      return;
    }
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
      if (news.outcome === 'refused') await tryAgain(news.incidentId, atMs);
    }
  }

  async function judge(due: DueWindow): Promise<readonly Judgement[]> {
    const reference = references.current();
    if (reference === undefined || panes === undefined) return [];
    const champions = new Set(models.models.map((model) => `@prediction:${model}:${models.champion(model)}`));
    const judgements = await judgeDueWindow(due, {
      store: panes,
      reference,
      champions,
      comparisons: config.drift,
      budget: config.budget,
      brief: options.brief ?? false,
    });
    judged.push(...judgements);
    metrics.count('tidemark_judgements_total', judgements.length);
    metrics.count('tidemark_alarms_total', judgements.filter(({ alarm }) => alarm).length);
    return judgements;
  }

  /** Late events change windows that were judged: they are judged again for the record; incidents look forward only. */
  async function judgeAgain(latePanesMs: readonly number[]): Promise<void> {
    for (const comparison of config.drift) {
      const name = comparisonName(comparison, formatDuration);
      const throughMs = state.judgedThroughMs[name];
      if (throughMs === undefined) continue;
      const starts = new Set(latePanesMs.map((paneMs) => Math.floor(paneMs / comparison.window) * comparison.window));
      for (const startMs of [...starts].sort((a, b) => a - b)) {
        const endMs = startMs + comparison.window;
        if (endMs <= throughMs) await judge({ comparison, name, startMs, endMs });
      }
    }
  }

  async function decide(judgements: readonly Judgement[], atMs: number): Promise<void> {
    const incidentConfig = { ...config.incidents, importance: models.importance() };
    const advanced = advanceIncidents(state.incidents, judgements, incidentConfig, atMs);
    await apply(advanced);
    for (const entry of advanced.entries) {
      logger.info(
        { incident: entry.incidentId, severity: entry.incident.severity },
        `incident ${entry.kind}: ${entry.incident.title}`,
      );
      if (entry.kind === 'opened' || entry.kind === 'updated') await act(entry.incident, atMs);
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

  /** Takes the actions whose condition holds, each once an incident and not within its cooldown. */
  async function act(incident: Incident, atMs: number): Promise<void> {
    if (incident.snoozedUntil !== null && incident.snoozedUntil > atMs) return;
    // Operational incidents live in another time: their cooldowns are their own. Training is no cure for them.
    const operational = incident.kind === 'operational';
    const scope = operational ? 'operational/' : '';
    for (const action of actions) {
      if (!action.condition.test(incident)) continue;
      for (const channel of action.alert ?? []) {
        await once(`${scope}${action.index}/alert/${channel}`, incident, action.cooldown, atMs, () =>
          sendAlert(channel, incident),
        );
      }
      if (action.retrain !== undefined && !operational) {
        const model = action.retrain;
        await once(`${action.index}/retrain/${model}`, incident, action.cooldown, atMs, () =>
          models.retrain({
            model,
            jobId: hash(`${incident.id}/${action.index}/${model}/${atMs}`),
            incidentId: incident.id,
            why: incident.title,
            atMs,
            leadership,
          }),
        );
      }
    }
  }

  /** A challenger lost while what asked for it goes on: by now there are more labelled events of it. */
  async function tryAgain(incidentId: string, atMs: number): Promise<void> {
    const open = state.incidents.open.find(({ incident }) => incident.id === incidentId);
    if (open === undefined) return;
    const others = Object.entries(state.actedAtMs).filter(
      ([key]) => !(key.includes('/retrain/') && key.endsWith(`/${incidentId}`)),
    );
    state = { ...state, actedAtMs: Object.fromEntries(others) };
    await act(open.incident, atMs);
  }

  async function once(
    key: string,
    incident: Incident,
    cooldownMs: number,
    atMs: number,
    work: () => Promise<string>,
  ): Promise<void> {
    const own = `${key}/${incident.id}`;
    const lastMs = state.actedAtMs[key];
    if (state.actedAtMs[own] !== undefined || (lastMs !== undefined && atMs - lastMs < cooldownMs)) return;
    const sentence = await takeOnce(store, {
      key: hash(`${own}/${atMs}`),
      incidentId: incident.id,
      atMs,
      revision: revision(),
      leadership,
      work,
    });
    state = { ...state, actedAtMs: { ...state.actedAtMs, [own]: atMs, [key]: atMs } };
    await apply(recordAction(state.incidents, incident.id, sentence, atMs));
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
      if (kind === 'opened') await act(incident, incident.openedAt);
    }
    await leadership.confirm();
    await store.writeState(stateKey, revision(), JSON.stringify(state));
    metrics.gauge('tidemark_open_incidents', state.incidents.open.length);
  }

  /** Where the work fails the state is that of before, as after a crash: it is done again from there. */
  async function restored(work: () => Promise<void>): Promise<void> {
    const before = state;
    try {
      await work();
    } catch (error) {
      state = before;
      throw error;
    }
  }

  return {
    get state() {
      return state;
    },
    start: (given) =>
      inTurn(async () => {
        const saved = await store.readState(stateKey);
        state = saved === undefined ? firstState : { ...firstState, ...(JSON.parse(saved.document) as MonitorState) };
        leadership = given;
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
        await store.writeState(stateKey, revision(), JSON.stringify(state));
        return true;
      }),
  };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
