import type { LiveEvent, LiveFeed } from '../../common/live.ts';
import { type ChangeMarks, readChangeMarks } from '../../store/change-store.ts';
import type { Base } from './base.ts';

const intervalMs = 2000;

/**
 * Tells those who watch a server what other processes have done, by looking at the tables. Returns how to stop. A store that does not
 * answer is reported by the requests that need it.
 */
export function followStore({ store }: Base, live: LiveFeed): () => void {
  let before: ChangeMarks | undefined;
  let asking = false;
  const timer = setInterval(async () => {
    if (asking) return;
    asking = true;
    try {
      const now = await readChangeMarks(store);
      for (const kind of Object.keys(now) as LiveEvent['kind'][]) {
        if (before !== undefined && before[kind] !== now[kind]) live.publish({ kind });
      }
      before = now;
    } catch {
      before = undefined;
    } finally {
      asking = false;
    }
  }, intervalMs);
  return () => clearInterval(timer);
}
