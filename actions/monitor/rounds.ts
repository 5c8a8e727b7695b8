import type { Profile } from '../../common/profile.ts';
import { everything, type SegmentKey } from '../../common/segment.ts';
import type { ComparisonConfig } from '../../config/schema.ts';
import { type Against, type Budget, judgeWindow, type WindowInput } from '../../drift/judge/judge-window.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import type { WindowReader } from './ports.ts';

/** One window of one comparison that has closed. */
export interface DueWindow {
  readonly comparison: ComparisonConfig;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
}

const weekMs = 604_800_000;

export function comparisonName({ against, window }: ComparisonConfig, format: (ms: number) => string): string {
  return `${against}:${format(window)}`;
}

/** Windows are aligned to 1970, so a day begins at midnight UTC. */
export function windowsBetween(
  fromMs: number,
  throughMs: number,
  windowMs: number,
): { startMs: number; endMs: number }[] {
  const windows: { startMs: number; endMs: number }[] = [];
  for (let end = (Math.floor(fromMs / windowMs) + 1) * windowMs; end <= throughMs; end += windowMs) {
    windows.push({ startMs: end - windowMs, endMs: end });
  }
  return windows;
}

/** Features that are judged: of the reference, without predictions of versions that are not champion. */
export function featuresOf(
  reference: Reference,
  comparison: ComparisonConfig,
  champions: ReadonlySet<string>,
): string[] {
  return reference.features
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('@prediction:') || champions.has(name))
    .filter((name) => comparison.features === undefined || comparison.features.includes(name));
}

export function segmentsOf(reference: Reference, comparison: ComparisonConfig): SegmentKey[] {
  return comparison.segments ? [everything, ...reference.segments] : [everything];
}

/** How many judgements the comparisons make in a week: what the false-alarm budget is shared among. */
export function judgementsPerWeek(
  reference: Reference,
  comparisons: readonly ComparisonConfig[],
  champions: ReadonlySet<string>,
): number {
  let sum = 0;
  for (const comparison of comparisons) {
    const each = featuresOf(reference, comparison, champions).length * segmentsOf(reference, comparison).length;
    sum += each * (weekMs / comparison.window);
  }
  return sum;
}

export interface JudgeOptions {
  readonly store: WindowReader;
  readonly reference: Reference;
  readonly champions: ReadonlySet<string>;
  readonly comparisons: readonly ComparisonConfig[];
  readonly budget: Budget;
  /** As of `judgeWindow`. */
  readonly brief?: boolean;
}

/** Judges one closed window from its sealed panes; nothing where it holds no events. */
export async function judgeDueWindow(due: DueWindow, options: JudgeOptions): Promise<Judgement[]> {
  const input = await windowInput(due, options);
  return input === undefined ? [] : judgeWindow(input);
}

/** What one closed window is judged from; undefined where it, or what it is compared with, holds no events. */
export async function windowInput(due: DueWindow, options: JudgeOptions): Promise<WindowInput | undefined> {
  const { store, reference, champions, comparisons, budget, brief = false } = options;
  const binCountOf = binCounts(reference);
  const profile = await windowProfiles(store, due.startMs, due.endMs, binCountOf);
  if (!profile.any) return undefined;
  let against: Against = { kind: 'training' };
  if (due.comparison.against === 'previous') {
    const before = await windowProfiles(store, due.startMs - due.comparison.window, due.startMs, binCountOf);
    if (!before.any) return undefined;
    against = { kind: 'previous', profile: before.of };
  }
  return {
    reference,
    against,
    comparison: due.name,
    window: { startMs: due.startMs, endMs: due.endMs },
    profile: profile.of,
    features: featuresOf(reference, due.comparison, champions),
    segments: segmentsOf(reference, due.comparison),
    budget,
    judgementsPerWeek: judgementsPerWeek(reference, comparisons, champions),
    brief,
  };
}

function binCounts(reference: Reference): (binningId: string) => number | undefined {
  const counts = new Map<string, number>();
  for (const { binning, segmentBinning } of reference.features) {
    for (const each of [binning, segmentBinning]) {
      counts.set(each.id, each.kind === 'numeric' ? each.edges.length + 1 : each.values.length);
    }
  }
  return (id) => counts.get(id);
}

async function windowProfiles(
  store: WindowReader,
  startMs: number,
  endMs: number,
  binCountOf: (binningId: string) => number | undefined,
) {
  const bySegment = new Map<SegmentKey, Map<string, Profile>>();
  for (const { segment, feature, profile } of await store.windowProfiles(startMs, endMs, binCountOf)) {
    const features = bySegment.get(segment) ?? new Map<string, Profile>();
    features.set(feature, profile);
    bySegment.set(segment, features);
  }
  return {
    any: bySegment.size > 0,
    of: (segment: SegmentKey, feature: string) => bySegment.get(segment)?.get(feature),
  };
}
