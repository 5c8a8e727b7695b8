import type { Incident } from '../../actions/incidents/incident.ts';
import type { Job } from '../../actions/jobs/job.ts';
import { overTime } from '../../common/over-time.ts';
import type { deriveRegistry } from '../../serving/registry/registry.ts';
import type { Base } from './runtime.ts';

/** What a run came to, read from the tables: the worker's own counters are not asked. */
export interface Summary {
  readonly events: Readonly<
    Record<'read' | 'valid' | 'coerced' | 'flagged' | 'rejected' | 'deadLettered' | 'duplicates' | 'late', number>
  >;
  readonly labels: { readonly read: number; readonly stored: number };
  readonly predictions: number;
  readonly windows: number;
  readonly judgements: number;
  readonly alarms: number;
  /** Judgements that could not be made, or not of the shape, by reason; only reasons that there are. */
  readonly notJudged: Readonly<Record<string, number>>;
  /** Of detectors over time, which are not among the alarms of windows. */
  readonly detectorAlarms: number;
  readonly incidents: readonly object[];
  readonly jobs: readonly object[];
  readonly models: readonly object[];
}

const iso = (timeMs: number | null): string | null => (timeMs === null ? null : new Date(timeMs).toISOString());

export async function summarize({ store, registry, file }: Base): Promise<Summary> {
  const table = (name: string) => `\`${store.database}\`.\`${name}\``;
  const one = async (sql: string) => (await store.query<Record<string, string>>(sql))[0] ?? {};
  const sums = ['read', 'valid', 'coerced', 'flagged', 'rejected', 'duplicates', 'late', 'labels']
    .map((name) => `sum(${name}) AS ${name}`)
    .join(', ');
  // The newest epoch of a range counts: a repaired or repeated chunk is one chunk.
  const events = await one(`SELECT ${sums} FROM ${table('chunks')} FINAL WHERE role = 'events'`);
  const labels = await one(`SELECT ${sums} FROM ${table('chunks')} FINAL WHERE role = 'labels'`);
  const letters = await one(
    `SELECT count() AS n FROM ${table('dead_letters')} FINAL WHERE source IN (SELECT source FROM ${table('chunks')} WHERE role = 'events')`,
  );
  const stored = await one(`SELECT count() AS n FROM ${table('labels')} FINAL`);
  const predictions = await one(`SELECT count() AS n FROM ${table('predictions')} FINAL WHERE slot = 'champion'`);
  const detected = `startsWith(comparison, '${overTime}')`;
  const judged = await one(
    `SELECT uniqExact(comparison, window_start) AS windows, count() AS judgements, sum(alarm) AS alarms FROM ${table('judgements')} FINAL WHERE NOT ${detected}`,
  );
  // Identifiers and the like, whose shape nobody wants judged, are not among them.
  const unjudged = await store.query<{ reason: string; n: string }>(
    `SELECT multiIf(match(why, 'usable values|events in the window|labelled events'), 'too few values', match(why, 'not enough reference'), 'not enough reference', 'for other reasons') AS reason, count() AS n FROM ${table('judgements')} FINAL WHERE NOT ${detected} AND NOT alarm AND (isInfinite(critical) OR match(why, '(is|are) not judged: ')) GROUP BY reason ORDER BY n DESC, reason`,
  );
  const found = await one(`SELECT sum(alarm) AS alarms FROM ${table('judgements')} FINAL WHERE ${detected}`);
  const incidents = await store.query<{ state: string }>(
    `SELECT argMax(state, seq) AS state FROM ${table('incident_log')} FINAL GROUP BY incident_id`,
  );
  const jobs = await store.query<{ entry: string }>(
    `SELECT argMax(entry, seq) AS entry FROM ${table('job_log')} FINAL GROUP BY job_id`,
  );
  const number = (row: Record<string, string>, name: string) => Number(row[name] ?? 0);
  return {
    events: {
      read: number(events, 'read'),
      valid: number(events, 'valid'),
      coerced: number(events, 'coerced'),
      flagged: number(events, 'flagged'),
      rejected: number(events, 'rejected'),
      deadLettered: number(letters, 'n'),
      duplicates: number(events, 'duplicates'),
      late: number(events, 'late'),
    },
    labels: { read: number(labels, 'read'), stored: number(stored, 'n') },
    predictions: number(predictions, 'n'),
    windows: number(judged, 'windows'),
    judgements: number(judged, 'judgements'),
    alarms: number(judged, 'alarms'),
    notJudged: Object.fromEntries(unjudged.map(({ reason, n }) => [reason, Number(n)])),
    detectorAlarms: number(found, 'alarms'),
    incidents: incidents
      .map(({ state }) => JSON.parse(state) as Incident)
      .sort((a, b) => a.openedAt - b.openedAt || a.id.localeCompare(b.id))
      .map((incident) => ({
        id: incident.id,
        kind: incident.kind,
        features: incident.features,
        segment: incident.segment,
        segments: incident.segments,
        since: iso(incident.since),
        openedAt: iso(incident.openedAt),
        closedAt: iso(incident.closedAt),
        cause: incident.cause,
        title: incident.title,
        severity: incident.severity,
        effect: incident.effect,
        actions: incident.actions,
      })),
    jobs: jobs
      .map(({ entry }) => JSON.parse(entry) as Job)
      .sort((a, b) => a.requestedAtMs - b.requestedAtMs)
      .map((job) => ({
        id: job.id,
        model: job.model,
        state: job.state,
        why: job.why,
        requestedAt: iso(job.requestedAtMs),
        dataset: job.dataset,
        datasetRows: job.datasetRows,
        seconds: job.seconds,
        version: job.version,
        error: job.error,
      })),
    models: file.config.models.flatMap(({ name }) => modelsOf(registry.state(name))),
  };
}

function modelsOf(state: ReturnType<typeof deriveRegistry>): object[] {
  return state.versions.map((version) => ({
    name: state.model,
    version: version.version,
    role: version.role,
    roleSince: iso(version.roleSinceMs),
    why: version.roleReason,
    dataset: version.summary.lineage.dataset.id,
    metrics: version.summary.metrics,
    ...(version.compared === undefined ? {} : { evidence: version.compared.evidence }),
  }));
}
