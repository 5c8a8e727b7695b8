import { everything, type SegmentKey } from '../../common/segment.ts';
import { type MassKind, massKinds } from './divergence.ts';
import { type ComparisonNull, type MassVariation, type NullTable, tailKey } from './reference.ts';
import { type NullDistance, scaleBySeason, variationOf } from './scaling.ts';
import { seasonCount, seasonOf } from './season.ts';
import { fitTail, type Tail } from './tail.ts';

const dayMs = 86_400_000;
/** Of the latest windows, as of a reference. */
const windowsMax = 2000;
/** A window with less than this share of the median is a cut-off piece. */
const minWindowShare = 0.2;

/** One window that was compared, whether it could be judged or not. */
export interface SeenWindow {
  readonly startMs: number;
  readonly segment: SegmentKey;
  readonly feature: string;
  /** Events in it. */
  readonly n: number;
  readonly excess: { readonly bits: number; readonly expected: number; readonly z: readonly number[] };
}

/**
 * How ordinary windows behave under one comparison, from those that were compared so: for a reference that is too short to show
 * it, or was made before the comparison was asked for. Windows with a drift among them are not left out: that would make the
 * ordinary look narrower than it is.
 */
export interface LearnedNulls {
  /** A window that was seen before is replaced. */
  observe(windows: readonly SeenWindow[]): void;
  /**
   * For a window that starts then: from the windows that ended before its day (its own length, where that is longer) began, so
   * that all windows of a day are judged alike, in whatever rounds. Undefined where there are none.
   */
  tableAt(startMs: number): NullTable | undefined;
}

/** Windows from a whole day, or of a day and longer from a week: fewer show only one part of what is ordinary. */
export function learnedNeeded(windowMs: number): number {
  return windowMs < dayMs ? Math.max(8, Math.ceil(dayMs / windowMs)) : Math.max(4, Math.ceil((7 * dayMs) / windowMs));
}

export function learnNulls({ key, windowMs }: { readonly key: string; readonly windowMs: number }): LearnedNulls {
  const seen = new Map<SegmentKey, Map<string, Map<number, SeenWindow>>>();
  const epochMs = Math.max(dayMs, windowMs);
  let made: { readonly throughMs: number; readonly table: NullTable | undefined } | undefined;
  let newestMs = Number.NEGATIVE_INFINITY;

  function forget(): void {
    const leastMs = newestMs - windowsMax * windowMs - epochMs;
    for (const features of seen.values())
      for (const windows of features.values())
        for (const startMs of windows.keys()) if (startMs < leastMs) windows.delete(startMs);
  }

  return {
    observe(windows) {
      for (const window of windows) {
        const features = seen.get(window.segment) ?? new Map<string, Map<number, SeenWindow>>();
        seen.set(window.segment, features);
        const known = features.get(window.feature) ?? new Map<number, SeenWindow>();
        features.set(window.feature, known);
        known.set(window.startMs, window);
        newestMs = Math.max(newestMs, window.startMs);
        if (made !== undefined && window.startMs + windowMs <= made.throughMs) made = undefined;
      }
    },
    tableAt(startMs) {
      const throughMs = Math.floor(startMs / epochMs) * epochMs;
      if (made?.throughMs === throughMs) return made.table;
      forget();
      made = { throughMs, table: tableOf(seen, { key, windowMs, throughMs }) };
      return made.table;
    },
  };
}

function tableOf(
  seen: ReadonlyMap<SegmentKey, ReadonlyMap<string, ReadonlyMap<number, SeenWindow>>>,
  { key, windowMs, throughMs }: { readonly key: string; readonly windowMs: number; readonly throughMs: number },
): NullTable | undefined {
  const series = new Map<SegmentKey, Map<string, ComparisonNull>>();
  const pooled = new Map<string, NullDistance[]>();
  let most = 0;
  for (const [segment, features] of seen) {
    for (const [feature, windows] of features) {
      const { learned, distances } = nullOf(windows, { windowMs, throughMs });
      if (learned.windows === 0) continue;
      most = Math.max(most, learned.windows);
      const row = series.get(segment) ?? new Map<string, ComparisonNull>();
      series.set(segment, row.set(feature, learned));
      const name = tailKey(segment === everything ? 'all' : 'segments', feature, key);
      const pool = pooled.get(name) ?? [];
      for (const distance of distances) pool.push(distance);
      pooled.set(name, pool);
    }
  }
  if (most === 0) return undefined;
  const tails = new Map<string, Tail>();
  for (const [name, distances] of pooled) {
    const tail = fitTail(
      distances.map(({ ratio }) => ratio),
      distances.map(({ window }) => window),
    );
    if (tail !== undefined) tails.set(name, tail);
  }
  const nothing = new Float64Array(seasonCount(windowMs));
  const calm = { inflation: 1, largest: 0 };
  return {
    windowMs,
    windows: most,
    series(segment, feature) {
      const learned = series.get(segment)?.get(feature);
      if (learned === undefined) return undefined;
      return {
        windows: 0,
        habit: { training: nothing, previous: nothing },
        masses: { missing: calm, invalid: calm, unseen: calm },
        earlier: new Map([[key, learned]]),
      };
    },
    tail: (scope, feature, comparison) => tails.get(tailKey(scope, feature, comparison)),
  };
}

function nullOf(
  windows: ReadonlyMap<number, SeenWindow>,
  { windowMs, throughMs }: { readonly windowMs: number; readonly throughMs: number },
): { readonly learned: ComparisonNull; readonly distances: readonly NullDistance[] } {
  const ended = [...windows.values()]
    .filter(({ startMs }) => startMs + windowMs <= throughMs && startMs >= throughMs - windowsMax * windowMs)
    .sort((a, b) => a.startMs - b.startMs);
  const sizes = ended.map(({ n }) => n).sort((a, b) => a - b);
  const median = sizes[sizes.length >> 1] ?? 0;
  const whole = ended.filter(({ n }) => n >= median * minWindowShare);
  const { habit, distances } = scaleBySeason(
    whole.map(({ startMs, excess }) => ({
      window: Math.round(startMs / windowMs),
      season: seasonOf(startMs, windowMs),
      measured: excess,
    })),
    seasonCount(windowMs),
  );
  const masses = Object.fromEntries(
    massKinds.map((kind, at) => [kind, variationOf(whole.map(({ excess }) => excess.z[at] ?? 0))]),
  ) as Record<MassKind, MassVariation>;
  return { learned: { windows: whole.length, habit, masses }, distances };
}
