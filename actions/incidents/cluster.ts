import { everything } from '../../common/segment.ts';
import { type Alarm, compareTexts, explainedBy, isNamed } from './alarm.ts';
import type { CauseKind, Incident } from './incident.ts';
import type { OpenIncident } from './state.ts';

/** Alarms of one window that have one cause. */
export interface Cluster {
  readonly cause: CauseKind;
  readonly causeKey: string;
  readonly alarms: readonly Alarm[];
}

/**
 * Groups the alarms of one window. Those of one named cause are one cluster. What else moves in exactly segments with a named
 * cause (another feature, the prediction), or in all events because of them, follows from it. The rest is joined where it
 * shares a feature or a segment; the model's performance stands by itself.
 */
export function clusterAlarms(alarms: readonly Alarm[]): readonly Cluster[] {
  const named = new Map<string, Alarm[]>();
  for (const alarm of alarms) if (isNamed(alarm.cause)) push(named, alarm.causeKey, alarm);
  const rest: Alarm[] = [];
  for (const alarm of alarms) {
    if (isNamed(alarm.cause)) continue;
    const causeKey = alarm.cause === 'performance' ? undefined : ownerOf(alarm, named);
    if (causeKey === undefined) rest.push(alarm);
    else push(named, causeKey, alarm);
  }
  const clusters = [...named].map(([causeKey, members]) => ({
    causeKey,
    cause: (members.find((alarm) => alarm.causeKey === causeKey) as Alarm).cause,
    alarms: members,
  }));
  return [...clusters, ...connected(rest)].sort((a, b) => compareTexts(a.causeKey, b.causeKey));
}

/** The named cause an unnamed alarm follows from: in one segment, the cause there; in all events, that of most segments. */
function ownerOf(alarm: Alarm, named: ReadonlyMap<string, readonly Alarm[]>): string | undefined {
  const { segment, feature } = alarm.judgement;
  const segments = segment === everything ? explainedBy(alarm.judgement) : [segment];
  let best: { readonly key: string; readonly shared: number } | undefined;
  for (const [key, members] of named) {
    const shared = segments.filter((one) =>
      members.some(
        ({ judgement, cause }) =>
          isNamed(cause) && judgement.segment === one && (segment !== everything || judgement.feature === feature),
      ),
    ).length;
    if (shared * 2 > segments.length && (best === undefined || shared > best.shared)) best = { key, shared };
  }
  if (best !== undefined || segment !== everything) return best?.key;
  for (const [key, members] of named)
    if (members.some(({ judgement, cause }) => isNamed(cause) && judgement.segment === everything)) return key;
  return undefined;
}

/** Connected components over shared features and shared segments, by cause. */
function connected(alarms: readonly Alarm[]): readonly Cluster[] {
  const clusters: Cluster[] = [];
  const left = new Set(alarms);
  for (const seed of alarms) {
    if (!left.delete(seed)) continue;
    const members = [seed];
    for (const member of members)
      for (const other of left)
        if (other.causeKey === seed.causeKey && touches(member, other)) {
          left.delete(other);
          members.push(other);
        }
    members.sort((a, b) => compareTexts(a.trackKey, b.trackKey));
    clusters.push({ cause: seed.cause, causeKey: seed.causeKey, alarms: members });
  }
  return clusters;
}

function touches(a: Alarm, b: Alarm): boolean {
  return a.judgement.feature === b.judgement.feature || a.judgement.segment === b.judgement.segment;
}

/**
 * The open incident a cluster belongs to: of the same cause, with a feature in common; or with a segment in common while the
 * incident is so young that both began at once. Undefined: it is a new one.
 */
export function incidentFor(
  cluster: Pick<Cluster, 'causeKey' | 'alarms'>,
  open: readonly OpenIncident[],
  atOnceWindows: number,
): OpenIncident | undefined {
  const features = new Set(cluster.alarms.map(({ judgement }) => judgement.feature));
  const segments = new Set(cluster.alarms.map(({ judgement }) => judgement.segment));
  const sharesFeature = ({ features: own }: Incident): boolean => own.some((feature) => features.has(feature));
  const sharesSegment = ({ segments: own }: Incident): boolean => own.some((segment) => segments.has(segment));
  const candidates = open.filter(({ causeKey }) => causeKey === cluster.causeKey);
  return (
    candidates.find(({ incident }) => sharesFeature(incident)) ??
    candidates.find(({ incident, age }) => age < atOnceWindows && sharesSegment(incident))
  );
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
