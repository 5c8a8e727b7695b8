import type { Leadership } from '../../common/leadership.ts';
import type { MonitorStore } from './ports.ts';

export interface OutsideAction {
  /** The same for every leader that comes to take it. */
  readonly key: string;
  readonly incidentId: string;
  /** Event time of the decision, ms since 1970. */
  readonly atMs: number;
  readonly revision: number;
  readonly leadership: Leadership;
  /** Takes it; gives what came of it, in a sentence. */
  readonly work: () => Promise<string>;
}

/**
 * Takes an action whose effect cannot be taken back, once: it is claimed, the leadership is confirmed by whoever gave it, it is
 * taken, and what came of it is written down. A leader that finds it done takes over the sentence; a leader that was paused finds
 * itself replaced before it acts. Where a leader dies between the effect and the last writing, the effect comes again under the same
 * key, which the receiver can tell: a mail by its Message-ID, a webhook by its key, a job by its id.
 */
export async function takeOnce(store: MonitorStore, action: OutsideAction): Promise<string> {
  const { key, incidentId, atMs, revision, leadership } = action;
  const stages = await store.readAction(key);
  const done = stages.find(({ stage }) => stage === 'done');
  if (done !== undefined) return done.outcome;
  await store.writeAction({ key, incidentId, atMs, revision, stage: 'claimed', outcome: '' });
  await leadership.confirm();
  const outcome = await action.work();
  await store.writeAction({ key, incidentId, atMs, revision, stage: 'done', outcome });
  return outcome;
}
