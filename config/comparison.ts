import { formatDuration } from '../common/duration.ts';
import { parseTimestampMs } from '../common/timestamp.ts';
import type { ComparisonConfig, PipelineConfig } from './schema.ts';

const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** What a comparison says of itself, with the defaults of its kind. */
export type ComparisonKind =
  | { readonly kind: 'training' }
  | { readonly kind: 'previous' }
  | { readonly kind: 'skew' }
  | { readonly kind: 'rolling'; readonly overMs: number }
  | {
      readonly kind: 'seasonal';
      readonly season: NonNullable<ComparisonConfig['season']>;
      readonly timeZone: string;
      readonly overMs: number;
    }
  | { readonly kind: 'window'; readonly fromMs: number; readonly toMs: number };

export function kindOf(comparison: ComparisonConfig): ComparisonKind {
  const { against, over, season = 'hour-of-week', timeZone = 'UTC', from, to } = comparison;
  switch (against) {
    case 'rolling':
      return { kind: 'rolling', overMs: over ?? 7 * dayMs };
    case 'seasonal':
      return { kind: 'seasonal', season, timeZone, overMs: over ?? 28 * dayMs };
    case 'window':
      return { kind: 'window', fromMs: parseTimestampMs(from) ?? Number.NaN, toMs: parseTimestampMs(to) ?? Number.NaN };
    default:
      return { kind: against };
  }
}

/** `training:1d`, `rolling:1h:7d`, `seasonal:1h:hour-of-week:28d`, `window:1d:2001-01-01..2001-02-01`: no two are alike. */
export function nameOf(comparison: ComparisonConfig): string {
  const kind = kindOf(comparison);
  const short = (ms: number): string => formatDuration(ms).replaceAll(' ', '');
  const name = `${kind.kind}:${formatDuration(comparison.window)}`;
  if (kind.kind === 'rolling') return `${name}:${short(kind.overMs)}`;
  if (kind.kind === 'seasonal')
    return `${name}:${kind.season}:${short(kind.overMs)}${kind.timeZone === 'UTC' ? '' : `:${kind.timeZone}`}`;
  if (kind.kind === 'window') return `${name}:${momentText(kind.fromMs)}..${momentText(kind.toMs)}`;
  return name;
}

/** A date where it is midnight (UTC), else with the time to the minute or, where it has them, with seconds. */
export function momentText(ms: number): string {
  if (!Number.isFinite(ms)) return '?';
  const text = new Date(ms).toISOString();
  if (ms % dayMs === 0) return text.slice(0, 10);
  return ms % 60_000 === 0 ? `${text.slice(0, 16)}Z` : `${text.slice(0, 19)}Z`;
}

/** Lengths that panes are summed to: those that all shorter panes of the pipeline divide. */
export function rollUpLengthsMs({ windows, segments }: PipelineConfig): readonly number[] {
  const panes = [windows.pane, ...segments.map(({ pane }) => pane ?? windows.pane)];
  return [hourMs, dayMs].filter(
    (length) => panes.some((pane) => pane < length) && panes.every((pane) => pane >= length || length % pane === 0),
  );
}

/** How long profiles of that length are kept, ms of event time. */
export function keptMs({ store }: PipelineConfig, lengthMs: number): number {
  const { panes, hours, days } = store.profiles;
  if (lengthMs < hourMs) return panes;
  return lengthMs < dayMs ? hours : days;
}

/** How far back windows of a length can be read: by the longest pane or sum that divides it. */
export function readableMs(config: PipelineConfig, windowMs: number): number {
  const lengths = [config.windows.pane, ...rollUpLengthsMs(config).filter((length) => windowMs % length === 0)];
  return Math.max(...lengths.map((length) => keptMs(config, length)));
}
