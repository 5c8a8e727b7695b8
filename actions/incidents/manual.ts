import { prefixOfTrackKey, trackKeyPrefix } from './alarm.ts';
import { entryOf, type IncidentEntry } from './incident.ts';
import type { IncidentState, OpenIncident } from './state.ts';

export interface ManualResult {
  readonly state: IncidentState;
  /** Empty where no open incident has this id. */
  readonly entries: readonly IncidentEntry[];
}

/** Somebody takes it on. */
export function acknowledgeIncident(state: IncidentState, id: string, by: string, nowMs: number): ManualResult {
  return change(state, id, (one) => entryOf(one.incident, 'acknowledged', nowMs, { acknowledgedBy: by }));
}

/** No action is taken for it until `untilMs` (event time); it is judged as before. */
export function snoozeIncident(state: IncidentState, id: string, untilMs: number, nowMs: number): ManualResult {
  return change(state, id, (one) => entryOf(one.incident, 'snoozed', nowMs, { snoozedUntil: untilMs }));
}

/** An action was taken because of it. */
export function recordAction(state: IncidentState, id: string, action: string, nowMs: number): ManualResult {
  return change(state, id, (one) =>
    entryOf(one.incident, 'action', nowMs, { actions: [...one.incident.actions, action] }),
  );
}

/**
 * Closed by a person: what goes on alarming opens no new incident until it was quiet for `closeAfterQuiet` windows.
 */
export function closeIncident(state: IncidentState, id: string, nowMs: number): ManualResult {
  const found = state.open.find(({ incident }) => incident.id === id);
  if (found === undefined) return { state, entries: [] };
  const { incident } = found;
  const belongs = new Set(
    incident.features.flatMap((feature) =>
      incident.segments.map((segment) => trackKeyPrefix({ comparison: incident.comparison, segment, feature })),
    ),
  );
  const tracks = Object.fromEntries(
    Object.entries(state.tracks).map(([key, track]) => [
      key,
      belongs.has(prefixOfTrackKey(key)) ? { ...track, muted: true } : track,
    ]),
  );
  const { entry } = entryOf(incident, 'closed', nowMs, { status: 'closed', closedAt: nowMs });
  return { state: { ...state, tracks, open: state.open.filter((one) => one !== found) }, entries: [entry] };
}

function change(
  state: IncidentState,
  id: string,
  step: (one: OpenIncident) => ReturnType<typeof entryOf>,
): ManualResult {
  const found = state.open.find(({ incident }) => incident.id === id);
  if (found === undefined) return { state, entries: [] };
  const { incident, entry } = step(found);
  return {
    state: { ...state, open: state.open.map((one) => (one === found ? { ...one, incident } : one)) },
    entries: [entry],
  };
}
