import type { Frame } from '../../common/feature.ts';
import type { Binning, ProfiledFeature } from '../profile/profile.ts';
import {
  chooseSampleRows,
  type JointReference,
  learnJoint,
  type ReferenceSample,
  sampleOf,
} from './joint-reference.ts';

/** What is to be learnt of several features at once. */
export interface JointWanted {
  /** All of them where empty. */
  readonly features: readonly string[];
  /** The window lengths that will be judged. */
  readonly windowsMs: readonly number[];
}

export interface SampledInput {
  readonly frame: Frame;
  readonly timesMs: Float64Array;
  readonly joint?: JointWanted;
}

export interface Sampled {
  readonly sample: ReferenceSample;
  readonly joint?: JointReference;
}

/** A bounded sample of the rows and, where it is asked for, what it says of several features at once. */
export function sampled(input: SampledInput, features: readonly ProfiledFeature[]): Sampled {
  const { frame, timesMs, joint } = input;
  const sampleRows = chooseSampleRows(frame, features.length);
  const names = new Set(features.map(({ name }) => name));
  // Vectors, and whatever else is not counted by its values, take part by their measures.
  const isKept = (at: number): boolean =>
    names.has(frame.fields[at]?.name ?? '') && frame.columns[at]?.kind !== 'vector';
  const kept: Frame = {
    rows: frame.rows,
    fields: frame.fields.filter((_, at) => isKept(at)),
    columns: frame.columns.filter((_, at) => isKept(at)),
  };
  const sample = sampleOf(kept, timesMs, sampleRows);
  if (joint === undefined) return { sample };
  // The lag of events says how they came, not what they are: it takes part only by name.
  // Measures that were fitted to a part of the reference are absent there, which would tell the sides apart.
  const ordinary = features.filter(
    ({ name, of, binning }) =>
      name !== '@lag' && !isIdentifier(binning) && !(of !== undefined && /\.(unknown|centroid)$/.test(name)),
  );
  const wanted = joint.features.length === 0 ? ordinary.map(({ name }) => name) : joint.features;
  const learnt = learnJoint({ frame: kept, timesMs, sampleRows, features: wanted, windowsMs: joint.windowsMs });
  return { sample, ...(learnt === undefined ? {} : { joint: learnt }) };
}

/** Texts that are different in nearly every event have no values that are counted. */
function isIdentifier(binning: Binning): boolean {
  return binning.kind === 'categorical' && binning.values.length === 0;
}
