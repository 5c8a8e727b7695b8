import { useEffect, useState } from 'preact/hooks';
import type { LiveEvent } from '../../common/live.ts';
import { ApiError, get } from './api.ts';
import { subscribe } from './live.ts';

export interface Resource<T> {
  readonly data: T | undefined;
  readonly error: string | undefined;
}

/** Not asked for more often than this however much happens. */
const refreshMinMs = 1500;
/** Asked for at least so often, in case nothing is told. */
const refreshMaxMs = 15_000;

/** What the server says at `path`, asked again when one of `kinds` happens. An undefined path asks nothing. */
export function useResource<T>(path: string | undefined, kinds: readonly LiveEvent['kind'][]): Resource<T> {
  const [answer, setAnswer] = useState<Resource<T> & { readonly path: string | undefined }>({
    path,
    data: undefined,
    error: undefined,
  });
  const watched = kinds.join();
  useEffect(() => {
    if (path === undefined) return;
    let gone = false;
    let askedAt = 0;
    let timer: number | undefined;
    const ask = async (): Promise<void> => {
      window.clearTimeout(timer);
      askedAt = Date.now();
      timer = window.setTimeout(ask, refreshMaxMs);
      try {
        const data = await get<T>(path);
        if (!gone) setAnswer({ path, data, error: undefined });
      } catch (error) {
        if (gone) return;
        const message = error instanceof ApiError ? error.message : String(error);
        setAnswer((before) => ({ path, data: before.path === path ? before.data : undefined, error: message }));
      }
    };
    const soon = (): void => {
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, Math.max(0, askedAt + refreshMinMs - Date.now()));
    };
    const unsubscribe = subscribe((kind) => {
      if (kind === 'connected' || watched.split(',').includes(kind)) soon();
    });
    void ask();
    return () => {
      gone = true;
      window.clearTimeout(timer);
      unsubscribe();
    };
  }, [path, watched]);
  return answer.path === path ? answer : { data: undefined, error: undefined };
}
