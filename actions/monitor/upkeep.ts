import { rollUpLengthsMs } from '../../config/comparison.ts';
import type { PipelineConfig } from '../../config/schema.ts';
import type { MonitorStore } from './ports.ts';
import { cutsAt, nothingCut, type ProfileCuts } from './profiles-kept.ts';
import type { MonitorState } from './state.ts';
import { dayMs } from './tasks.ts';

interface Upkeep {
  readonly config: PipelineConfig;
  readonly store: MonitorStore;
  readonly state: MonitorState;
  readonly closedMs: number;
}

/** Sums what closed to hours and days, before anything is judged: what reaches far back is read from these. */
export async function rollUpClosed(
  { config, store, state, closedMs }: Upkeep,
  also: { readonly firstMs: number | undefined; readonly latePanesMs: readonly number[]; readonly revision: number },
): Promise<MonitorState> {
  const { firstMs, latePanesMs, revision } = also;
  const afterMs = state.rolledThroughMs ?? firstMs;
  const lengthsMs = rollUpLengthsMs(config);
  if (afterMs === undefined || lengthsMs.length === 0) return state;
  await store.rollUp({ afterMs, throughMs: closedMs, latePanesMs, lengthsMs, revision });
  return { ...state, rolledThroughMs: closedMs };
}

/** Forgets what is older than is kept, in steps, since each costs the store seconds; forgetting twice forgets no more. */
export async function forgetOld(
  { config, store, state, closedMs }: Upkeep,
  { firstProfileMs }: { readonly firstProfileMs: number },
): Promise<MonitorState> {
  let next = state;
  const { retention } = config.store;
  const stepMs = Math.max(dayMs, retention / 30);
  const beforeMs = Math.floor((closedMs - retention) / stepMs) * stepMs;
  if (beforeMs > state.expiredMs && firstProfileMs < beforeMs) {
    await store.expire(beforeMs);
    next = { ...next, expiredMs: beforeMs };
  }
  const known = state.cuts ?? nothingCut;
  const wanted = cutsAt(config, closedMs);
  const due = (['panes', 'hours', 'days'] as const).some(
    (kind) => wanted[kind] > known[kind] && wanted[kind] > firstProfileMs,
  );
  if (!due) return next;
  // Kept for longer from now on: what was forgotten does not come back.
  const cuts: ProfileCuts = {
    panes: Math.max(known.panes, wanted.panes),
    hours: Math.max(known.hours, wanted.hours),
    days: Math.max(known.days, wanted.days),
  };
  await store.expireProfiles(cuts);
  return { ...next, cuts };
}
