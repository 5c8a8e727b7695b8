import { createHash } from 'node:crypto';
import { everything } from '../../common/segment.ts';
import type { RaisedTrouble } from '../../common/trouble.ts';
import { compareTexts } from './alarm.ts';
import { entryOf, type Incident, type IncidentEntry } from './incident.ts';
import type { IncidentState, OpenIncident } from './state.ts';

/** Incidents that are about the pipeline itself, not its data. Their times are those of the wall clock. */
export function isOperational({ incident }: Pick<OpenIncident, 'incident'>): boolean {
  return incident.kind === 'operational';
}

/**
 * What the troubles that are raised now do to the incidents: a new one opens an incident, one that is over ends its own. `met` are
 * the troubles that have had their incident: what a person closed is not opened again while the trouble goes on.
 *
 * Pure; done again after a crash it gives the same incidents.
 */
export function advanceOperational(
  state: IncidentState,
  met: readonly string[],
  raised: readonly RaisedTrouble[],
  nowMs: number,
): { readonly state: IncidentState; readonly met: readonly string[]; readonly entries: readonly IncidentEntry[] } {
  const keys = new Set(raised.map(({ key }) => key));
  const over = state.open.filter((one) => isOperational(one) && !keys.has(one.causeKey));
  const fresh = raised.filter(({ key }) => !met.includes(key));
  const opened = fresh.map((trouble) => ({
    causeKey: trouble.key,
    ...entryOf(incidentOf(trouble), 'opened', trouble.sinceMs),
  }));
  const open = [
    ...state.open.filter((one) => !over.includes(one)),
    ...opened.map(({ causeKey, incident }): OpenIncident => ({ incident, causeKey, age: 0, quiet: 0 })),
  ].sort((a, b) => compareTexts(a.incident.id, b.incident.id));
  const closed = over.map(
    ({ incident }) => entryOf(incident, 'closed', nowMs, { status: 'closed', closedAt: nowMs }).entry,
  );
  return {
    state: { ...state, open },
    met: [...keys].sort(compareTexts),
    entries: [...opened.map(({ entry }) => entry), ...closed],
  };
}

function incidentOf({ key, cause, title, sinceMs }: RaisedTrouble): Incident {
  return {
    id: createHash('sha256')
      .update(JSON.stringify(['operational', key, sinceMs]))
      .digest('hex')
      .slice(0, 16),
    kind: 'operational',
    kinds: ['operational'],
    features: [],
    segment: 'all events',
    segments: [everything],
    comparison: '',
    status: 'open',
    since: sinceMs,
    openedAt: sinceMs,
    updatedAt: sinceMs,
    closedAt: null,
    cause,
    title,
    severity: 'high',
    effect: 0,
    importance: 1,
    evidence: [],
    actions: [],
    acknowledgedBy: null,
    snoozedUntil: null,
    seq: 0,
  };
}
