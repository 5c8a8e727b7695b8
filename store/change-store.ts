import type { LiveEvent } from '../common/live.ts';
import type { Store } from './client.ts';

/** For each kind of change, a text that differs after one: what a server has to know of other processes' work. */
export type ChangeMarks = Readonly<Record<LiveEvent['kind'], string>>;

export async function readChangeMarks(store: Store): Promise<ChangeMarks> {
  const table = (name: string) => `\`${store.database}\`.\`${name}\``;
  const counted = (name: string) => `(SELECT toString(count()) FROM ${table(name)} FINAL)`;
  const [row] = await store.query<ChangeMarks>(
    `SELECT (SELECT toString(max(committed_at)) FROM ${table('chunks')}) AS committed,
       (SELECT toString(max(revision)) FROM ${table('monitor_state')} WHERE key = 'monitor') AS judged,
       ${counted('incident_log')} AS incident, ${counted('model_log')} AS model, ${counted('job_log')} AS job`,
  );
  return row ?? { committed: '', judged: '', incident: '', model: '', job: '' };
}
