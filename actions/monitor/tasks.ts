import type { PipelineConfig } from '../../config/schema.ts';
import { comparisonName, type DueWindow, windowsBetween } from './rounds.ts';
import type { MonitorState } from './state.ts';

export const dayMs = 86_400_000;

/** One thing to decide, at a moment of event time. */
export type Task =
  | { readonly kind: 'judge'; readonly atMs: number; readonly due: DueWindow }
  | {
      readonly kind: 'measure';
      readonly atMs: number;
      readonly model: string;
      readonly startMs: number;
      readonly endMs: number;
    };

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
}): Task[] {
  const { config, models, state, firstMs, closedMs, ended } = request;
  const tasks: Task[] = [];
  for (const comparison of config.drift) {
    const name = comparisonName(comparison);
    const fromMs = state.judgedThroughMs[name] ?? firstMs;
    for (const window of windowsBetween(fromMs, closedMs, comparison.window)) {
      tasks.push({ kind: 'judge', atMs: window.endMs, due: { comparison, name, ...window } });
    }
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
  return tasks.sort((a, b) => a.atMs - b.atMs || (a.kind === b.kind ? 0 : a.kind === 'judge' ? -1 : 1));
}

/** After the end of a bounded stream everything is closed, its last window included. `lastPaneMs` is -Infinity where none was seen. */
export function endOfAll(config: PipelineConfig, lastPaneMs: number, closedThroughMs: number): number {
  const longest = Math.max(config.windows.pane, dayMs, ...config.drift.map(({ window }) => window));
  if (!Number.isFinite(lastPaneMs)) return closedThroughMs;
  return Math.max(closedThroughMs, (Math.floor(lastPaneMs / longest) + 1) * longest);
}
