import { isOverTime } from '../../common/over-time.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import { type Alarm, causeKeyOf, causeOf, compareTexts, isNamed, trackKeyOf } from './alarm.ts';
import { type Cluster, connected, holds } from './cluster.ts';
import { type Context, eventsByFeature, grow, newIncident } from './growth.ts';
import { type CauseKind, entryOf, type IncidentEntry } from './incident.ts';
import { isOperational } from './operational.ts';
import { atOnce, latestFirst, mayBeCalled, sharesFeature } from './same-cause.ts';
import type { IncidentConfig, IncidentState, OpenIncident } from './state.ts';

/** Event times and lengths, ms. */
export interface OverTimeStep {
  /** End of the slice. */
  readonly nowMs: number;
  readonly sliceMs: number;
  readonly leastHoldMs: number;
}

/**
 * One step of the policy for detectors: what they said after one slice of time. One alarm of theirs is enough: it keeps the
 * false-alarm budget by itself. It joins an open incident of the same drift, whatever comparison found that; else it opens one.
 * Where windows find the same later they take the incident over (see `advanceIncidents`).
 *
 * An incident is held open for `leastHoldMs` (so long that windows can find the same), and for twice the time that the evidence
 * took: the detector has begun anew, and a change that goes on shows again by then. Pure and deterministic.
 */
export function advanceOverTime(
  state: IncidentState,
  judgements: readonly Judgement[],
  config: IncidentConfig,
  step: OverTimeStep,
): { readonly state: IncidentState; readonly entries: readonly IncidentEntry[] } {
  const { nowMs, sliceMs } = step;
  const sorted = judgements.toSorted((a, b) => compareTexts(orderOf(a), orderOf(b)));
  const context: Context = { config, nowMs, eventsOf: eventsByFeature(sorted) };
  const slackMs = config.open.of * sliceMs;
  const entries: IncidentEntry[] = [];
  let open = state.open.filter((one) => {
    if (!isOverTime(one.incident.comparison) || nowMs < (one.heldUntilMs ?? nowMs)) return true;
    if (sorted.some((judgement) => judgement.alarm && sharesFeature(one, judgement))) return true;
    entries.push(entryOf(one.incident, 'closed', nowMs, { status: 'closed', closedAt: nowMs }).entry);
    return false;
  });
  const { alarms, muted } = heard(state.muted ?? {}, sorted, step, config);
  const replace = (from: OpenIncident, to: OpenIncident): void => {
    open = open.map((one) => (one === from ? to : one));
  };
  const homeless: Alarm[] = [];
  for (const alarm of alarms) {
    const home = homeOf(alarm, open, { nowMs, slackMs });
    if (home === undefined) {
      homeless.push(alarm);
      continue;
    }
    const named = isNamed(alarm.cause) && !isNamed(home.incident.cause);
    const grown = grow(home.incident, [alarm], context, named ? { cause: alarm.cause } : {});
    if (grown !== undefined) entries.push(grown.entry);
    replace(home, {
      ...home,
      incident: grown?.incident ?? home.incident,
      causeKey: named ? alarm.causeKey : home.causeKey,
      quiet: 0,
      heldUntilMs: Math.max(home.heldUntilMs ?? 0, heldUntil(alarm, step, config)),
    });
  }
  for (const cluster of grouped(homeless)) {
    const comparison = (cluster.alarms[0] as Alarm).judgement.comparison;
    const { incident, entry } = entryOf(newIncident(cluster, comparison, context), 'opened', nowMs);
    entries.push(entry);
    const heldUntilMs = Math.max(...cluster.alarms.map((alarm) => heldUntil(alarm, step, config)));
    open.push({ incident, causeKey: cluster.causeKey, age: 0, quiet: 0, heldUntilMs });
  }
  open.sort((a, b) => compareTexts(a.incident.id, b.incident.id));
  entries.sort((a, b) => compareTexts(a.incidentId, b.incidentId) || a.seq - b.seq);
  return { state: { ...state, open, ...(muted === undefined ? {} : { muted }) }, entries };
}

/** What detectors call one feature of one segment, to be quiet about it. */
export function muteKeyOf(of: Pick<Judgement, 'segment' | 'feature'>): string {
  return JSON.stringify([of.segment, of.feature]);
}

/**
 * The open incident of detectors that windows, having found it by themselves, take over: of the same cause and feature; or one
 * that shares a feature, where the windows name no cause or both began at once and it has no name or a rival story of the values.
 */
export function overtaken(
  cluster: Pick<Cluster, 'cause' | 'causeKey' | 'alarms'>,
  open: readonly OpenIncident[],
  slackMs: number,
): OpenIncident | undefined {
  const since = Math.min(...cluster.alarms.map((alarm) => alarm.since));
  const shares = latestFirst(open).filter(
    (one) =>
      isOverTime(one.incident.comparison) && cluster.alarms.some(({ judgement }) => sharesFeature(one, judgement)),
  );
  return (
    shares.find(({ causeKey }) => causeKey === cluster.causeKey) ??
    shares.find(
      (one) =>
        !isNamed(cluster.cause) || (mayBeCalled(one.incident.cause, cluster.cause) && atOnce(one, since, slackMs)),
    )
  );
}

/** Windows have begun to see what detectors found: it is held until they know or have been quiet. */
export function heldForWindows(
  open: readonly OpenIncident[],
  alarms: readonly Alarm[],
  untilMs: number,
): readonly OpenIncident[] {
  return open.map((one) => {
    const seen = alarms.some(({ judgement }) => sharesFeature(one, judgement));
    if (!seen || !isOverTime(one.incident.comparison)) return one;
    return { ...one, heldUntilMs: Math.max(one.heldUntilMs ?? 0, untilMs) };
  });
}

function orderOf({ comparison, segment, feature }: Judgement): string {
  return JSON.stringify([segment, feature, comparison]);
}

/** Alarms that count, and who is muted from now on: a person closed their incident, and they have not been quiet since. */
function heard(
  before: Readonly<Record<string, number>>,
  judgements: readonly Judgement[],
  step: OverTimeStep,
  config: IncidentConfig,
): { readonly alarms: readonly Alarm[]; readonly muted: Readonly<Record<string, number>> | undefined } {
  const muted = Object.fromEntries(Object.entries(before).filter(([, untilMs]) => step.nowMs < untilMs));
  const alarms = judgements
    .filter(({ alarm }) => alarm)
    .map((judgement): Alarm => {
      const since = judgement.detail.overTime?.sinceMs ?? judgement.windowStart;
      const cause = causeOf(judgement);
      return {
        judgement,
        trackKey: trackKeyOf(judgement),
        cause,
        causeKey: causeKeyOf(judgement),
        mature: true,
        since,
      };
    });
  const loud = alarms.filter((alarm) => {
    const key = muteKeyOf(alarm.judgement);
    if (muted[key] === undefined) return true;
    muted[key] = Math.max(muted[key], heldUntil(alarm, step, config));
    return false;
  });
  const none = Object.keys(muted).length === 0 && Object.keys(before).length === 0;
  return { alarms: loud, muted: none ? undefined : muted };
}

function heldUntil(
  { since }: Alarm,
  { nowMs, sliceMs, leastHoldMs }: OverTimeStep,
  { closeAfterQuiet }: IncidentConfig,
): number {
  return nowMs + Math.max(leastHoldMs, closeAfterQuiet * sliceMs, 2 * (nowMs - since));
}

/** The open incident that an alarm belongs to. */
function homeOf(
  alarm: Alarm,
  all: readonly OpenIncident[],
  { nowMs, slackMs }: { readonly nowMs: number; readonly slackMs: number },
): OpenIncident | undefined {
  const open = latestFirst(all).filter((one) => !isOperational(one) && one.incident.cause !== 'performance');
  const shares = open.filter((one) => sharesFeature(one, alarm.judgement));
  if (isNamed(alarm.cause)) {
    // One airport's new code is new among origins and among destinations.
    const alike = isUnmistakable(alarm.cause) ? open.filter((one) => sharesSegment(one, alarm.judgement)) : shares;
    const same = [...shares, ...alike].find(({ causeKey }) => causeKey === alarm.causeKey);
    // What a detector saw before it could tell the cause, or the windows tell another story of.
    const other = shares.find(
      (one) => mayBeCalled(one.incident.cause, alarm.cause) && atOnce(one, alarm.since, slackMs),
    );
    return same ?? other;
  }
  const young = open.filter((one) => atOnce(one, alarm.since, slackMs) && nowMs - one.incident.openedAt <= slackMs);
  return (
    shares.find((one) => holds(one, alarm)) ?? shares[0] ?? young.find((one) => sharesSegment(one, alarm.judgement))
  );
}

/** Alarms of one slice that have no incident: by named cause, with the unnamed ones that touch it; the rest by what they share. */
function grouped(alarms: readonly Alarm[]): readonly Omit<Cluster, 'home'>[] {
  const named = connected(alarms.filter(({ cause }) => isNamed(cause)));
  const rest: Alarm[] = [];
  const followers = new Map<Omit<Cluster, 'home'>, Alarm[]>(named.map((cluster) => [cluster, []]));
  for (const alarm of alarms) {
    if (isNamed(alarm.cause)) continue;
    const { feature, segment } = alarm.judgement;
    const host = named.find((cluster) =>
      cluster.alarms.some(({ judgement }) => judgement.feature === feature || judgement.segment === segment),
    );
    if (host === undefined) rest.push(alarm);
    else followers.get(host)?.push(alarm);
  }
  return [
    ...named.map((cluster) => ({ ...cluster, alarms: [...cluster.alarms, ...(followers.get(cluster) ?? [])] })),
    ...connected(rest),
  ];
}

/** Two of its like are one: values are missing for many reasons, but a code or a factor is what it is. */
function isUnmistakable(cause: CauseKind): boolean {
  return cause === 'new-category' || cause === 'unit';
}

function sharesSegment({ incident }: OpenIncident, { segment }: Judgement): boolean {
  return incident.segments.includes(segment);
}
