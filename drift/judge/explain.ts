import type { SegmentKey } from '../../common/segment.ts';
import { binCount } from '../profile/merge.ts';
import type { Binning, Profile } from '../profile/profile.ts';
import { type Refusal, sidesOf, type Test, testsOf } from './feature-tests.ts';
import { judgeFeature } from './judge-feature.ts';
import { alphaOf, type WindowInput } from './judge-window.ts';
import type { Judgement } from './judgement.ts';
import { type SideCounts, sideCounts } from './side-counts.ts';

/** How the budget comes down to one test. */
export interface Level {
  readonly falseAlarmsPerWeek: number;
  readonly minEffect: number;
  readonly judgementsPerWeek: number;
  /** Of the judgement, in [1e-12, 0.05]. */
  readonly ofJudgement: number;
  readonly tests: number;
  /** Of each test. */
  readonly ofTest: number;
}

/** Everything a judgement about data was worked out from. */
export interface Explanation {
  /** As the tests come out. */
  readonly judgement: Judgement;
  readonly reference: { readonly id: string; readonly origin: string; readonly rows: number; readonly windows: number };
  readonly level: Level;
  readonly bins: number;
  readonly sides: { readonly reference: SideCounts; readonly current: SideCounts };
  readonly tests: readonly Test[];
  readonly refusals: readonly Refusal[];
}

/** What is compared, for whoever draws it. */
export interface ComparedProfiles {
  readonly binning: Binning;
  readonly reference: Profile;
  readonly current: Profile;
}

/** Makes the tests of a feature again, and tells how; undefined where there is nothing to compare. */
export function explainFeature(
  input: WindowInput,
  segment: SegmentKey,
  feature: string,
): { readonly explanation: Explanation; readonly compared: ComparedProfiles } | undefined {
  const ofJudgement = alphaOf(input.budget, input.judgementsPerWeek);
  const sides = sidesOf(input, segment, feature);
  const judgement = judgeFeature(input, segment, feature, ofJudgement);
  if ('missing' in sides || judgement === undefined) return undefined;
  const { binning, current } = sides;
  const before = sides.reference.profile;
  const { results, refusals, alphaEach } = testsOf(input, sides, ofJudgement);
  const { id, origin, rows } = input.reference;
  return {
    explanation: {
      judgement,
      reference: { id, origin, rows, windows: sides.table?.windows ?? 0 },
      level: {
        falseAlarmsPerWeek: input.budget.falseAlarmsPerWeek,
        minEffect: input.budget.minEffect,
        judgementsPerWeek: input.judgementsPerWeek,
        ofJudgement,
        tests: Math.round(ofJudgement / alphaEach),
        ofTest: alphaEach,
      },
      bins: binCount(binning),
      sides: { reference: sideCounts(before), current: sideCounts(current) },
      tests: results,
      refusals,
    },
    compared: { binning, reference: before, current },
  };
}
