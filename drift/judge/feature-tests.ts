import { everything, type SegmentKey } from '../../common/segment.ts';
import type { Binning, Profile } from '../profile/profile.ts';
import { type MassKind, massKinds, massOf } from '../reference/divergence.ts';
import type { NullTable } from '../reference/reference.ts';
import { shareZ } from '../reference/scaling.ts';
import type { Against, WindowInput } from './judge-window.ts';
import type { MeasuredExcess } from './judgement.ts';
import { knownNull, type NullQuestion } from './known-null.ts';
import { type MassWorkings, testMass } from './mass-test.ts';
import { type ReferenceSide, referenceSide, trainedSide } from './reference-side.ts';
import { type Bits, type NotJudged, type ShapeWorkings, type TestResult, testShape } from './shape-test.ts';
import { comparisonOf, sideOf, whyNoSide } from './side.ts';

/** A value the model has never seen is worth an alarm at half the effect: 0.13 % of events where `minEffect` is 0.05. */
const noveltyFactor = 0.5;

/** What is compared with what. */
export interface Sides {
  readonly segment: SegmentKey;
  readonly feature: string;
  readonly binning: Binning;
  /** The reference itself. */
  readonly trained: ReferenceSide;
  /** What the window is compared with. */
  readonly reference: ReferenceSide;
  readonly current: Profile;
  /** How windows of this length behave in the reference. */
  readonly table: NullTable | undefined;
}

/** Why nothing can be compared, and how many events there are. */
export interface NoSides {
  readonly missing: string;
  readonly nReference: number;
  readonly nCurrent: number;
}

export interface Test extends TestResult {
  readonly statistic: string;
  readonly minEffect: number;
  readonly alarm: boolean;
  readonly workings: ShapeWorkings | MassWorkings;
}

/** A test that could not be made. */
export interface Refusal {
  readonly statistic: string;
  readonly reason: string;
}

export function sidesOf(input: WindowInput, segment: SegmentKey, feature: string): Sides | NoSides {
  const { reference, window } = input;
  const profiled = reference.feature(feature);
  const binning = segment === everything ? profiled?.binning : profiled?.segmentBinning;
  const trained = reference.profile(segment, feature);
  const before = sideOf(input, segment, feature);
  const current = input.profile(segment, feature);
  const none = (missing: string): NoSides => ({ missing, nReference: before?.n ?? 0, nCurrent: current?.n ?? 0 });
  if (binning === undefined || trained === undefined)
    return none('not enough reference: it does not have this feature');
  if (before === undefined) return none(whyNoSide(input, segment, feature));
  if (current === undefined) return none('no events in the window');
  const windowMs = window.endMs - window.startMs;
  const whole = trainedSide(binning, trained);
  return {
    segment,
    feature,
    binning,
    trained: whole,
    reference: before === trained ? whole : referenceSide(binning, before),
    current,
    table: reference.nulls.find((candidate) => candidate.windowMs === windowMs),
  };
}

/** What came of the tests of a feature. */
export interface Tested {
  readonly results: readonly Test[];
  readonly refusals: readonly Refusal[];
  readonly alphaEach: number;
  /** What a comparison with earlier windows learns from this one. */
  readonly excess: MeasuredExcess | undefined;
}

/** The tests that are made of a feature; each may give so many false alarms: `alpha` is shared equally. */
export function testsOf(input: WindowInput, sides: Sides, alpha: number): Tested {
  const { window, against, budget } = input;
  const { segment, feature, binning, trained, reference, current, table } = sides;
  const before = reference.profile;
  const known = knownNull({ table, segment, feature, comparison: comparisonOf(input), ...learnedBy(against) });
  const occasions = against.kind === 'earlier' ? against.apart?.(segment, feature) : undefined;
  const hasBins = before.bins.length > 0;
  let kinds: readonly MassKind[] =
    binning.kind === 'categorical' && hasBins ? massKinds : massKinds.filter((kind) => kind !== 'unseen');
  const alphaEach = alpha / (kinds.length + (hasBins ? 1 : 0));
  const results: Test[] = [];
  const refusals: Refusal[] = [];
  let measured: Bits | undefined;
  const add = (statistic: string, minEffect: number, outcome: Outcome | NotJudged): void => {
    if ('notJudged' in outcome) refusals.push({ statistic, reason: outcome.notJudged });
    else results.push(testOf(statistic, minEffect, outcome));
  };
  if (hasBins) {
    const outcome = testShape({
      trained,
      reference,
      known,
      ...(occasions === undefined ? {} : { occasions }),
      scope: segment === everything ? 'all' : 'segments',
      windowStartMs: window.startMs,
      windowMs: window.endMs - window.startMs,
      currentBins: current.bins,
      alpha: alphaEach,
    });
    measured = outcome.measured;
    add('js_distance', budget.minEffect, outcome);
  }
  // Shares under a comparison that nothing is known of vary at least as they do from window to window of the reference.
  const series = 'notJudged' in known ? table?.series(segment, feature) : known;
  if (against.kind === 'earlier' && (series?.windows ?? 0) === 0) kinds = [];
  for (const kind of kinds) {
    const minEffect = kind === 'unseen' ? budget.minEffect * noveltyFactor : budget.minEffect;
    add(kind, minEffect, testMass({ kind, reference: before, current, series, alpha: alphaEach }));
  }
  // Of windows on holidays nothing is learned: they are no ordinary ones.
  const excess =
    measured === undefined || against.kind !== 'earlier' || against.apart !== undefined
      ? undefined
      : { bits: measured.bits, expected: measured.expected, z: differences(before, current) };
  return { results, refusals, alphaEach, excess };
}

function learnedBy(against: Against): Pick<NullQuestion, 'learned'> {
  return against.kind === 'earlier' ? { learned: { table: against.learned, needed: against.learnedNeeded } } : {};
}

function differences(before: Profile, current: Profile): number[] {
  return massKinds.map((kind) =>
    Number(shareZ(massOf(before, kind), before.n, massOf(current, kind), current.n).toPrecision(4)),
  );
}

type Outcome = TestResult & { readonly workings: ShapeWorkings | MassWorkings };

/** The first of those with the greatest effect. */
export function strongestAlarm(results: readonly Test[]): Test | undefined {
  let strongest: Test | undefined;
  for (const test of results)
    if (test.alarm && (strongest === undefined || test.effect > strongest.effect)) strongest = test;
  return strongest;
}

/** Field by field: a spread costs as much as the test itself. */
function testOf(statistic: string, minEffect: number, outcome: Outcome): Test {
  const { value, critical, pValue, effect, beyond, workings } = outcome;
  return {
    statistic,
    minEffect,
    value,
    critical,
    pValue,
    effect,
    beyond,
    alarm: beyond && effect >= minEffect,
    workings,
  };
}
