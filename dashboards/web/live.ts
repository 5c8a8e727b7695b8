import { useEffect, useState } from 'preact/hooks';
import type { LiveEvent } from '../../common/live.ts';

type Happening = LiveEvent['kind'] | 'connected';

const listeners = new Set<(kind: Happening) => void>();
const watchers = new Set<(goneSince: number | undefined) => void>();
const kinds: readonly LiveEvent['kind'][] = ['committed', 'judged', 'incident', 'model', 'job'];
let goneSince: number | undefined;
let stream: EventSource | undefined;

function connect(): void {
  if (stream !== undefined && stream.readyState !== EventSource.CLOSED) return;
  stream = new EventSource('/v1/live');
  stream.onopen = () => {
    setGone(undefined);
    for (const listener of listeners) listener('connected');
  };
  stream.onerror = () => {
    setGone(goneSince ?? Date.now());
    // The browser tries again by itself unless the server refused.
    if (stream?.readyState === EventSource.CLOSED) window.setTimeout(connect, 3000);
  };
  for (const kind of kinds)
    stream.addEventListener(kind, () => {
      for (const listener of listeners) listener(kind);
    });
}

function setGone(since: number | undefined): void {
  goneSince = since;
  for (const watcher of watchers) watcher(since);
}

/** Hears what happens on the server, and of every new connection to it. Returns how to stop. */
export function subscribe(listener: (kind: Happening) => void): () => void {
  listeners.add(listener);
  connect();
  return () => listeners.delete(listener);
}

/** Wall clock since when the server has not answered; undefined while it does. */
export function useGoneSince(): number | undefined {
  const [since, setSince] = useState(goneSince);
  useEffect(() => {
    watchers.add(setSince);
    connect();
    return () => {
      watchers.delete(setSince);
    };
  }, []);
  return since;
}
