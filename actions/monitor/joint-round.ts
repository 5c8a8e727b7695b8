import type { Frame } from '../../common/feature.ts';
import type { ComparisonConfig, PipelineConfig } from '../../config/schema.ts';
import { jointFeatureNames } from '../../drift/joint/joint-tests.ts';
import { judgeJoint } from '../../drift/joint/judge-joint.ts';
import type { Budget } from '../../drift/judge/judge-window.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import type { MonitorStore } from './ports.ts';
import type { DueWindow } from './rounds.ts';

export type JointConfig = NonNullable<PipelineConfig['joint']>;

const weekMs = 604_800_000;

/** Length of the windows in which several features are judged at once; undefined where none are. */
export function jointWindowMs(
  joint: JointConfig | undefined,
  comparisons: readonly ComparisonConfig[],
): number | undefined {
  if (joint === undefined) return undefined;
  return joint.window ?? comparisons.find(({ against }) => against === 'training')?.window;
}

/** What they add to the judgements of a week that share the budget. */
export function jointPerWeek(joint: JointConfig | undefined, comparisons: readonly ComparisonConfig[]): number {
  const windowMs = jointWindowMs(joint, comparisons);
  return windowMs === undefined ? 0 : jointFeatureNames.length * (weekMs / windowMs);
}

export interface JointRound {
  readonly store: MonitorStore;
  readonly reference: Reference;
  readonly joint: JointConfig | undefined;
  readonly paneMs: number;
  readonly comparisons: readonly ComparisonConfig[];
  readonly budget: Budget;
  readonly judgementsPerWeek: number;
}

/**
 * The judgements of several features at once that belong to a window: those of the first comparison against training of the
 * configured length. They are decided on together with its features, so what has one cause becomes one incident.
 */
export async function judgeJointly(due: DueWindow, round: JointRound): Promise<Judgement[]> {
  const { joint, comparisons, reference } = round;
  const windowMs = jointWindowMs(joint, comparisons);
  const first = comparisons.find(({ against, window }) => against === 'training' && window === windowMs);
  if (joint === undefined || first !== due.comparison) return [];
  return judgeJoint({
    reference,
    sample: await sampleOf(due, round),
    comparison: due.name,
    window: { startMs: due.startMs, endMs: due.endMs },
    budget: round.budget,
    judgementsPerWeek: round.judgementsPerWeek,
  });
}

/** The sample of a window with the features of the reference's; undefined where either keeps none. */
export async function sampleOf(
  { startMs, endMs }: Pick<DueWindow, 'startMs' | 'endMs'>,
  { store, reference, paneMs }: Pick<JointRound, 'store' | 'reference' | 'paneMs'>,
): Promise<Frame | undefined> {
  if (reference.sample === undefined) return undefined;
  return store.windowSample({ startMs, endMs, paneMs, fields: reference.sample.frame.fields });
}
