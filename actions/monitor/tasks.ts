import { sliceMsOf } from '../../config/detectors.ts';
import type { PipelineConfig } from '../../config/schema.ts';
import { nothingCut, type ProfileCuts, readableFrom } from './profiles-kept.ts';
import { comparisonName, type DueWindow, windowsBetween } from './rounds.ts';
import type { MonitorState } from './state.ts';

export const dayMs = 86_400_000;

/** One thing to decide, at a moment of event time. */
export type Task =
  | { readonly kind: 'judge'; readonly atMs: number; readonly due: DueWindow }
  /** A slice of time for the detectors. */
  | { readonly kind: 'watch'; readonly atMs: number; readonly startMs: number; readonly endMs: number }
  | {
      readonly kind: 'measure';
      readonly atMs: number;
      readonly model: string;
      readonly startMs: number;
      readonly endMs: number;
    };

/** At one moment: windows can name a cause, and detectors then join it. */
const order: readonly Task['kind'][] = ['judge', 'watch', 'measure'];

/** What has become due, in the order of event time. */
export function dueTasks(request: {
  readonly config: PipelineConfig;
  readonly models: readonly string[];
  readonly state: MonitorState;
  /** Start of the first pane there is. */
  readonly firstMs: number;
  readonly cuts: ProfileCuts;
  readonly closedMs: number;
  /** No label will come any more. */
  readonly ended: boolean;
  /** What detectors have counted under this name in slices of this length; they begin with `firstMs`. */
  readonly watch?: { readonly name: string; readonly sliceMs: number; readonly firstMs: number } | undefined;
}): Task[] {
  const { config, models, state, firstMs, closedMs, ended, cuts, watch } = request;
  const tasks: Task[] = [];
  for (const comparison of config.drift) {
    const name = comparisonName(comparison);
    // A comparison that is new judges what there is, but no window that has lost a part of its panes.
    const readableMs = readableFrom(config, { windowMs: comparison.window, cuts, panesOnly: true });
    const fromMs = Math.max(state.judgedThroughMs[name] ?? firstMs, readableMs);
    for (const window of windowsBetween(fromMs, closedMs, comparison.window)) {
      tasks.push({ kind: 'judge', atMs: window.endMs, due: { comparison, name, ...window } });
    }
  }
  if (watch !== undefined) {
    const fromMs = state.judgedThroughMs[watch.name] ?? watch.firstMs;
    for (const slice of windowsBetween(fromMs, closedMs, watch.sliceMs))
      tasks.push({ kind: 'watch', atMs: slice.endMs, ...slice });
  }
  if (config.labels !== undefined) {
    const { horizon } = config.labels;
    for (const model of models) {
      const fromMs = state.measuredThroughMs[model] ?? firstMs;
      for (const window of windowsBetween(fromMs, ended ? closedMs : closedMs - horizon, dayMs)) {
        tasks.push({ kind: 'measure', atMs: window.endMs + horizon, model, ...window });
      }
    }
  }
  return tasks.sort((a, b) => a.atMs - b.atMs || order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** Windows that were judged and have got late events since, by comparison and time; those that lost panes stay as they were. */
export function lateDues(request: {
  readonly config: PipelineConfig;
  readonly state: MonitorState;
  readonly latePanesMs: readonly number[];
}): DueWindow[] {
  const { config, state, latePanesMs } = request;
  return config.drift.flatMap((comparison) => {
    const name = comparisonName(comparison);
    const throughMs = state.judgedThroughMs[name];
    if (throughMs === undefined) return [];
    const { window } = comparison;
    const cuts = state.cuts ?? nothingCut;
    const before = comparison.against === 'previous' ? window : 0;
    const readableMs = readableFrom(config, { windowMs: window, cuts, panesOnly: true }) + before;
    const starts = new Set(latePanesMs.map((paneMs) => Math.floor(paneMs / window) * window));
    return [...starts]
      .sort((a, b) => a - b)
      .filter((startMs) => startMs >= readableMs && startMs + window <= throughMs)
      .map((startMs) => ({ comparison, name, startMs, endMs: startMs + window }));
  });
}

/** After the end of a bounded stream everything is closed, its last window included. `lastPaneMs` is -Infinity where none was seen. */
export function endOfAll(config: PipelineConfig, lastPaneMs: number, closedThroughMs: number): number {
  const slice = sliceMsOf(config) ?? 0;
  const longest = Math.max(config.windows.pane, dayMs, slice, ...config.drift.map(({ window }) => window));
  if (!Number.isFinite(lastPaneMs)) return closedThroughMs;
  return Math.max(closedThroughMs, (Math.floor(lastPaneMs / longest) + 1) * longest);
}
