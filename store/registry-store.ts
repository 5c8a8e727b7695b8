import type { Store } from './client.ts';
import { sqlTime } from './flush-writer.ts';

export interface ModelLogRow {
  readonly model: string;
  readonly seq: number;
  readonly atMs: number;
  readonly kind: string;
  readonly version: string;
  readonly entry: string;
}

/** The logs of models and jobs: appended to, never changed; equal rows written twice are one. */
export function createRegistryStore(store: Store) {
  const table = (name: string) => `\`${store.database}\`.\`${name}\``;
  return {
    async readModelLog(): Promise<ModelLogRow[]> {
      const rows = await store.query<{
        model: string;
        seq: string;
        at: string;
        kind: string;
        version: string;
        entry: string;
      }>(
        `SELECT model, seq, toUnixTimestamp64Milli(at) AS at, kind, version, entry FROM ${table('model_log')} FINAL ORDER BY model, seq`,
      );
      return rows.map((row) => ({ ...row, seq: Number(row.seq), atMs: Number(row.at) }));
    },
    /** Changes whenever the log does. */
    async modelLogDigest(): Promise<string> {
      const [row] = await store.query<{ digest: string }>(
        `SELECT concat(toString(count()), ' ', toString(sum(sipHash64(model, seq, at, kind, version, entry)))) AS digest FROM ${table('model_log')} FINAL`,
      );
      return row?.digest ?? '';
    },
    appendModelLog: (rows: readonly ModelLogRow[], revision: number) =>
      store.insertRows(
        'model_log',
        rows.map(({ model, seq, atMs, kind, version, entry }) => ({
          model,
          seq,
          at: sqlTime(atMs),
          kind,
          version,
          entry,
          revision,
        })),
      ),
    async readJob(jobId: string): Promise<{ readonly seq: number; readonly entry: string } | undefined> {
      const [row] = await store.query<{ seq: string; entry: string }>(
        `SELECT seq, entry FROM ${table('job_log')} FINAL WHERE job_id = {id:String} ORDER BY seq DESC LIMIT 1`,
        { id: jobId },
      );
      return row && { seq: Number(row.seq), entry: row.entry };
    },
    /** The incident that asked for a version; undefined where a person registered it. */
    async incidentBehind(model: string, version: string): Promise<string | undefined> {
      const [row] = await store.query<{ incident: string }>(
        `SELECT JSONExtractString(entry, 'incidentId') AS incident FROM ${table('job_log')} FINAL
         WHERE JSONExtractString(entry, 'model') = {model:String} AND JSONExtractString(entry, 'version') = {version:String} LIMIT 1`,
        { model, version },
      );
      return row?.incident;
    },
    async interruptedJobs(): Promise<{ readonly jobId: string; readonly entry: string }[]> {
      const rows = await store.query<{ job_id: string; entry: string }>(
        `SELECT job_id, argMax(entry, seq) AS entry, argMax(state, seq) AS now FROM ${table('job_log')} FINAL
         GROUP BY job_id HAVING now IN ('queued', 'running')`,
      );
      return rows.map((row) => ({ jobId: row.job_id, entry: row.entry }));
    },
  };
}

export type RegistryStore = ReturnType<typeof createRegistryStore>;
