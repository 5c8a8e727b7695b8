import { rollUpLengthsMs } from '../../config/comparison.ts';
import type { PipelineConfig } from '../../config/schema.ts';
import type { OrdinarySide, Pair } from '../../drift/judge/judge-again.ts';
import type { AgainstEarlier } from '../../drift/judge/judge-window.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import { type EarlierRule, type EarlierWindows, keepWindows, lengthOf } from '../../drift/reference/earlier.ts';
import { createAlarmMemory } from './alarm-memory.ts';
import type { SideRequest } from './earlier-desk.ts';
import { sideOf } from './earlier-side.ts';
import type { EarlierStore, SpanProfile } from './ports.ts';

/** Sums that are read in one statement. */
const readAhead = 24;

export interface OrdinaryRequest extends SideRequest {
  readonly rule: EarlierRule;
  /** All windows that one is compared with. */
  before(startMs: number): EarlierWindows;
}

/** Earlier windows without those in which what is judged alarmed itself (see `judgeAgain`). */
export interface OrdinaryWindows {
  /** Something may have been sealed since: what was read ahead is dropped. */
  begin(): void;
  observe(judgements: readonly Judgement[]): void;
  /** For each set of windows that are left for some of the alarms, at least half of all: a side. */
  sides(request: OrdinaryRequest, side: AgainstEarlier, alarms: readonly Pair[]): Promise<readonly OrdinarySide[]>;
}

interface Group {
  readonly windows: EarlierWindows;
  /** Windows that are left out. */
  readonly out: number;
  readonly pairs: Pair[];
}

export function createOrdinaryWindows(config: PipelineConfig, store: EarlierStore): OrdinaryWindows {
  const memory = createAlarmMemory(store);
  /** By windows and feature. */
  let read = new Map<string, readonly SpanProfile[]>();

  function groupsOf(
    all: EarlierWindows,
    windowMs: number,
    alarms: readonly Pair[],
    alarmsOf: (pair: Pair) => ReadonlySet<number>,
  ): readonly Group[] {
    const groups = new Map<string, Group>();
    for (const pair of alarms) {
      const starts = alarmsOf(pair);
      const windows = keepWindows(all, windowMs, (at) => !starts.has(at));
      const out = (lengthOf(all) - lengthOf(windows)) / windowMs;
      // Where most alarmed, they are what is ordinary now.
      if (out === 0 || 2 * lengthOf(windows) < lengthOf(all)) continue;
      const key = keyOf(windows);
      const group = groups.get(key) ?? { windows, out, pairs: [] };
      groups.set(key, group);
      group.pairs.push(pair);
    }
    return [...groups.values()];
  }

  /** Reads what is lacking; with it, in the same statements, what the windows after this one need if nothing more alarms. */
  async function readFor(request: OrdinaryRequest, groups: readonly Group[], ahead: () => readonly Group[]) {
    const isRead = ({ windows, pairs }: Group): boolean =>
      pairs.every((pair) => read.has(keyOf(windows, pair.feature)));
    if (groups.every(isRead)) return;
    const together = new Map([...groups, ...ahead()].map(({ windows }) => [keyOf(windows), windows]));
    const sums = [...together.values()];
    const features = [...new Set(groups.flatMap(({ pairs }) => pairs.map(({ feature }) => feature)))];
    read = new Map();
    for (let from = 0; from < sums.length; from += readAhead) {
      const some = sums.slice(from, from + readAhead);
      for (const windows of some) for (const feature of features) read.set(keyOf(windows, feature), []);
      const rows = await store.spanProfiles({
        sums: some.map(({ occasions }) => occasions),
        lengthsMs: rollUpLengthsMs(config),
        segments: request.comparison.segments,
        features,
        apart: false,
        binCountOf: request.binCountOf,
      });
      for (const row of rows) {
        const key = keyOf(some[row.sum] as EarlierWindows, row.feature);
        read.set(key, [...(read.get(key) ?? []), row]);
      }
    }
  }

  return {
    begin() {
      read = new Map();
    },
    observe: memory.observe,
    async sides(request, side, alarms) {
      const { startMs, throughMs, name, rule } = request;
      const { windowMs, spec } = rule;
      const all = request.before(startMs);
      if (alarms.length === 0 || all.kind === 'holiday') return [];
      const alarmsOf = await memory.alarmsOf(name, startMs - spec.overMs - windowMs);
      const groups = groupsOf(all, windowMs, alarms, alarmsOf);
      await readFor(request, groups, () => {
        const next: Group[] = [];
        for (let at = startMs + windowMs; at + windowMs <= throughMs && next.length < readAhead; at += windowMs) {
          const windows = request.before(at);
          if (windows.kind === 'holiday') break;
          next.push(...groupsOf(windows, windowMs, alarms, alarmsOf));
          if (at - startMs > readAhead * windowMs) break;
        }
        return next.slice(0, Math.max(0, readAhead - groups.length));
      });
      return groups.map(({ windows, out, pairs }) => {
        const features = [...new Set(pairs.map(({ feature }) => feature))];
        // Copied: a side sums them in place.
        const rows = features.flatMap((feature) =>
          (read.get(keyOf(windows, feature)) ?? []).map((row) => ({ ...row, profile: structuredClone(row.profile) })),
        );
        const made = sideOf(windows, rows, { startMs, overMs: spec.overMs });
        const text = `${side.compared.with}, without ${out} ${out === 1 ? 'window' : 'windows'} that alarmed`;
        return { against: { ...side, ...made, compared: { ...made.compared, with: text } }, pairs };
      });
    },
  };
}

function keyOf({ occasions }: EarlierWindows, feature = ''): string {
  return JSON.stringify([occasions, feature]);
}
