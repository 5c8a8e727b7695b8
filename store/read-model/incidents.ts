import type { Incident, IncidentDetail } from '../../common/read-model.ts';
import { type Document, documentsAt, numberAt, parseDocument, textAt, textsAt } from './documents.ts';
import { readAlarms } from './judgements.ts';
import { ms, number, type Query, type Row, text } from './rows.ts';

const alarmsMax = 60;

/** The present state of each incident: open ones first, then the newest. */
export async function readIncidents(query: Query, limit: number): Promise<Incident[]> {
  const rows = await query(
    `SELECT incident_id, argMax(state, seq) AS state, argMax(kind, seq) AS kind, ${ms('max(at)', 'updated')},
            ${ms('min(at)', 'opened')}
     FROM {database:Identifier}.incident_log GROUP BY incident_id ORDER BY opened DESC LIMIT {limit:UInt32}`,
    { limit },
  );
  return rows.map(toIncident).sort((a, b) => rank(a) - rank(b) || b.openedAt - a.openedAt);
}

export async function readIncident(query: Query, id: string): Promise<IncidentDetail | undefined> {
  const log = await query(
    `SELECT incident_id, seq, kind, state, ${ms('at', 'updated')}, ${ms('min(at) OVER ()', 'opened')}
     FROM {database:Identifier}.incident_log FINAL WHERE incident_id = {id:String} ORDER BY seq`,
    { id },
  );
  const last = log.at(-1);
  if (last === undefined) return undefined;
  const incident = toIncident(last);
  const judgements = await readAlarms(query, {
    features: incident.features,
    // The window that was alarming first began before the incident was opened.
    fromMs: incident.openedAt - 3 * 86_400_000,
    toMs: (incident.closedAt ?? incident.updatedAt) + 1,
    limit: alarmsMax,
  });
  return {
    ...incident,
    log: log.map((row) => ({ seq: number(row, 'seq'), at: number(row, 'updated'), kind: text(row, 'kind') })),
    judgements,
    document: { ...parseDocument(text(last, 'state')) },
  };
}

const rank = ({ state }: Incident): number => (state === 'closed' ? 1 : 0);

function toIncident(row: Row): Incident {
  const document = parseDocument(text(row, 'state'));
  const closedAt = numberAt(document, 'closedAt');
  return {
    id: text(row, 'incident_id'),
    state: stateOf(document, text(row, 'kind'), closedAt),
    kind: textAt(document, 'kind') ?? 'drift',
    features: textsAt(document, 'features'),
    segment: textAt(document, 'segment') ?? '',
    segments: textsAt(document, 'segments'),
    comparison: textAt(document, 'comparison') ?? '',
    openedAt: numberAt(document, 'openedAt') ?? number(row, 'opened'),
    closedAt,
    updatedAt: number(row, 'updated'),
    snoozedUntil: numberAt(document, 'snoozedUntil'),
    cause: textAt(document, 'cause') ?? '',
    severity: textAt(document, 'severity') ?? 'medium',
    effect: numberAt(document, 'effect'),
    actions: documentsAt(document, 'actions').map(toAction),
  };
}

function stateOf(document: Document, lastKind: string, closedAt: number | null): Incident['state'] {
  if (closedAt !== null || lastKind === 'closed') return 'closed';
  const known = textAt(document, 'state') ?? textAt(document, 'status');
  if (known === 'acknowledged' || known === 'snoozed') return known;
  return numberAt(document, 'acknowledgedAt') === null ? 'open' : 'acknowledged';
}

function toAction(document: Document): Incident['actions'][number] {
  return {
    kind: textAt(document, 'kind') ?? textAt(document, 'action') ?? 'action',
    at: numberAt(document, 'at'),
    what: textAt(document, 'what') ?? textAt(document, 'text') ?? textAt(document, 'message') ?? '',
    state: textAt(document, 'state') ?? textAt(document, 'outcome'),
    target: textAt(document, 'target') ?? textAt(document, 'jobId') ?? textAt(document, 'channel'),
  };
}
