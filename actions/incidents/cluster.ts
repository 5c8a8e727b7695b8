import { everything } from '../../common/segment.ts';
import { type Alarm, compareTexts, explainedBy, isNamed } from './alarm.ts';
import { type CauseKind, isOfValues } from './incident.ts';
import type { OpenIncident } from './state.ts';

/** Alarms of one window that have one cause. */
export interface Cluster {
  readonly cause: CauseKind;
  readonly causeKey: string;
  readonly alarms: readonly Alarm[];
  /** The open incident they belong to; undefined where they would be a new one. */
  readonly home: OpenIncident | undefined;
}

/** A cause with a name, of today's alarms or of an open incident, and what it holds. */
interface Host {
  readonly cause: CauseKind;
  readonly causeKey: string;
  readonly alarms: Alarm[];
  readonly home: OpenIncident | undefined;
  readonly features: ReadonlySet<string>;
  readonly segments: ReadonlySet<string>;
  readonly since: number;
}

/**
 * Groups the alarms of one window and finds the open incident of each group. `atOnceWindows`: two things that began within so
 * many windows began at once.
 *
 * Alarms of one named cause are one group, and so are rival stories about the values of one feature that began at once (a unit, in a
 * small segment a shift): the story with most events names them, and an open incident that had another story or none.
 * An unnamed alarm belongs to a named cause that began at once in its segment or in
 * its feature (the prediction moves with the distance; in one segment the story did not fit), that holds its feature and
 * segment already (the day a fault ends), or whose segments are what moves all events. It stays with an open incident of
 * drift that has it already. The rest is joined where it shares a feature or a segment; performance stands by itself.
 */
export function clusterAlarms(
  alarms: readonly Alarm[],
  open: readonly OpenIncident[],
  atOnceWindows: number,
): readonly Cluster[] {
  const hosts = hostsOf(
    alarms.filter(({ cause }) => isNamed(cause)),
    open,
    atOnceWindows,
  );
  const drifting = open.filter(({ incident }) => incident.cause === 'drift');
  const rest: Alarm[] = [];
  for (const alarm of alarms) {
    if (isNamed(alarm.cause)) continue;
    const settled = alarm.cause === 'performance' || drifting.some((one) => holds(one, alarm));
    const host = settled ? undefined : hosts.find((candidate) => belongs(alarm, candidate, atOnceWindows));
    if (host === undefined) rest.push(alarm);
    else host.alarms.push(alarm);
  }
  const unnamed = connected(rest, atOnceWindows).map(
    (group): Cluster => ({ ...group, home: incidentFor(group, open, atOnceWindows) }),
  );
  return [...hosts.filter((host) => host.alarms.length > 0), ...unnamed];
}

function hostsOf(named: readonly Alarm[], open: readonly OpenIncident[], atOnceWindows: number): readonly Host[] {
  const hosts = groupedByCause(named, atOnceWindows).map((alarms) => {
    const { cause, causeKey } = strongest(alarms);
    const home =
      incidentFor({ causeKey, alarms }, open, atOnceWindows) ?? rivalFor({ cause, alarms }, open, atOnceWindows);
    // The name an incident has stays, unless so much more speaks for another.
    const keeps = home !== undefined && isNamed(home.incident.cause) && !outweighs(causeKey, home.causeKey, alarms);
    return hostOf({
      cause: keeps ? home.incident.cause : cause,
      causeKey: keeps ? home.causeKey : causeKey,
      alarms,
      home,
    });
  });
  for (const home of open)
    if (isNamed(home.incident.cause) && !hosts.some((host) => host.home === home))
      hosts.push(hostOf({ cause: home.incident.cause, causeKey: home.causeKey, alarms: [], home }));
  return hosts.sort((a, b) => a.since - b.since || compareTexts(a.causeKey, b.causeKey));
}

/** By cause; stories about the values of one feature that began at once are rivals about one cause. */
function groupedByCause(named: readonly Alarm[], atOnceWindows: number): readonly (readonly Alarm[])[] {
  const byCause = new Map<string, Alarm[]>();
  for (const alarm of named) {
    const known = byCause.get(alarm.causeKey);
    if (known === undefined) byCause.set(alarm.causeKey, [alarm]);
    else known.push(alarm);
  }
  const groups: Alarm[][] = [];
  for (const members of byCause.values()) {
    const rivals = groups.filter((group) =>
      group.some((one) => members.some((other) => areRivals(one, other, atOnceWindows))),
    );
    const [into, ...others] = rivals;
    if (into === undefined) {
      groups.push(members);
      continue;
    }
    into.push(...members, ...others.flat());
    for (const other of others) groups.splice(groups.indexOf(other), 1);
  }
  return groups;
}

function areRivals(one: Alarm, other: Alarm, atOnceWindows: number): boolean {
  const { feature, windowStart, windowEnd } = one.judgement;
  return (
    feature === other.judgement.feature &&
    isOfValues(one.cause) &&
    isOfValues(other.cause) &&
    Math.abs(one.since - other.since) <= atOnceWindows * (windowEnd - windowStart)
  );
}

/** The alarm whose cause has most evidence: mature ones before others, then by the events of all alarms of that cause. */
function strongest(alarms: readonly Alarm[]): Alarm {
  const [first] = alarms.toSorted(
    (a, b) =>
      Number(b.mature) - Number(a.mature) ||
      evidenceFor(b.causeKey, alarms) - evidenceFor(a.causeKey, alarms) ||
      compareTexts(a.causeKey, b.causeKey),
  );
  return first as Alarm;
}

function evidenceFor(causeKey: string, alarms: readonly Alarm[]): number {
  return alarms.reduce((sum, one) => sum + (one.causeKey === causeKey ? one.judgement.nCurrent : 0), 0);
}

function outweighs(causeKey: string, other: string, alarms: readonly Alarm[]): boolean {
  const mature = alarms.filter((alarm) => alarm.mature);
  return evidenceFor(causeKey, mature) > 2 * evidenceFor(other, mature);
}

function hostOf(cluster: {
  readonly cause: CauseKind;
  readonly causeKey: string;
  readonly alarms: readonly Alarm[];
  readonly home: OpenIncident | undefined;
}): Host {
  const { alarms, home } = cluster;
  return {
    ...cluster,
    alarms: [...alarms],
    features: new Set([...alarms.map(({ judgement }) => judgement.feature), ...(home?.incident.features ?? [])]),
    segments: new Set([...alarms.map(({ judgement }) => judgement.segment), ...(home?.incident.segments ?? [])]),
    since: Math.min(...alarms.map(({ since }) => since), home?.incident.since ?? Number.POSITIVE_INFINITY),
  };
}

function belongs(alarm: Alarm, host: Host, atOnceWindows: number): boolean {
  const { segment, feature, windowStart, windowEnd } = alarm.judgement;
  const hasSegment = host.segments.has(segment);
  const hasFeature = concerns(alarm.judgement).some((one) => host.features.has(one));
  if (hasSegment && host.features.has(feature)) return true;
  const atOnce = Math.abs(alarm.since - host.since) <= atOnceWindows * (windowEnd - windowStart);
  const moved = explainedBy(alarm.judgement);
  const shared = moved.filter((one) => host.segments.has(one)).length;
  // An old cause that holds most segments (a new code, seen from everywhere) does not explain what begins there later.
  if (moved.length > 0 && shared * 2 > moved.length && (atOnce || hasFeature)) return true;
  // All events are a segment of everybody: sharing them says nothing about features.
  return atOnce && (hasFeature || (hasSegment && segment !== everything));
}

/** One of the incident's own features in one of its own segments. */
export function holds({ incident }: OpenIncident, { judgement }: Alarm): boolean {
  return incident.features.includes(judgement.feature) && incident.segments.includes(judgement.segment);
}

/** Connected components over shared features and shared segments, by cause; `atOnceWindows` as in {@link clusterAlarms}. */
export function connected(
  alarms: readonly Alarm[],
  atOnceWindows = Number.POSITIVE_INFINITY,
): readonly Omit<Cluster, 'home'>[] {
  const clusters: Omit<Cluster, 'home'>[] = [];
  const left = new Set(alarms);
  for (const seed of alarms) {
    if (!left.delete(seed)) continue;
    const members = [seed];
    for (const member of members)
      for (const other of left)
        if (other.causeKey === seed.causeKey && touches(member, other, atOnceWindows)) {
          left.delete(other);
          members.push(other);
        }
    members.sort((a, b) => compareTexts(a.trackKey, b.trackKey));
    clusters.push({ cause: seed.cause, causeKey: seed.causeKey, alarms: members });
  }
  return clusters;
}

/** Judgements of several features are about all events, so that they share with everything: they have to have begun at once. */
function touches(a: Alarm, b: Alarm, atOnceWindows: number): boolean {
  if (concerns(a.judgement).some((one) => concerns(b.judgement).includes(one))) return true;
  if (a.judgement.segment !== b.judgement.segment) return false;
  if (isJoint(a) === isJoint(b)) return true;
  const { windowStart, windowEnd } = a.judgement;
  return Math.abs(a.since - b.since) <= atOnceWindows * (windowEnd - windowStart);
}

function isJoint({ judgement }: Alarm): boolean {
  return judgement.feature.startsWith('@joint:');
}

/** The judgement's feature and, where it is about several at once, those. */
function concerns({ feature, detail }: Alarm['judgement']): readonly string[] {
  return [feature, ...(detail.about ?? [])];
}

/**
 * The open incident of the same feature that began at once but has another story of its values, or none yet. A nameless one has to be
 * young: what has been drifting for long is not called by a fault that begins in it.
 */
function rivalFor(
  { cause, alarms }: Pick<Cluster, 'cause' | 'alarms'>,
  open: readonly OpenIncident[],
  atOnceWindows: number,
): OpenIncident | undefined {
  if (!isOfValues(cause)) return undefined;
  return open.find(({ incident, age }) => {
    const isRival = isOfValues(incident.cause) || (incident.cause === 'drift' && age < 2 * atOnceWindows);
    if (!isRival) return false;
    return alarms.some(({ judgement, since }) => {
      const { feature, windowStart, windowEnd } = judgement;
      const atOnce = Math.abs(since - incident.since) <= atOnceWindows * (windowEnd - windowStart);
      return incident.features.includes(feature) && atOnce;
    });
  });
}

/**
 * The open incident a group belongs to: of the same cause, with a feature in common; or with a segment in common while the
 * incident is so young that both began at once.
 */
function incidentFor(
  cluster: Pick<Cluster, 'causeKey' | 'alarms'>,
  open: readonly OpenIncident[],
  atOnceWindows: number,
): OpenIncident | undefined {
  const features = new Set(cluster.alarms.map(({ judgement }) => judgement.feature));
  const segments = new Set(cluster.alarms.map(({ judgement }) => judgement.segment));
  const candidates = open.filter(({ causeKey }) => causeKey === cluster.causeKey);
  return (
    candidates.find(({ incident }) => incident.features.some((feature) => features.has(feature))) ??
    candidates.find(
      ({ incident, age }) => age < atOnceWindows && incident.segments.some((segment) => segments.has(segment)),
    )
  );
}
