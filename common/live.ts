/** What those who watch are told: that something changed, not what. They ask again for what they show. */
export interface LiveEvent {
  /** `committed`: events were stored; `judged`: a window was; the others: their log has a new entry. */
  readonly kind: 'committed' | 'judged' | 'incident' | 'model' | 'job';
  /** Name of the incident, model or job, where there is one. */
  readonly subject?: string;
}

export interface LiveFeed {
  publish(event: LiveEvent): void;
  /** Returns how to stop listening. */
  subscribe(listener: (event: LiveEvent) => void): () => void;
}

export function createLiveFeed(): LiveFeed {
  const listeners = new Set<(event: LiveEvent) => void>();
  return {
    publish(event) {
      for (const listener of listeners) listener(event);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
