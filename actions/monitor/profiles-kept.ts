import { rollUpLengthsMs } from '../../config/comparison.ts';
import type { PipelineConfig } from '../../config/schema.ts';
import type { MonitorState } from './state.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Rows of profiles that start before these times are forgotten: those shorter than an hour, than a day, the others. */
export interface ProfileCuts {
  readonly panes: number;
  readonly hours: number;
  readonly days: number;
}

export const nothingCut: ProfileCuts = {
  panes: Number.MIN_SAFE_INTEGER,
  hours: Number.MIN_SAFE_INTEGER,
  days: Number.MIN_SAFE_INTEGER,
};

/** What may be forgotten once everything before `closedMs` is judged. In steps of a third of the time: each costs the store seconds. */
export function cutsAt({ store }: PipelineConfig, closedMs: number): ProfileCuts {
  const cut = (keptMs: number): number => {
    const stepMs = Math.max(dayMs, Math.floor(keptMs / 3 / dayMs) * dayMs);
    return Math.floor((closedMs - keptMs) / stepMs) * stepMs;
  };
  const { panes, hours, days } = store.profiles;
  return { panes: cut(panes), hours: cut(hours), days: cut(days) };
}

/** Rows of that length that start before are forgotten. */
export function cutOf(cuts: ProfileCuts, lengthMs: number): number {
  if (lengthMs < hourMs) return cuts.panes;
  return lengthMs < dayMs ? cuts.hours : cuts.days;
}

/**
 * The earliest event time from which windows of a length can be read, wherever they were cut. `panes` alone: from their
 * panes, as the window that is judged is; else from hours and days too, where these divide it.
 */
export function readableFrom(
  config: PipelineConfig,
  { windowMs, cuts, panesOnly }: { readonly windowMs: number; readonly cuts: ProfileCuts; readonly panesOnly: boolean },
): number {
  const sums = panesOnly ? [] : rollUpLengthsMs(config).filter((length) => windowMs % length === 0);
  const cut = Math.min(...[config.windows.pane, ...sums].map((length) => cutOf(cuts, length)));
  return Math.ceil(cut / windowMs) * windowMs;
}

/**
 * Panes that late events touched, as they have to be sealed again. Where panes of the hour (day) are forgotten its sum can only
 * be made anew from all of them, so all of them are sealed from what the chunks counted. Where that is forgotten too, the late
 * events cannot be added to what is known of the pane, and it stays as it was.
 */
export function latePanes(
  config: PipelineConfig,
  state: MonitorState,
  touchedMs: readonly number[],
): { readonly sealMs: readonly number[]; readonly lost: number } {
  const cuts = state.cuts ?? nothingCut;
  const { pane } = config.windows;
  const sealMs = new Set<number>();
  let lost = 0;
  for (const paneMs of touchedMs) {
    const lengths = rollUpLengthsMs(config);
    const whole = paneMs < cutOf(cuts, pane) ? (paneMs < cuts.hours ? lengths.at(-1) : lengths[0]) : undefined;
    const firstMs = whole === undefined ? paneMs : Math.floor(paneMs / whole) * whole;
    if (firstMs < state.expiredMs) lost++;
    else for (let at = firstMs; at < firstMs + (whole ?? pane); at += pane) sealMs.add(at);
  }
  return { sealMs: [...sealMs].sort((a, b) => a - b), lost };
}
