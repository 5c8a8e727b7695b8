import { createHash } from 'node:crypto';
import { isOverTime } from '../../common/over-time.ts';
import { everything } from '../../common/segment.ts';
import { type Judgement, judgementId, judgementKinds } from '../../drift/judge/judgement.ts';
import { type Alarm, causeOf, compareTexts } from './alarm.ts';
import type { Cluster } from './cluster.ts';
import { describe, measuredOf, segmentText } from './describe.ts';
import { entryOf, evidenceMax, type Incident } from './incident.ts';
import { effectOf, graver, importanceOf, severityOf } from './severity.ts';
import type { IncidentConfig } from './state.ts';

/** A title says another number from here on, as a share of the one it says. */
const titleDiffers = 0.1;

export interface Context {
  readonly config: IncidentConfig;
  readonly nowMs: number;
  readonly eventsOf: (feature: string) => number;
}

/** Events of a feature in the window: of all of them, or else of its segments. */
export function eventsByFeature(judgements: readonly Judgement[]): (feature: string) => number {
  const whole = new Map<string, number>();
  const parts = new Map<string, number>();
  for (const { segment, feature, nCurrent } of judgements) {
    if (segment === everything) whole.set(feature, nCurrent);
    else parts.set(feature, (parts.get(feature) ?? 0) + nCurrent);
  }
  return (feature) => whole.get(feature) ?? parts.get(feature) ?? 0;
}

export function newIncident(cluster: Omit<Cluster, 'home'>, comparison: string, context: Context): Incident {
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
  const measured = measuredOf(blank, judgements);
  return {
    ...blank,
    title: describe(blank, judgements),
    severity: rate(blank, context),
    ...(measured === undefined ? {} : { measured }),
  };
}

/**
 * What the mature alarms of a window add; undefined where that is nothing a person has to know. `change` is what else becomes
 * of the incident: its cause has a name now, or another comparison has it.
 */
export function grow(
  incident: Incident,
  alarms: readonly Alarm[],
  context: Context,
  change: Partial<Pick<Incident, 'cause' | 'comparison'>> = {},
): ReturnType<typeof entryOf> | undefined {
  const judgements = alarms.filter(({ mature }) => mature).map(({ judgement }) => judgement);
  if (judgements.length === 0) return undefined;
  const before: Incident = { ...incident, ...change };
  const features = distinct([...incident.features, ...judgements.map(({ feature }) => feature)]);
  const segments = distinct([...incident.segments, ...judgements.map(({ segment }) => segment)]);
  const effect = Math.max(incident.effect, effectOf(judgements, context.eventsOf));
  const importance = importanceOf(features, context.config.importance);
  const kinds = distinctKinds([
    ...(change.cause === undefined ? incident.kinds : []),
    ...kindsOf(judgements, before.cause),
    ...incident.kinds,
  ]);
  const ids = judgements.map(judgementId);
  const seenIn = judgements.map(({ comparison }) => comparison);
  const alsoIn = distinct([...(incident.alsoIn ?? []), ...seenIn, incident.comparison]).filter(
    (comparison) => comparison !== before.comparison,
  );
  const isForeign = !isOverTime(before.comparison) && !seenIn.includes(before.comparison);
  const larger: Incident = {
    ...before,
    ...(alsoIn.length === 0 ? {} : { alsoIn }),
    features,
    segments,
    kind: kinds[0] ?? incident.kind,
    kinds,
    effect,
    importance,
    segment: segmentText(segments),
    evidence: [...new Set([...incident.evidence.slice(0, evidenceMax / 2), ...ids])].slice(0, evidenceMax),
  };
  const severity = graver(incident.severity, rate(larger, context));
  const measured = measuredOf(larger, judgements);
  const news =
    features.length > incident.features.length ||
    segments.length > incident.segments.length ||
    kinds.length > incident.kinds.length ||
    severity !== incident.severity ||
    Object.keys(change).length > 0 ||
    (!isForeign && isBetter(measured, incident.measured)) ||
    alsoIn.length > (incident.alsoIn?.length ?? 0);
  if (!news) return undefined;
  // What its own windows say of the features stays: detectors say when and which way, other comparisons much the same.
  const keeps = isForeign && change.cause === undefined && features.length === incident.features.length;
  const title = keeps ? incident.title : describe(larger, judgements);
  const { measured: told, ...rest } = larger;
  const number = title === incident.title ? told : measured;
  const kept = number === undefined ? {} : { measured: number };
  return entryOf({ ...rest, severity, title, ...kept }, 'updated', context.nowMs);
}

/** Another number than the title says, by a tenth at least, from as many events or more: the first windows are the ones that scatter. */
function isBetter(now: Incident['measured'], before: Incident['measured']): boolean {
  if (now === undefined || before === undefined || now.events < before.events) return false;
  return Math.abs(now.value - before.value) >= titleDiffers * Math.abs(before.value);
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
