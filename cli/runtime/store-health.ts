import { TidemarkError } from '../../common/error.ts';
import type { Store } from '../../store/client.ts';

/** A store of which is known whether it answers. */
export interface WatchedStore {
  readonly store: Store;
  up(): boolean;
}

/**
 * Learns from the calls that are made anyway whether the store answers. While it does not, it is asked at this interval: an
 * intake that is closed for its sake makes no calls from which its return could be seen.
 */
export function watchStore(store: Store, pingIntervalMs = 500): WatchedStore {
  let up = true;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  const watched =
    <Arguments extends unknown[], T>(call: (...args: Arguments) => Promise<T>) =>
    async (...args: Arguments): Promise<T> => {
      try {
        const result = await call(...args);
        up = true;
        return result;
      } catch (error) {
        if (error instanceof TidemarkError && error.retriable) {
          up = false;
          askLater();
        }
        throw error;
      }
    };
  const ping = watched(() => store.query('SELECT 1'));
  function askLater(): void {
    if (closed || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      // What a failure means is in `up` already.
      ping().catch(() => {});
    }, pingIntervalMs);
    timer.unref();
  }
  return {
    store: {
      ...store,
      query: <Row extends object>(sql: string, params?: Readonly<Record<string, unknown>>) =>
        watched(() => store.query<Row>(sql, params))(),
      command: watched(store.command),
      insertRows: watched(store.insertRows),
      insertArrow: watched(store.insertArrow),
      exportArrow: watched(store.exportArrow),
      close: async () => {
        closed = true;
        clearTimeout(timer);
        await store.close();
      },
    },
    up: () => up,
  };
}
