import type { Clock } from './ports.ts';

/** What kind of part a trouble comes from; it becomes the cause of the incident. */
export type TroubleCause = 'schema-registry';

/**
 * Something outside of the data that keeps the pipeline from its work and that people have to see to. It becomes an
 * incident of kind `operational`, which closes when the trouble is over.
 */
export interface Trouble {
  /** Names it across repetitions, restarts and processes: what is raised twice is one trouble. */
  readonly key: string;
  readonly cause: TroubleCause;
  /** One sentence: what waits, for what, and what can be done. */
  readonly title: string;
}

export interface RaisedTrouble extends Trouble {
  /** Wall clock, ms since 1970. */
  readonly sinceMs: number;
}

/** Where parts say that they are in trouble. Neither call waits or throws. */
export interface Troubles {
  /** Raised again, it stays the trouble that it was. */
  raise(trouble: Trouble): void;
  /** It is over; nothing where it was not raised. */
  clear(key: string): void;
}

export interface TroubleBoard extends Troubles {
  /** What is raised now, in the order in which it was. */
  current(): readonly RaisedTrouble[];
  /** Returns how to stop listening. */
  subscribe(listener: () => void): () => void;
}

export function createTroubleBoard(clock: Clock): TroubleBoard {
  const raised = new Map<string, RaisedTrouble>();
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  return {
    raise(trouble) {
      if (raised.has(trouble.key)) return;
      raised.set(trouble.key, { ...trouble, sinceMs: clock.now() });
      changed();
    },
    clear(key) {
      if (raised.delete(key)) changed();
    },
    current: () => [...raised.values()],
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
