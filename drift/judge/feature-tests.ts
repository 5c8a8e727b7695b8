import { everything, type SegmentKey } from '../../common/segment.ts';
import type { Binning, Profile } from '../profile/profile.ts';
import { type MassKind, massKinds } from '../reference/divergence.ts';
import type { NullTable } from '../reference/reference.ts';
import type { WindowInput } from './judge-window.ts';
import { type MassWorkings, testMass } from './mass-test.ts';
import { type ReferenceSide, referenceSide, trainedSide } from './reference-side.ts';
import { type NotJudged, type ShapeWorkings, type TestResult, testShape } from './shape-test.ts';

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
  const { reference, against, window } = input;
  const profiled = reference.feature(feature);
  const binning = segment === everything ? profiled?.binning : profiled?.segmentBinning;
  const trained = reference.profile(segment, feature);
  const before = against.kind === 'training' ? trained : against.profile(segment, feature);
  const current = input.profile(segment, feature);
  const none = (missing: string): NoSides => ({ missing, nReference: before?.n ?? 0, nCurrent: current?.n ?? 0 });
  if (binning === undefined || trained === undefined)
    return none('not enough reference: it does not have this feature');
  if (before === undefined) return none('nothing to compare with: no window before this one');
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

/** The tests that are made of a feature; each may give so many false alarms: `alpha` is shared equally. */
export function testsOf(
  { window, against, budget }: WindowInput,
  { segment, feature, binning, trained, reference, current, table }: Sides,
  alpha: number,
): { readonly results: readonly Test[]; readonly refusals: readonly Refusal[]; readonly alphaEach: number } {
  const before = reference.profile;
  const hasBins = before.bins.length > 0;
  const kinds: readonly MassKind[] =
    binning.kind === 'categorical' && hasBins ? massKinds : massKinds.filter((kind) => kind !== 'unseen');
  const alphaEach = alpha / (kinds.length + (hasBins ? 1 : 0));
  const results: Test[] = [];
  const refusals: Refusal[] = [];
  const add = (statistic: string, minEffect: number, outcome: Outcome | NotJudged): void => {
    if ('notJudged' in outcome) refusals.push({ statistic, reason: outcome.notJudged });
    else results.push(testOf(statistic, minEffect, outcome));
  };
  if (hasBins) {
    const outcome = testShape({
      trained,
      reference,
      table,
      against: against.kind,
      segment,
      feature,
      windowStartMs: window.startMs,
      windowMs: window.endMs - window.startMs,
      currentBins: current.bins,
      alpha: alphaEach,
    });
    add('js_distance', budget.minEffect, outcome);
  }
  const series = table?.series(segment, feature);
  for (const kind of kinds) {
    const minEffect = kind === 'unseen' ? budget.minEffect * noveltyFactor : budget.minEffect;
    add(kind, minEffect, testMass({ kind, reference: before, current, series, alpha: alphaEach }));
  }
  return { results, refusals, alphaEach };
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
