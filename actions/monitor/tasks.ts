import { formatDuration } from '../../common/duration.ts';
import { sliceMsOf } from '../../config/detectors.ts';
import type { PipelineConfig } from '../../config/schema.ts';
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
  readonly closedMs: number;
  /** No label will come any more. */
  readonly ended: boolean;
  /** What detectors have counted under this name in slices of this length; they begin with `firstMs`. */
  readonly watch?: { readonly name: string; readonly sliceMs: number; readonly firstMs: number } | undefined;
}): Task[] {
  const { config, models, state, firstMs, closedMs, ended, watch } = request;
  const tasks: Task[] = [];
  for (const comparison of config.drift) {
    const name = comparisonName(comparison, formatDuration);
    const fromMs = state.judgedThroughMs[name] ?? firstMs;
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

/** After the end of a bounded stream everything is closed, its last window included. `lastPaneMs` is -Infinity where none was seen. */
export function endOfAll(config: PipelineConfig, lastPaneMs: number, closedThroughMs: number): number {
  const slice = sliceMsOf(config) ?? 0;
  const longest = Math.max(config.windows.pane, dayMs, slice, ...config.drift.map(({ window }) => window));
  if (!Number.isFinite(lastPaneMs)) return closedThroughMs;
  return Math.max(closedThroughMs, (Math.floor(lastPaneMs / longest) + 1) * longest);
}
