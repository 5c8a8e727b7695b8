import { bottomRows } from '../../common/bottom-k.ts';
import type { Frame } from '../../common/feature.ts';
import { priorityOf, prioritySeed } from '../../common/priority.ts';
import { selectRows } from '../../common/select.ts';
import type { JointNull } from './joint-null.ts';
import { learnJointNulls } from './joint-null.ts';
import { type JointScales, learnScales } from './joint-scales.ts';

/** Some of a reference's rows, chosen by the seed alone, with their times. */
export interface ReferenceSample {
  readonly frame: Frame;
  /** ms since 1970, NaN where unknown; shape `[rows]`. */
  readonly timesMs: Float64Array;
}

/** What a reference knows of its features together. */
export interface JointReference {
  readonly scales: JointScales;
  readonly nulls: readonly JointNull[];
}

/** Rows of a sample, and values in all: with many features there are fewer rows, but never less than 400. */
const rowsMost = 2000;
const valuesMost = 200_000;
const rowsLeast = 400;
/** Features taken together: pairs grow with their square. */
export const jointFeaturesMost = 40;

/** The rows that stand for the frame: those with the smallest seeded priorities, ascending. */
export function chooseSampleRows(frame: Frame, features: number): Int32Array {
  const most = Math.min(rowsMost, Math.max(rowsLeast, Math.floor(valuesMost / Math.max(1, features))));
  const seed = prioritySeed('reference', 0);
  return bottomRows(frame.rows, most, (row) => priorityOf(seed, row));
}

export function sampleOf(frame: Frame, timesMs: Float64Array, rows: Int32Array): ReferenceSample {
  return { frame: selectRows(frame, rows), timesMs: Float64Array.from(rows, (row) => timesMs[row] as number) };
}

/** Learns scales and nulls for these features (at most 40, in this order); undefined where the sample is too small. */
export function learnJoint(input: {
  readonly frame: Frame;
  readonly timesMs: Float64Array;
  readonly sampleRows: Int32Array;
  readonly features: readonly string[];
  readonly windowsMs: readonly number[];
}): JointReference | undefined {
  const features = input.features.slice(0, jointFeaturesMost);
  const sample = selectRows(input.frame, input.sampleRows);
  const scales = learnScales(sample, features);
  if (scales === undefined) return undefined;
  return { scales, nulls: learnJointNulls({ ...input, scales }) };
}
