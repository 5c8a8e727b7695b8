import { isOverTime } from '../../common/over-time.ts';
import { comparisonOfTrackKey, prefixOfTrackKey, trackKeyPrefix } from './alarm.ts';
import { entryOf, type IncidentEntry } from './incident.ts';
import { muteKeyOf } from './over-time.ts';
import type { IncidentState, OpenIncident } from './state.ts';

export interface ManualResult {
  readonly state: IncidentState;
  /** Empty where no open incident has this id. */
  readonly entries: readonly IncidentEntry[];
}

/** The open incident that is meant by its id, or by a beginning that no other open one has; else what was asked for. */
export function openIncidentId({ open }: IncidentState, asked: string): string {
  const ids = open.map(({ incident }) => incident.id).filter((id) => id.startsWith(asked));
  return asked !== '' && ids.length === 1 ? (ids[0] as string) : asked;
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
  const pairs = incident.features.flatMap((feature) => incident.segments.map((segment) => ({ segment, feature })));
  // What detectors found first is quiet whichever comparison finds it again.
  const seenIn = [incident.comparison, ...(incident.alsoIn ?? [])];
  const comparisons = seenIn.some(isOverTime) ? comparisonsOf(state) : seenIn;
  const belongs = new Set(
    comparisons.flatMap((comparison) => pairs.map((pair) => trackKeyPrefix({ comparison, ...pair }))),
  );
  const tracks = Object.fromEntries(
    Object.entries(state.tracks).map(([key, track]) => [
      key,
      belongs.has(prefixOfTrackKey(key)) ? { ...track, muted: true } : track,
    ]),
  );
  const untilMs = found.heldUntilMs;
  const quiet = untilMs === undefined ? [] : pairs.map((pair) => [muteKeyOf(pair), untilMs] as const);
  const muted = quiet.length === 0 ? {} : { muted: { ...state.muted, ...Object.fromEntries(quiet) } };
  const { entry } = entryOf(incident, 'closed', nowMs, { status: 'closed', closedAt: nowMs });
  const open = state.open.filter((one) => one !== found);
  return { state: { ...state, tracks, open, ...muted }, entries: [entry] };
}

function comparisonsOf({ tracks }: IncidentState): string[] {
  return [...new Set(Object.keys(tracks).map(comparisonOfTrackKey))];
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
