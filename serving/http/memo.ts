import type { Clock } from '../../common/ports.ts';

export interface Memo {
  /** The answer kept for `key`, or the one that `load` gives; asked once however many wait. */
  ask<T>(key: string, load: () => Promise<T>): Promise<T>;
  /** What was kept is out of date. */
  clear(): void;
}

const keepMinMs = 500;
const keepMaxMs = 5_000;

/**
 * Keeps answers for a moment: twenty times what they cost, within bounds, so that people who watch take at most about a
 * twentieth of the engine from the stream.
 */
export function createMemo(clock: Clock): Memo {
  const kept = new Map<string, { readonly answer: Promise<unknown>; until: number }>();
  return {
    ask<T>(key: string, load: () => Promise<T>): Promise<T> {
      const askedAt = clock.now();
      const known = kept.get(key);
      if (known !== undefined && known.until > askedAt) return known.answer as Promise<T>;
      for (const [other, { until }] of kept) if (until <= askedAt) kept.delete(other);
      const answer = load();
      const entry = { answer, until: Number.POSITIVE_INFINITY };
      kept.set(key, entry);
      answer.then(
        () => {
          const answeredAt = clock.now();
          entry.until = answeredAt + Math.min(keepMaxMs, Math.max(keepMinMs, 20 * (answeredAt - askedAt)));
        },
        () => {
          if (kept.get(key) === entry) kept.delete(key);
        },
      );
      return answer;
    },
    clear: () => kept.clear(),
  };
}
