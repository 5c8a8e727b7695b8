import { createHash } from 'node:crypto';
import { everything } from '../../common/segment.ts';
import { type Judgement, judgementId, judgementKinds } from '../../drift/judge/judgement.ts';
import { type Alarm, causeKeyOf, causeOf, compareTexts, trackKeyOf } from './alarm.ts';
import { type Cluster, clusterAlarms, holds } from './cluster.ts';
import { describe, segmentText } from './describe.ts';
import { entryOf, evidenceMax, type Incident, type IncidentEntry } from './incident.ts';
import { effectOf, graver, importanceOf, severityOf } from './severity.ts';
import type { IncidentConfig, IncidentState, OpenIncident, Track } from './state.ts';
import { advanceTracks, isMature } from './tracks.ts';

/**
 * One step of the policy: what the judgements of one window and one comparison do to the incidents. Pure and deterministic:
 * the order of the judgements does not matter, and a state that went through JSON has the same future.
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
  const alarms = sorted.filter(({ alarm }) => alarm).map((judgement) => alarmOf(judgement, tracks, config));
  const mine = state.open.filter(({ incident }) => incident.comparison === comparison);
  const others = state.open.filter(({ incident }) => incident.comparison !== comparison);

  const entries: IncidentEntry[] = [];
  const context: Context = { config, nowMs, eventsOf: eventsByFeature(sorted) };
  const touched = new Map<string, Alarm[]>();
  const opened: OpenIncident[] = [];
  for (const cluster of clusterAlarms(alarms, mine, config.open.of)) {
    if (cluster.home !== undefined) {
      touched.set(cluster.home.incident.id, [...(touched.get(cluster.home.incident.id) ?? []), ...cluster.alarms]);
      continue;
    }
    const mature = cluster.alarms.filter((alarm) => alarm.mature);
    // The cause itself has to be seen often enough, not only what follows from it.
    if (!mature.some(({ causeKey }) => causeKey === cluster.causeKey)) continue;
    const blank = newIncident({ ...cluster, alarms: mature }, comparison, context);
    const { incident, entry } = entryOf(blank, 'opened', nowMs);
    entries.push(entry);
    opened.push({ incident, causeKey: cluster.causeKey, age: 0, quiet: 0 });
  }
  const judged = sorted.some(({ critical }) => Number.isFinite(critical));
  const kept: OpenIncident[] = [];
  for (const one of mine) {
    const own = touched.get(one.incident.id) ?? [];
    // What merely follows from a cause does not keep the incident open; its own features in its own segments do.
    const lives = own.some((alarm) => alarm.causeKey === one.causeKey || holds(one, alarm));
    const next = lives ? { ...one, quiet: 0 } : { ...one, quiet: one.quiet + (judged ? 1 : 0) };
    if (next.quiet >= config.closeAfterQuiet) {
      entries.push(entryOf(one.incident, 'closed', nowMs, { status: 'closed', closedAt: nowMs }).entry);
      continue;
    }
    const grown = own.length > 0 ? grow(one.incident, own, context) : undefined;
    if (grown !== undefined) entries.push(grown.entry);
    kept.push({ ...next, incident: grown?.incident ?? one.incident, age: one.age + 1 });
  }
  const open = [...others, ...kept, ...opened].sort((a, b) => compareTexts(a.incident.id, b.incident.id));
  entries.sort((a, b) => compareTexts(a.incidentId, b.incidentId) || a.seq - b.seq);
  return { state: { version: 1, tracks, open }, entries };
}

interface Context {
  readonly config: IncidentConfig;
  readonly nowMs: number;
  readonly eventsOf: (feature: string) => number;
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

function eventsByFeature(judgements: readonly Judgement[]): (feature: string) => number {
  const whole = new Map<string, number>();
  const parts = new Map<string, number>();
  for (const { segment, feature, nCurrent } of judgements) {
    if (segment === everything) whole.set(feature, nCurrent);
    else parts.set(feature, (parts.get(feature) ?? 0) + nCurrent);
  }
  return (feature) => whole.get(feature) ?? parts.get(feature) ?? 0;
}

function newIncident(cluster: Cluster, comparison: string, context: Context): Incident {
  const judgements = cluster.alarms.map(({ judgement }) => judgement);
  const features = distinct(judgements.map(({ feature }) => feature));
  const segments = distinct(judgements.map(({ segment }) => segment));
  const windowEnd = judgements[0]?.windowEnd ?? 0;
  const id = createHash('sha256')
    .update(JSON.stringify([comparison, cluster.causeKey, features, segments, windowEnd]))
    .digest('hex')
    .slice(0, 16);
  const kinds = kindsOf(judgements, cluster.cause);
  const effect = effectOf(judgements, context.eventsOf);
  const importance = importanceOf(features, context.config.importance);
  const blank: Incident = {
    id,
    kind: kinds[0] ?? 'drift',
    kinds,
    features,
    segment: segmentText(segments),
    segments,
    comparison,
    status: 'open',
    since: Math.min(...cluster.alarms.map(({ since }) => since)),
    openedAt: context.nowMs,
    updatedAt: context.nowMs,
    closedAt: null,
    cause: cluster.cause,
    title: '',
    severity: 'low',
    effect,
    importance,
    evidence: judgements.map(judgementId).slice(0, evidenceMax),
    actions: [],
    acknowledgedBy: null,
    snoozedUntil: null,
    seq: 0,
  };
  return { ...blank, title: describe(blank, judgements), severity: rate(blank, context) };
}

/** What the mature alarms of a window add; undefined where that is nothing a person has to know. */
function grow(incident: Incident, alarms: readonly Alarm[], context: Context): ReturnType<typeof entryOf> | undefined {
  const judgements = alarms.filter(({ mature }) => mature).map(({ judgement }) => judgement);
  if (judgements.length === 0) return undefined;
  const features = distinct([...incident.features, ...judgements.map(({ feature }) => feature)]);
  const segments = distinct([...incident.segments, ...judgements.map(({ segment }) => segment)]);
  const effect = Math.max(incident.effect, effectOf(judgements, context.eventsOf));
  const importance = importanceOf(features, context.config.importance);
  const kinds = distinctKinds([...incident.kinds, ...kindsOf(judgements, incident.cause)]);
  const larger: Incident = {
    ...incident,
    features,
    segments,
    kinds,
    effect,
    importance,
    segment: segmentText(segments),
    evidence: [...new Set([...incident.evidence.slice(0, evidenceMax / 2), ...judgements.map(judgementId)])].slice(
      0,
      evidenceMax,
    ),
  };
  const severity = graver(incident.severity, rate(larger, context));
  const news =
    features.length > incident.features.length ||
    segments.length > incident.segments.length ||
    kinds.length > incident.kinds.length ||
    severity !== incident.severity;
  if (!news) return undefined;
  return entryOf({ ...larger, severity, title: describe(larger, judgements) }, 'updated', context.nowMs);
}

function rate(incident: Incident, { config }: Context): Incident['severity'] {
  const { effect, kind, cause, importance } = incident;
  const greatestImportance = Math.max(0, ...Object.values(config.importance ?? { all: 1 }));
  return severityOf({ effect, kind, cause, importance, greatestImportance });
}

/** The cause's own kind first: a prediction that moves because a feature changed its unit is a consequence. */
function kindsOf(judgements: readonly Judgement[], cause: Incident['cause']): readonly Incident['kind'][] {
  const all = distinctKinds(judgements.map(({ detail }) => detail.kind));
  const own = judgements.find((judgement) => causeOf(judgement) === cause && judgement.detail.kind !== 'prediction');
  return own === undefined ? all : distinctKinds([own.detail.kind, ...all]);
}

function distinctKinds(kinds: readonly Incident['kind'][]): readonly Incident['kind'][] {
  const [first] = kinds;
  const set = new Set(kinds);
  const rest = judgementKinds.filter((kind) => set.has(kind) && kind !== first);
  return first === undefined ? [] : [first, ...rest];
}

function distinct(items: readonly string[]): readonly string[] {
  return [...new Set(items)].sort(compareTexts);
}
