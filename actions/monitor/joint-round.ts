import { columnOf, type FeatureField, type Frame } from '../../common/feature.ts';
import type { ComparisonConfig, PipelineConfig } from '../../config/schema.ts';
import { jointFeatureNames } from '../../drift/joint/joint-tests.ts';
import { judgeJoint } from '../../drift/joint/judge-joint.ts';
import type { Budget } from '../../drift/judge/judge-window.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import { createMeasurer } from '../../drift/measure/create-measurer.ts';
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
  readonly store: Pick<MonitorStore, 'windowSample'>;
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
  const measured = reference.measures.flatMap((measure) =>
    reference.features.filter(({ name }) => name === measure.feature),
  );
  const own = reference.sample.frame.fields.filter(({ name }) =>
    reference.features.every((one) => one.name !== name || one.of === undefined),
  );
  const fields = [
    ...new Map([...own, ...measured.map(fieldOf(reference)), timeField].map((field) => [field.name, field])).values(),
  ];
  const frame = await store.windowSample({ startMs, endMs, paneMs, fields });
  return frame === undefined ? undefined : withMeasures(frame, reference);
}

const timeField: FeatureField = { name: '@time', type: 'timestamp' };

/** Of a vector with its dimension, which is that of its centroid. */
const fieldOf =
  ({ measures }: Reference) =>
  ({ name, type }: { readonly name: string; readonly type: FeatureField['type'] }): FeatureField => {
    const measure = measures.find(({ feature }) => feature === name);
    return { name, type, ...(measure?.kind === 'vector' ? { dimension: measure.centroid.length } : {}) };
  };

/** The measures of features of richer kinds, as the reference has them. */
function withMeasures(frame: Frame, { measures }: Reference): Frame {
  const times = columnOf(frame, timeField.name);
  const timesMs = times?.kind === 'number' ? times.values : new Float64Array(frame.rows).fill(Number.NaN);
  const made = measures.flatMap((measure) => {
    const column = columnOf(frame, measure.feature);
    return column === undefined ? [] : createMeasurer(measure)(column, frame.rows, timesMs);
  });
  return {
    rows: frame.rows,
    fields: [...frame.fields, ...made.map(({ field }) => field)],
    columns: [...frame.columns, ...made.map(({ column }) => column)],
  };
}
