import type { Job } from '../../common/read-model.ts';
import { numberAt, parseDocument, textAt } from './documents.ts';
import { ms, number, type Query, text } from './rows.ts';

/** The present state of each job, newest first. */
export async function readJobs(query: Query, limit: number): Promise<Job[]> {
  const rows = await query(
    `SELECT job_id, argMax(job_log.state, (seq, revision)) AS now, argMax(entry, (seq, revision)) AS document, ${ms('min(at)', 'queued')},
            ${ms('max(at)', 'updated')}
     FROM {database:Identifier}.job_log GROUP BY job_id ORDER BY queued DESC LIMIT {limit:UInt32}`,
    { limit },
  );
  return rows.map((row) => {
    const document = parseDocument(text(row, 'document'));
    return {
      id: text(row, 'job_id'),
      state: text(row, 'now'),
      model: textAt(document, 'model'),
      queuedAt: number(row, 'queued'),
      updatedAt: number(row, 'updated'),
      seconds: numberAt(document, 'seconds'),
      attempt: numberAt(document, 'attempt'),
      version: textAt(document, 'version'),
      incident: textAt(document, 'incidentId'),
      why: textAt(document, 'why'),
      rows: numberAt(document, 'datasetRows'),
      error: textAt(document, 'error'),
      document: { ...document },
    };
  });
}
