import type { RaisedTrouble, TroubleCause } from '../common/trouble.ts';
import type { Store } from './client.ts';
import { sqlTime } from './flush-writer.ts';

/** A process that has not said so again for so long is gone, and its troubles with it. */
const heldMs = 60_000;

/** Troubles of all processes of a pipeline, for the monitor that leads. */
export function createTroubleStore(store: Store) {
  return {
    /** Says which troubles a process has, and which of before are over. To be said again well within a minute. */
    async write(
      processId: string,
      troubles: readonly (RaisedTrouble & { readonly raised: boolean })[],
      nowMs: number,
    ): Promise<void> {
      if (troubles.length === 0) return;
      await store.insertRows(
        'troubles',
        troubles.map(({ key, cause, title, sinceMs, raised }) => ({
          trouble_key: key,
          process: processId,
          at: sqlTime(nowMs),
          since: sqlTime(sinceMs),
          cause,
          title,
          raised: Number(raised),
        })),
      );
    },
    /** What any process has now; of one that several have, the first. */
    async raised(nowMs: number): Promise<RaisedTrouble[]> {
      const rows = await store.query<{ key: string; cause: TroubleCause; title: string; since_ms: string }>(
        `SELECT trouble_key AS key, argMin(cause, since) AS cause, argMin(title, since) AS title,
           toUnixTimestamp64Milli(min(since)) AS since_ms
         FROM \`${store.database}\`.\`troubles\` FINAL
         WHERE raised = 1 AND at > fromUnixTimestamp64Milli({after:Int64}) GROUP BY trouble_key ORDER BY since_ms, key`,
        { after: nowMs - heldMs },
      );
      return rows.map(({ key, cause, title, since_ms }) => ({ key, cause, title, sinceMs: Number(since_ms) }));
    },
  };
}

export type TroubleStore = ReturnType<typeof createTroubleStore>;
