import type { Profile, ProfiledFeature } from '../../common/profile.ts';
import { everything, type SegmentKey } from '../../common/segment.ts';
import { nameOf } from '../../config/comparison.ts';
import type { ComparisonConfig } from '../../config/schema.ts';
import { judgeAgain } from '../../drift/judge/judge-again.ts';
import { judgeSkew, type SkewInput } from '../../drift/judge/judge-skew.ts';
import { type Against, type Budget, judgeWindow, type WindowInput } from '../../drift/judge/judge-window.ts';
import type { Compared, Judgement } from '../../drift/judge/judgement.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import { type CareDesk, lookDeeper } from './cause-round.ts';
import type { EarlierDesk } from './earlier-desk.ts';
import { type JointConfig, jointPerWeek, judgeJointly, sampleOf } from './joint-round.ts';
import type { MonitorStore, WindowReader } from './ports.ts';
import type { ProfileCuts } from './profiles-kept.ts';
import { skewLimitsOf } from './skew-limits.ts';
import type { StretchDesk } from './stretch-desk.ts';

/** One window of one comparison that has closed. */
export interface DueWindow {
  readonly comparison: ComparisonConfig;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
}

const weekMs = 604_800_000;

export const comparisonName = nameOf;

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

/**
 * Features that are judged: of the reference, without predictions of versions that are not champion. A comparison that names a
 * feature means its measures, too.
 */
export function featuresOf(
  reference: Reference,
  comparison: ComparisonConfig,
  champions: ReadonlySet<string>,
): string[] {
  const asked = ({ name, of }: ProfiledFeature): boolean =>
    comparison.features === undefined ||
    comparison.features.includes(name) ||
    (of !== undefined && comparison.features.includes(of));
  return reference.features
    .filter(asked)
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('@prediction:') || champions.has(name))
    .filter((name) => !isUnknownLag(reference, name));
}

/** `@lag` where no event of the reference has one: without arrival times there is nothing to compare with. */
export function isUnknownLag(reference: Reference, name: string): boolean {
  if (name !== '@lag') return false;
  const profile = reference.profile(everything, name);
  return profile !== undefined && profile.missing === profile.n;
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
    // Fixed limits take nothing of the budget.
    if (comparison.against === 'skew') continue;
    const each = featuresOf(reference, comparison, champions).length * segmentsOf(reference, comparison).length;
    sum += each * (weekMs / comparison.window);
  }
  return sum;
}

export interface InputOptions {
  readonly panes: WindowReader;
  readonly reference: Reference;
  readonly champions: ReadonlySet<string>;
  readonly comparisons: readonly ComparisonConfig[];
  /** Judge several features at once, too. */
  readonly joint?: JointConfig | undefined;
  readonly budget: Budget;
  /** As of `judgeWindow`. */
  readonly brief?: boolean;
  /** What windows are compared with beside training and the window before. */
  readonly sides: Sides;
  /** The earlier windows that a window was compared with once, where it is looked at again; default those of the comparison. */
  readonly compared?: Compared | undefined;
}

export interface JudgeOptions extends InputOptions {
  readonly store: Pick<MonitorStore, 'windowSample'>;
  readonly paneMs: number;
  /** What models say about alarms; absent where none is asked. */
  readonly care?: CareDesk | undefined;
}

export interface Sides {
  readonly earlier: EarlierDesk;
  readonly stretch: StretchDesk;
  /** Start of the first profile there is, ms since 1970. */
  readonly firstMs: number;
  readonly cuts: ProfileCuts;
  /** All windows that end here or before are sealed, and stay so in this round. */
  readonly throughMs: number;
  /** Judgements of this round so far. */
  readonly judged: readonly Judgement[];
}

/** Judges one closed window from its sealed panes; nothing where it holds no events. */
export async function judgeDueWindow(due: DueWindow, options: JudgeOptions): Promise<Judgement[]> {
  const { comparison } = due;
  if (comparison.against === 'skew') return judgeSkewOf(due, options);
  const input = await windowInput(due, options);
  if (input === undefined) return [];
  const single = await judgeSingle(due, input, options);
  const { store, reference, joint, comparisons, budget, paneMs, care = noCare } = options;
  const { judgementsPerWeek: perWeek, profile } = input;
  const round = { store, reference, joint, paneMs, comparisons, budget, judgementsPerWeek: perWeek };
  // The sample of the reference describes what the model was trained on, not the window before.
  const deeper =
    comparison.against === 'training'
      ? await lookDeeper(single, { reference, care, profile, sample: () => sampleOf(due, round) })
      : single;
  return [...deeper, ...(await judgeJointly(due, round))];
}

/** Each feature by itself. Of what alarms against earlier windows, those that alarmed themselves are left out. */
async function judgeSingle(due: DueWindow, input: WindowInput, { sides }: InputOptions): Promise<readonly Judgement[]> {
  const judged = judgeWindow(input);
  const { against } = input;
  if (against.kind !== 'earlier' || due.comparison.against === 'window') return judged;
  const alarms = judged.filter(({ alarm }) => alarm);
  return judgeAgain(input, judged, await sides.earlier.withoutAlarms(requestOf(due, input, sides), against, alarms));
}

function requestOf(due: DueWindow, { reference, features }: Pick<WindowInput, 'reference' | 'features'>, sides: Sides) {
  return { ...due, ...sides, reference, features, binCountOf: binCounts(reference) };
}

/** What one closed window is judged from; undefined where it, or what it is compared with, holds no events. */
export async function windowInput(due: DueWindow, options: InputOptions): Promise<WindowInput | undefined> {
  const { panes, champions, comparisons, budget, sides, joint, brief = false } = options;
  const { comparison, startMs, endMs } = due;
  const present = options.reference;
  const binCountOf = binCounts(present);
  const profile = await windowProfiles(panes, startMs, endMs, binCountOf);
  if (!profile.any) return undefined;
  const features = featuresOf(present, comparison, champions);
  let reference = present;
  let against: Against = { kind: 'training' };
  const request = requestOf(due, { reference, features }, sides);
  if (comparison.against === 'rolling' || comparison.against === 'seasonal') {
    against = await sides.earlier.side(request, options.compared);
  } else if (comparison.against === 'window') {
    const made = await sides.stretch.reference(request);
    if ('kind' in made) against = made;
    else reference = made;
  } else if (comparison.against === 'previous') {
    const before = await windowProfiles(panes, startMs - comparison.window, startMs, binCountOf);
    if (!before.any) return undefined;
    against = { kind: 'previous', profile: before.of };
  }
  return {
    reference,
    against,
    comparison: due.name,
    window: { startMs, endMs },
    profile: profile.of,
    features,
    segments: segmentsOf(present, comparison),
    budget,
    judgementsPerWeek: judgementsPerWeek(present, comparisons, champions) + jointPerWeek(joint, comparisons),
    brief,
  };
}

async function judgeSkewOf(due: DueWindow, options: InputOptions): Promise<Judgement[]> {
  const input = await skewInput(due, options);
  return input === undefined ? [] : judgeSkew(input);
}

/** What one closed window of serving is judged from; undefined where it holds no events. */
export async function skewInput(
  { comparison, name, startMs, endMs }: DueWindow,
  { panes, reference, champions }: Pick<InputOptions, 'panes' | 'reference' | 'champions'>,
): Promise<SkewInput | undefined> {
  const profile = await windowProfiles(panes, startMs, endMs, binCounts(reference));
  if (!profile.any) return undefined;
  return {
    reference,
    comparison: name,
    window: { startMs, endMs },
    profile: profile.of,
    features: featuresOf(reference, comparison, champions),
    segments: segmentsOf(reference, comparison),
    limitsOf: (feature) => skewLimitsOf(comparison, feature),
  };
}

const noCare: CareDesk = { modelsWith: () => [], meanPrediction: async () => undefined };

/** Bins of each binning that the reference knows, by its id. */
export function binCounts(reference: Reference): (binningId: string) => number | undefined {
  const counts = new Map<string, number>();
  for (const { binning, segmentBinning } of reference.features) {
    for (const each of [binning, segmentBinning]) {
      counts.set(each.id, each.kind === 'numeric' ? each.edges.length + 1 : each.values.length);
    }
  }
  return (id) => counts.get(id);
}

async function windowProfiles(
  panes: WindowReader,
  startMs: number,
  endMs: number,
  binCountOf: (binningId: string) => number | undefined,
) {
  const bySegment = new Map<SegmentKey, Map<string, Profile>>();
  for (const { segment, feature, profile } of await panes.windowProfiles(startMs, endMs, binCountOf)) {
    const features = bySegment.get(segment) ?? new Map<string, Profile>();
    features.set(feature, profile);
    bySegment.set(segment, features);
  }
  return {
    any: bySegment.size > 0,
    of: (segment: SegmentKey, feature: string) => bySegment.get(segment)?.get(feature),
  };
}
