import type { Backtest } from '../../common/backtest.ts';
import type { ContractMark } from '../../common/contract-mark.ts';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { soleLeadership } from '../../common/leadership.ts';
import { createLiveFeed } from '../../common/live.ts';
import { noMetrics, silentLogger } from '../../common/ports.ts';
import { pipelineHolidays } from '../../config/calendar.ts';
import type { PipelineConfig } from '../../config/schema.ts';
import { createMonitor } from '../monitor/monitor.ts';
import type { ModelDesk, WindowReader } from '../monitor/ports.ts';
import { comparisonName } from '../monitor/rounds.ts';
import { firstState, type MonitorState } from '../monitor/state.ts';
import { dayMs } from '../monitor/tasks.ts';
import { createBlankStore } from './blank-store.ts';
import { judgeableComparisons, missingFeatures, missingSegments, withSegmentsOf } from './judgeable.ts';
import { pairIncidents } from './pair-incidents.ts';
import type { BacktestStore, ModelHistory, ModelsAt, StoredPanes } from './ports.ts';
import { createTally } from './tally.ts';
import { untriedContract, untriedPanes } from './untried.ts';

export interface BacktestOptions {
  /** What is tried. */
  readonly config: PipelineConfig;
  readonly store: BacktestStore;
  readonly models: ModelHistory;
  /** Of the tried pipeline; absent where it is the one in force. */
  readonly contract?: ContractMark;
  /** ms since 1970; default: all that is stored. Windows that lie whole in it are judged. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Judgements at most. */
  readonly judgementsMax?: number;
  /** Called between windows: where others wait for this process, it lets them in. */
  readonly pause?: () => Promise<void>;
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * What would have been: judges the stored panes of a span again under `config`, by the monitor itself over a store that forgets, and
 * compares the incidents with those that were. Nothing is written, and no action is taken.
 *
 * Windows are compared with what was the champion's reference at their time. What people did to incidents is not repeated.
 * @throws CONFIG_INVALID where the span is none, NOT_FOUND where it holds no pane
 */
export async function runBacktest(options: BacktestOptions): Promise<Backtest> {
  const { store, models } = options;
  const span = await spanOf(options);
  const stored = await store.storedPanes(span.fromMs, span.toMs);
  const segments = new Set(await store.storedSegments(span.fromMs, span.toMs));
  const { comparisons, notJudged } = judgeableComparisons(options.config, stored);
  const untried = [
    ...untriedContract(await store.contract(), options.contract),
    ...untriedPanes(options.config, stored),
  ];
  const config: PipelineConfig = { ...options.config, drift: [...comparisons], actions: [] };
  let present = await trimmed(models, span.fromMs, config);
  checkSize(options, config, present, span);

  const tally = createTally();
  const blank = createBlankStore({
    panes: pausing(store.readPanes(span.toMs), options.pause),
    reads: store.reads,
    firstMs: span.fromMs,
    state: stateAt(span.fromMs, config),
    onJudged: tally.add,
  });
  const monitor = createMonitor({
    config,
    holidays: pipelineHolidays(config),
    store: blank,
    performance: {
      performance: ({ model, startMs, endMs }) => store.performance(model, startMs, endMs),
      writePerformance: async () => {},
    },
    references: { current: () => present.reference },
    models: deskOf(() => present),
    channels: new Map(),
    consoleUrl: () => undefined,
    live: createLiveFeed(),
    clock: { now: () => span.toMs },
    logger: silentLogger,
    metrics: noMetrics,
    brief: true,
  });
  await monitor.start(soleLeadership(0));
  const missing = [...missingOf(present, config, { stored, segments })];
  for (const endMs of stepsOf(span, models.changesMs)) {
    await monitor.round(endMs + config.windows.lateness);
    if (models.changesMs.includes(endMs)) {
      present = await trimmed(models, endMs, config);
      missing.push(...missingOf(present, config, { stored, segments }));
    }
  }

  const were = await store.incidentsAt(span.toMs, span.fromMs);
  return {
    pipeline: config.pipeline,
    from: span.fromMs,
    to: span.toMs,
    budget: config.budget,
    windows: tally.windows,
    judgements: tally.judgements,
    alarms: { was: await store.countAlarms(span.fromMs, span.toMs, config.labels?.horizon ?? 0), now: tally.alarms },
    incidents: pairIncidents(were, [...blank.incidents.values()], span),
    notJudged: [
      ...distinct([...untried, ...notJudged, ...missing]).map((one) => ({ ...one, judgements: 0 })),
      ...tally.notJudged(),
    ],
  };
}

async function spanOf({ store, config, fromMs, toMs }: BacktestOptions): Promise<Span> {
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs)
    throw new TidemarkError(ErrorCode.CONFIG_INVALID, `${iso(fromMs)} is not before ${iso(toMs)}`, {
      place: 'from, to',
      cure: 'Write the earlier time first',
    });
  const stored = await store.span();
  if (stored === undefined)
    throw new TidemarkError(ErrorCode.NOT_FOUND, `no pane of ${config.pipeline} is stored`, {
      cure: 'Run the pipeline first: panes are stored as they close',
    });
  const span = {
    fromMs: Math.max(fromMs ?? stored.fromMs, stored.fromMs),
    toMs: Math.min(toMs ?? stored.toMs, stored.toMs),
  };
  if (span.fromMs >= span.toMs)
    throw new TidemarkError(ErrorCode.NOT_FOUND, `no pane of ${config.pipeline} is stored between these times`, {
      place: 'from, to',
      cure: `Panes are stored from ${iso(stored.fromMs)} to ${iso(stored.toMs)}`,
    });
  return span;
}

const iso = (timeMs: number): string => new Date(timeMs).toISOString().replace(/\.000Z$/, 'Z');

async function trimmed(models: ModelHistory, timeMs: number, config: PipelineConfig): Promise<ModelsAt> {
  const present = await models.at(timeMs);
  const reference = present.reference && withSegmentsOf(config, present.reference);
  return { ...present, reference };
}

interface Stored {
  readonly stored: readonly StoredPanes[];
  readonly segments: ReadonlySet<string>;
}

function* missingOf({ reference }: ModelsAt, config: PipelineConfig, { stored, segments }: Stored) {
  if (reference === undefined) {
    yield { comparison: '', what: 'all features', why: 'there is no reference: neither a champion nor a file' };
    return;
  }
  yield* missingSegments(config, reference, segments);
  yield* missingFeatures(reference, stored);
}

function distinct<T extends { readonly comparison: string; readonly what: string; readonly why: string }>(
  all: readonly T[],
): T[] {
  return [...new Map(all.map((one) => [JSON.stringify([one.comparison, one.what, one.why]), one])).values()];
}

/** In order, and in rounds of a day, so that only a day's judgements are in memory; a round ends where a role changed. */
function stepsOf({ fromMs, toMs }: Span, changesMs: readonly number[]): number[] {
  const ends = new Set([toMs, ...changesMs.filter((at) => at > fromMs && at < toMs)]);
  for (let end = (Math.floor(fromMs / dayMs) + 1) * dayMs; end < toMs; end += dayMs) ends.add(end);
  return [...ends].sort((a, b) => a - b);
}

/** Everything before is judged: the first window of each comparison is the first that lies in the span. */
function stateAt(fromMs: number, config: PipelineConfig): MonitorState {
  const firstOf = (lengthMs: number) => Math.ceil(fromMs / lengthMs) * lengthMs;
  return {
    ...firstState,
    closedThroughMs: fromMs,
    judgedThroughMs: Object.fromEntries(
      config.drift.map((comparison) => [comparisonName(comparison), firstOf(comparison.window)]),
    ),
    measuredThroughMs: Object.fromEntries(config.models.map(({ name }) => [name, firstOf(dayMs)])),
  };
}

function deskOf(present: () => ModelsAt): ModelDesk {
  return {
    get models() {
      return present().models;
    },
    champion: (model) => present().champion(model),
    importance: () => present().importance(),
    holdout: (model) => present().holdout(model),
    review: async () => [],
    retrain: async () => '',
  };
}

function pausing(panes: WindowReader, pause: (() => Promise<void>) | undefined): WindowReader {
  if (pause === undefined) return panes;
  return {
    async windowProfiles(...asked) {
      await pause();
      return panes.windowProfiles(...asked);
    },
  };
}

function checkSize(
  { judgementsMax }: BacktestOptions,
  config: PipelineConfig,
  { reference }: ModelsAt,
  span: Span,
): void {
  if (judgementsMax === undefined || reference === undefined) return;
  const features = reference.features.length;
  const judgements = config.drift.reduce(
    (sum, { window, segments }) =>
      sum +
      Math.floor((span.toMs - span.fromMs) / window) * features * (1 + (segments ? reference.segments.length : 0)),
    0,
  );
  if (judgements <= judgementsMax) return;
  throw new TidemarkError(
    ErrorCode.CONFIG_INVALID,
    `these are ${judgements} judgements; at most ${judgementsMax} are made`,
    {
      place: 'from, to',
      cure: 'Ask for a shorter time, or use the command tidemark backtest',
    },
  );
}
