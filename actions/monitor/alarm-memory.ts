import { type Pair, pairKey } from '../../drift/judge/judge-again.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import type { EarlierStore } from './ports.ts';

/** In which windows of a comparison a feature of a segment alarmed. */
export interface AlarmMemory {
  /** Of whole windows; what was known of them before is replaced. */
  observe(judgements: readonly Judgement[]): void;
  /** Starts of the windows in which the pair alarmed; `sinceMs`: earlier ones are not asked for any more. */
  alarmsOf(comparison: string, sinceMs: number): Promise<(pair: Pair) => readonly number[]>;
}

type Alarms = Map<number, ReadonlySet<string>>;

/** Windows that are remembered of a comparison: two weeks of minutes, more years of hours than anything looks back on. */
const windowsMost = 20_000;

/** What the store has is read once a comparison, at the first question; what is observed goes before it. */
export function createAlarmMemory(store: Pick<EarlierStore, 'alarmedWindows'>): AlarmMemory {
  const byComparison = new Map<string, { readonly windows: Alarms; read: boolean }>();

  function memoryOf(comparison: string) {
    const known = byComparison.get(comparison) ?? { windows: new Map(), read: false };
    byComparison.set(comparison, known);
    return known;
  }

  return {
    observe(judgements) {
      const seen = new Map<string, Map<number, Set<string>>>();
      for (const judgement of judgements) {
        const windows = seen.get(judgement.comparison) ?? new Map<number, Set<string>>();
        seen.set(judgement.comparison, windows);
        const alarms = windows.get(judgement.windowStart) ?? new Set<string>();
        windows.set(judgement.windowStart, alarms);
        if (judgement.alarm) alarms.add(pairKey(judgement));
      }
      for (const [comparison, windows] of seen) {
        const known = memoryOf(comparison).windows;
        for (const [startMs, alarms] of windows) known.set(startMs, alarms);
        for (const startMs of known.keys()) {
          if (known.size <= windowsMost) break;
          known.delete(startMs);
        }
      }
    },
    async alarmsOf(comparison, sinceMs) {
      const memory = memoryOf(comparison);
      if (!memory.read) {
        const stored = new Map<number, Set<string>>();
        for (const { startMs, segment, feature } of await store.alarmedWindows(comparison, sinceMs)) {
          const alarms = stored.get(startMs) ?? new Set<string>();
          stored.set(startMs, alarms.add(pairKey({ segment, feature })));
        }
        for (const [startMs, alarms] of stored) if (!memory.windows.has(startMs)) memory.windows.set(startMs, alarms);
        memory.read = true;
      }
      for (const startMs of memory.windows.keys()) if (startMs < sinceMs) memory.windows.delete(startMs);
      const startsOf = new Map<string, number[]>();
      for (const [startMs, alarms] of memory.windows)
        for (const key of alarms) {
          const starts = startsOf.get(key);
          if (starts === undefined) startsOf.set(key, [startMs]);
          else starts.push(startMs);
        }
      return (pair) => startsOf.get(pairKey(pair)) ?? [];
    },
  };
}
