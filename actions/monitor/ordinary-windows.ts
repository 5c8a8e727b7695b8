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

/** Pairs that alarmed in the same windows. */
interface Alike {
  readonly starts: ReadonlySet<number>;
  readonly pairs: readonly Pair[];
}

interface Group {
  readonly windows: EarlierWindows;
  /** Windows that are left out. */
  readonly out: number;
  readonly pairs: readonly Pair[];
}

/** What was read of one comparison in the bins of one reference, by windows and feature. */
interface Read {
  readonly referenceId: string;
  readonly rows: Map<string, SpanProfile[]>;
}

export function createOrdinaryWindows(config: PipelineConfig, store: EarlierStore): OrdinaryWindows {
  const memory = createAlarmMemory(store);
  const reads = new Map<string, Read>();

  /** What is read is what is lacking and, in the same statements, what the windows after this one need if nothing more alarms. */
  async function readFor(request: OrdinaryRequest, groups: readonly Group[], ahead: () => readonly Group[]) {
    const { name, reference, comparison, binCountOf } = request;
    const known = reads.get(name);
    const isRead = ({ windows, pairs }: Group): boolean =>
      pairs.every((pair) => known?.rows.has(keyOf(windows, pair.feature)) === true);
    if (known?.referenceId === reference.id && groups.every(isRead)) return known.rows;
    const together = new Map([...groups, ...ahead()].map(({ windows }) => [keyOf(windows), windows]));
    const sums = [...together.values()];
    const features = featuresOf(groups.flatMap(({ pairs }) => pairs));
    const rows = new Map<string, SpanProfile[]>();
    for (let from = 0; from < sums.length; from += readAhead) {
      const some = sums.slice(from, from + readAhead);
      for (const windows of some) for (const feature of features) rows.set(keyOf(windows, feature), []);
      const found = await store.spanProfiles({
        sums: some.map(({ occasions }) => occasions),
        lengthsMs: rollUpLengthsMs(config),
        segments: comparison.segments,
        features,
        apart: false,
        binCountOf,
      });
      for (const row of found) rows.get(keyOf(some[row.sum] as EarlierWindows, row.feature))?.push(row);
    }
    reads.set(name, { referenceId: reference.id, rows });
    return rows;
  }

  return {
    begin: () => reads.clear(),
    observe: memory.observe,
    async sides(request, side, alarms) {
      const { startMs, throughMs, name, rule } = request;
      const { windowMs, spec } = rule;
      const all = request.before(startMs);
      if (alarms.length === 0 || all.kind === 'holiday') return [];
      const alike = alikeOf(alarms, await memory.alarmsOf(name, startMs - spec.overMs - windowMs));
      const groups = groupsOf(all, windowMs, alike);
      if (groups.length === 0) return [];
      const rowsOf = await readFor(request, groups, () => {
        const next: Group[] = [];
        const lastMs = Math.min(throughMs - windowMs, startMs + readAhead * windowMs);
        for (let at = startMs + windowMs; at <= lastMs && next.length < readAhead; at += windowMs) {
          const windows = request.before(at);
          if (windows.kind === 'holiday') break;
          next.push(...groupsOf(windows, windowMs, alike));
        }
        return next.slice(0, Math.max(0, readAhead - groups.length));
      });
      return groups.map(({ windows, out, pairs }) => {
        // Copied: a side sums them in place.
        const rows = featuresOf(pairs).flatMap((feature) =>
          (rowsOf.get(keyOf(windows, feature)) ?? []).map((row) => ({ ...row, profile: structuredClone(row.profile) })),
        );
        const made = sideOf(windows, rows, { startMs, overMs: spec.overMs });
        const text = `${side.compared.with}, without ${out} ${out === 1 ? 'window' : 'windows'} that alarmed`;
        return { against: { ...side, ...made, compared: { ...made.compared, with: text } }, pairs };
      });
    },
  };
}

function alikeOf(alarms: readonly Pair[], alarmsOf: (pair: Pair) => readonly number[]): readonly Alike[] {
  const byStarts = new Map<string, { readonly starts: ReadonlySet<number>; readonly pairs: Pair[] }>();
  for (const pair of alarms) {
    const starts = new Set(alarmsOf(pair));
    if (starts.size === 0) continue;
    const key = [...starts].sort((a, b) => a - b).join();
    const known = byStarts.get(key);
    if (known === undefined) byStarts.set(key, { starts, pairs: [pair] });
    else known.pairs.push(pair);
  }
  return [...byStarts.values()];
}

/** By the windows that are left: alarms in windows that are not looked back on make no difference. */
function groupsOf(all: EarlierWindows, windowMs: number, alike: readonly Alike[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const { starts, pairs } of alike) {
    const windows = keepWindows(all, windowMs, (at) => !starts.has(at));
    const out = (lengthOf(all) - lengthOf(windows)) / windowMs;
    // Where most alarmed, they are what is ordinary now.
    if (out === 0 || 2 * lengthOf(windows) < lengthOf(all)) continue;
    const key = keyOf(windows);
    groups.set(key, { windows, out, pairs: [...(groups.get(key)?.pairs ?? []), ...pairs] });
  }
  return [...groups.values()];
}

function featuresOf(pairs: readonly Pair[]): string[] {
  return [...new Set(pairs.map(({ feature }) => feature))];
}

function keyOf({ occasions }: EarlierWindows, feature = ''): string {
  return JSON.stringify([occasions, feature]);
}
