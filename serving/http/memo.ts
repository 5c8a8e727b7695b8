import type { Clock } from '../../common/ports.ts';

/**
 * Keeps an answer for a moment and asks once however many wait. The moment is at least `keepMs` and twenty times what the
 * answer cost, so that people who watch take at most a twentieth of the engine from the stream.
 */
export function createMemo(clock: Clock, keepMs = 500): <T>(key: string, load: () => Promise<T>) => Promise<T> {
  const kept = new Map<string, { readonly answer: Promise<unknown>; until: number }>();
  return <T>(key: string, load: () => Promise<T>): Promise<T> => {
    const now = clock.now();
    const known = kept.get(key);
    if (known !== undefined && known.until > now) return known.answer as Promise<T>;
    for (const [other, { until }] of kept) if (until <= now) kept.delete(other);
    const answer = load();
    const entry = { answer, until: Number.POSITIVE_INFINITY };
    kept.set(key, entry);
    answer.then(
      () => {
        const end = clock.now();
        entry.until = end + Math.max(keepMs, 20 * (end - now));
      },
      () => kept.delete(key),
    );
    return answer;
  };
}
