import type { Judgement } from '../../drift/judge/judgement.ts';
import { type Alarm, causeKeyOf, causeOf, compareTexts, isNamed, trackKeyOf } from './alarm.ts';
import { type Cluster, clusterAlarms, holds } from './cluster.ts';
import { withoutContradicted } from './contradicted.ts';
import { type Context, eventsByFeature, grow, newIncident } from './growth.ts';
import { entryOf, type IncidentEntry } from './incident.ts';
import { heldForWindows, overtaken } from './over-time.ts';
import { createQuiet } from './quiet.ts';
import { foundElsewhere } from './same-cause.ts';
import type { IncidentConfig, IncidentState, OpenIncident, Track } from './state.ts';
import { advanceTracks, isMature } from './tracks.ts';

/**
 * One step of the policy: what the judgements of one window and one comparison do to the incidents. What windows of another
 * comparison have found already is theirs (`foundElsewhere`). Pure and deterministic: the order of the judgements does not
 * matter, and a state that went through JSON has the same future.
 *
 * `nowMs` is the event time of the decision.
 */
export function advanceIncidents(
  state: IncidentState,
  judgements: readonly Judgement[],
  config: IncidentConfig,
  nowMs: number,
): { readonly state: IncidentState; readonly entries: readonly IncidentEntry[] } {
  const comparison = judgements[0]?.comparison;
  if (comparison === undefined) return { state, entries: [] };
  const sorted = judgements.toSorted(
    (a, b) => compareTexts(a.segment, b.segment) || compareTexts(a.feature, b.feature),
  );
  const tracks = advanceTracks(state.tracks, sorted, config);
  const alarms = withoutContradicted(
    sorted.filter(({ alarm }) => alarm).map((judgement) => alarmOf(judgement, tracks, config)),
  );
  const mine = state.open.filter(({ incident }) => incident.comparison === comparison);
  const windowMs = (sorted[0]?.windowEnd ?? 0) - (sorted[0]?.windowStart ?? 0);
  let others = heldForWindows(
    state.open.filter(({ incident }) => incident.comparison !== comparison),
    alarms.filter(({ mature }) => !mature),
    nowMs + config.closeAfterQuiet * windowMs,
  );

  const entries: IncidentEntry[] = [];
  const context: Context = { config, nowMs, eventsOf: eventsByFeature(sorted) };
  const touched = new Map<string, Alarm[]>();
  const renamed = new Map<string, Pick<Cluster, 'cause' | 'causeKey'>>();
  const opened: OpenIncident[] = [];
  for (const cluster of clusterAlarms(alarms, mine, config.open.of)) {
    if (cluster.home !== undefined) {
      touched.set(cluster.home.incident.id, [...(touched.get(cluster.home.incident.id) ?? []), ...cluster.alarms]);
      const isSeen = cluster.alarms.some(({ causeKey, mature }) => mature && causeKey === cluster.causeKey);
      if (cluster.causeKey !== cluster.home.causeKey && isSeen) renamed.set(cluster.home.incident.id, cluster);
      continue;
    }
    const mature = cluster.alarms.filter((alarm) => alarm.mature);
    // The cause itself has to be seen often enough, not only what follows from it.
    if (!mature.some(({ causeKey }) => causeKey === cluster.causeKey)) continue;
    const found = overtaken({ ...cluster, alarms: mature }, others, config.open.of * windowMs);
    if (found !== undefined) {
      const { opened: kept, entry } = takeOver(found, { ...cluster, alarms: mature }, comparison, context);
      others = others.filter((one) => one !== found);
      if (entry !== undefined) entries.push(entry);
      opened.push(kept);
      continue;
    }
    const same = foundElsewhere({ ...cluster, alarms: mature }, others, config.open.of * windowMs);
    if (same !== undefined) {
      const joined = join(same, { ...cluster, alarms: mature }, context, nowMs + config.closeAfterQuiet * windowMs);
      others = others.map((one) => (one === same ? joined.incident : one));
      if (joined.entry !== undefined) entries.push(joined.entry);
      continue;
    }
    const blank = newIncident({ ...cluster, alarms: mature }, comparison, context);
    const { incident, entry } = entryOf(blank, 'opened', nowMs);
    entries.push(entry);
    opened.push({ incident, causeKey: cluster.causeKey, age: 0, quiet: 0, heardMs: nowMs });
  }
  const quietNow = createQuiet({ judgements: sorted, tracks, config, windowMs, nowMs });
  const kept: OpenIncident[] = [];
  for (const one of mine) {
    const own = touched.get(one.incident.id) ?? [];
    // What merely follows from a cause does not keep the incident open; its own features in its own segments do.
    const lives = own.some((alarm) => alarm.causeKey === one.causeKey || holds(one, alarm));
    const { next, closes } = quietNow(one, lives);
    if (closes !== undefined) {
      entries.push(entryOf(one.incident, 'closed', nowMs, { status: 'closed', closedAt: nowMs, ...closes }).entry);
      continue;
    }
    const name = renamed.get(one.incident.id);
    const change = name === undefined ? {} : { cause: name.cause };
    const grown = own.length > 0 ? grow(one.incident, own, context, change) : undefined;
    if (grown !== undefined) entries.push(grown.entry);
    const causeKey = name?.causeKey ?? one.causeKey;
    kept.push({ ...next, incident: grown?.incident ?? one.incident, causeKey, age: one.age + 1 });
  }
  const open = [...others, ...kept, ...opened].sort((a, b) => compareTexts(a.incident.id, b.incident.id));
  entries.sort((a, b) => compareTexts(a.incidentId, b.incidentId) || a.seq - b.seq);
  return { state: { ...state, tracks, open }, entries };
}

/** What detectors found first is now an incident of these windows, with what they can say of it. */
function takeOver(
  found: OpenIncident,
  cluster: Cluster,
  comparison: string,
  context: Context,
): { readonly opened: OpenIncident; readonly entry: IncidentEntry | undefined } {
  // Windows have more events than the slices of a detector: their story is the better one.
  const named = isNamed(cluster.cause) && cluster.causeKey !== found.causeKey;
  const change = named ? { comparison, cause: cluster.cause } : { comparison };
  const grown = grow(found.incident, cluster.alarms, context, change);
  const incident = grown?.incident ?? found.incident;
  const causeKey = named ? cluster.causeKey : found.causeKey;
  return { opened: { ...found, incident, causeKey, age: 0, quiet: 0, heardMs: context.nowMs }, entry: grown?.entry };
}

/** Windows of another comparison see it, too: it has what they say, and stays open for as long as they go on. */
function join(
  found: OpenIncident,
  cluster: Cluster,
  context: Context,
  untilMs: number,
): { readonly incident: OpenIncident; readonly entry: IncidentEntry | undefined } {
  const named = isNamed(cluster.cause) && !isNamed(found.incident.cause);
  const grown = grow(found.incident, cluster.alarms, context, named ? { cause: cluster.cause } : {});
  const incident: OpenIncident = {
    ...found,
    incident: grown?.incident ?? found.incident,
    causeKey: named ? cluster.causeKey : found.causeKey,
    heardMs: context.nowMs,
    heldUntilMs: Math.max(found.heldUntilMs ?? 0, untilMs),
  };
  return { incident, entry: grown?.entry };
}

function alarmOf(judgement: Judgement, tracks: Readonly<Record<string, Track>>, config: IncidentConfig): Alarm {
  const trackKey = trackKeyOf(judgement);
  const track = tracks[trackKey] as Track;
  return {
    judgement,
    trackKey,
    cause: causeOf(judgement),
    causeKey: causeKeyOf(judgement),
    mature: isMature(track, config.open),
    since: track.since,
  };
}
