import type { Incident, IncidentDetail } from '../../common/read-model.ts';
import { type Document, numberAt, parseDocument, textAt, textsAt } from './documents.ts';
import { readEvidence } from './judgements.ts';
import { ms, number, type Query, type Row, text } from './rows.ts';

/** The present state of each incident: open ones first, then the newest. */
export async function readIncidents(query: Query, limit: number): Promise<Incident[]> {
  const rows = await query(
    `SELECT incident_id, argMax(state, (seq, revision)) AS state, ${ms('max(at)', 'updated')}, ${ms('min(at)', 'opened')}
     FROM {database:Identifier}.incident_log GROUP BY incident_id ORDER BY opened DESC LIMIT {limit:UInt32}`,
    { limit },
  );
  return rows.map(toIncident).sort((a, b) => rank(a) - rank(b) || b.openedAt - a.openedAt);
}

/** By its id, or by a beginning that no other has. */
export async function readIncident(query: Query, asked: string): Promise<IncidentDetail | undefined> {
  const id = await wholeId(query, asked);
  if (id === undefined) return undefined;
  const log = await query(
    `SELECT incident_id, seq, kind, state, ${ms('at', 'updated')}, ${ms('min(at) OVER ()', 'opened')}
     FROM {database:Identifier}.incident_log FINAL WHERE incident_id = {id:String} ORDER BY seq`,
    { id },
  );
  const last = log.at(-1);
  if (last === undefined) return undefined;
  const incident = toIncident(last);
  const document = parseDocument(text(last, 'state'));
  return {
    ...incident,
    log: log.map(toLogEntry),
    judgements: await readEvidence(query, textsAt(document, 'evidence')),
    document: { ...document },
  };
}

async function wholeId(query: Query, asked: string): Promise<string | undefined> {
  if (asked === '') return undefined;
  const rows = await query(
    `SELECT DISTINCT incident_id FROM {database:Identifier}.incident_log
     WHERE startsWith(incident_id, {asked:String}) ORDER BY incident_id LIMIT 2`,
    { asked },
  );
  const ids = rows.map((row) => text(row, 'incident_id'));
  // In order: of those that begin with it, the id itself comes first.
  return ids.length === 1 || ids[0] === asked ? ids[0] : undefined;
}

const rank = ({ state }: Incident): number => (state === 'closed' ? 1 : 0);

function toIncident(row: Row): Incident {
  const document = parseDocument(text(row, 'state'));
  const kind = textAt(document, 'kind') ?? 'drift';
  const openedAt = numberAt(document, 'openedAt') ?? number(row, 'opened');
  return {
    id: text(row, 'incident_id'),
    state: stateOf(document, number(row, 'updated')),
    kind,
    kinds: textsAt(document, 'kinds'),
    title: textAt(document, 'title') ?? `${kind} of ${textsAt(document, 'features').join(', ')}`,
    cause: textAt(document, 'cause') ?? kind,
    severity: textAt(document, 'severity') ?? 'medium',
    features: textsAt(document, 'features'),
    segment: textAt(document, 'segment') ?? '',
    segments: textsAt(document, 'segments'),
    comparison: textAt(document, 'comparison') ?? '',
    alsoIn: textsAt(document, 'alsoIn'),
    since: numberAt(document, 'since') ?? openedAt,
    openedAt,
    updatedAt: number(row, 'updated'),
    closedAt: numberAt(document, 'closedAt'),
    acknowledgedBy: textAt(document, 'acknowledgedBy'),
    snoozedUntil: numberAt(document, 'snoozedUntil'),
    effect: numberAt(document, 'effect'),
    actions: textsAt(document, 'actions'),
  };
}

function stateOf(document: Document, updatedMs: number): Incident['state'] {
  if (textAt(document, 'status') === 'closed' || numberAt(document, 'closedAt') !== null) return 'closed';
  if ((numberAt(document, 'snoozedUntil') ?? 0) > updatedMs) return 'snoozed';
  return textAt(document, 'acknowledgedBy') === null ? 'open' : 'acknowledged';
}

function toLogEntry(row: Row): IncidentDetail['log'][number] {
  const kind = text(row, 'kind');
  const document = parseDocument(text(row, 'state'));
  const said: Readonly<Record<string, string | null | undefined>> = {
    action: textsAt(document, 'actions').at(-1),
    acknowledged: textAt(document, 'acknowledgedBy'),
    opened: textAt(document, 'title'),
    closed: textAt(document, 'closedBecause'),
  };
  return { seq: number(row, 'seq'), at: number(row, 'updated'), kind, text: said[kind] ?? '' };
}
