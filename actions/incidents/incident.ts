import type { SegmentKey } from '../../common/segment.ts';
import type { TroubleCause } from '../../common/trouble.ts';
import type { StoryKind } from '../../drift/cause/story.ts';
import type { JudgementKind } from '../../drift/judge/judgement.ts';

export const severities = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** A story that was found, or none: `drift` where the distribution moved, `performance` where the model got worse. */
export type CauseKind = Exclude<StoryKind, 'segments' | 'scale'> | 'drift' | 'performance' | TroubleCause;

/** A story about where the values lie; missing, invalid and new ones are another matter. */
export function isOfValues(cause: CauseKind): boolean {
  return ['unit', 'shift', 'constant', 'vanished'].includes(cause);
}

/** What is judged, or `operational`: a trouble of the pipeline itself. */
export type IncidentKind = JudgementKind | 'operational';

/**
 * Alarms that belong together, or a trouble of the pipeline, with a life of their own. Plain JSON; times in ms since 1970: event
 * time, of an operational incident wall clock.
 */
export interface Incident {
  /** Hash of what opened it: a replay gives the same. */
  readonly id: string;
  /** The foremost of `kinds`. */
  readonly kind: IncidentKind;
  readonly kinds: readonly IncidentKind[];
  /** In alphabetical order. */
  readonly features: readonly string[];
  /** For people: `origin DEN, SLC and 4 more`, or `all events`. */
  readonly segment: string;
  /** In alphabetical order; the empty text is all events. */
  readonly segments: readonly SegmentKey[];
  /** The one that opened it, or took it over from detectors. */
  readonly comparison: string;
  /** Others under which it was seen, too, in alphabetical order; absent where there is none. */
  readonly alsoIn?: readonly string[];
  readonly status: 'open' | 'closed';
  /** Start of the first window that alarmed. */
  readonly since: number;
  readonly openedAt: number;
  readonly updatedAt: number;
  readonly closedAt: number | null;
  /** A clause, where it was closed for another reason than that it was quiet. */
  readonly closedBecause?: string;
  readonly cause: CauseKind;
  /** One sentence. */
  readonly title: string;
  /** The factor or the shift that the title says, and the events it was measured on; absent where it says none. */
  readonly measured?: { readonly value: number; readonly events: number };
  /** Only rises while the incident is open. */
  readonly severity: Severity;
  /** The greatest so far: Jensen–Shannon distance over all events, in [0, 1]; of performance, the relative loss. */
  readonly effect: number;
  /** Of the most important of its features, in [0, 1]; 1 where importances are not known. */
  readonly importance: number;
  /** Judgements by `judgementId`: those that opened it and the latest, at most `evidenceMax`. */
  readonly evidence: readonly string[];
  readonly actions: readonly string[];
  readonly acknowledgedBy: string | null;
  readonly snoozedUntil: number | null;
  /** Running number of its last entry. */
  readonly seq: number;
}

export const evidenceMax = 50;

export const entryKinds = ['opened', 'updated', 'acknowledged', 'snoozed', 'action', 'closed'] as const;
export type EntryKind = (typeof entryKinds)[number];

/** One row of `incident_log`: the incident as it is after it. */
export interface IncidentEntry {
  readonly incidentId: string;
  readonly seq: number;
  readonly at: number;
  readonly kind: EntryKind;
  readonly incident: Incident;
}

/** The incident after one more entry, and the entry. */
export function entryOf(
  incident: Incident,
  kind: EntryKind,
  at: number,
  change: Partial<Incident> = {},
): { readonly incident: Incident; readonly entry: IncidentEntry } {
  const after: Incident = { ...incident, ...change, updatedAt: at, seq: incident.seq + 1 };
  return { incident: after, entry: { incidentId: after.id, seq: after.seq, at, kind, incident: after } };
}
