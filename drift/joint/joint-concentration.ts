import type { Frame } from '../../common/feature.ts';
import { columnOf } from '../../common/feature.ts';
import { measuredFeature } from '../../common/measure.ts';
import { selectRows } from '../../common/select.ts';
import { type Concentration, concentrate } from '../cause/concentrate.ts';
import type { Judgement } from '../judge/judgement.ts';
import type { JoinedSamples } from './join-frames.ts';
import type { JointMeasures } from './joint-tests.ts';
import { rankColumn, scoreRanks } from './ranks.ts';

/**
 * The part of the events that carries a change of several features at once. What each row speaks for it is, of the classifier,
 * its held-out log-odds of being current; of a pair's rank correlation, the product of the row's two ranks on its side, whose mean
 * is that correlation but for a factor. Undefined for the other tests, whose changes have no share in single rows.
 */
export function concentrateJoint(
  { feature, statistic, detail }: Judgement,
  samples: JoinedSamples,
  { correlation, classifier }: JointMeasures,
): Concentration | undefined {
  const { frame, nReference } = samples;
  let weights: Float64Array | undefined;
  if (feature === '@joint:classifier') weights = classifier?.scores;
  if (statistic === 'correlation_max' && correlation.greatest !== undefined)
    weights = productOfRanks(samples, correlation.greatest);
  if (weights === undefined) return undefined;
  return concentrate({
    reference: part(frame, 0, nReference),
    current: part(frame, nReference, frame.rows),
    referenceWeights: weights.subarray(0, nReference),
    currentWeights: weights.subarray(nReference),
    // What tells the sides apart may itself be where the change is; a pair is not, nor is what is measured of one feature.
    exclude: (detail.about ?? []).filter((name) => feature !== '@joint:classifier' || measuredFeature(name) !== name),
  });
}

function productOfRanks(
  { frame, groupOf }: JoinedSamples,
  { a, b, shift }: { readonly a: string; readonly b: string; readonly shift: number },
): Float64Array {
  const [x, y] = [a, b].map((name) => {
    const scores = new Float64Array(frame.rows).fill(Number.NaN);
    const column = columnOf(frame, name);
    if (column === undefined) return scores;
    const ranked = rankColumn(column, frame.rows);
    for (const group of [0, 1]) scoreRanks(ranked, groupOf, group, scores);
    return scores;
  }) as [Float64Array, Float64Array];
  return x.map((score, row) => {
    const product = score * (y[row] as number) * Math.sign(shift);
    return Number.isNaN(product) ? 0 : product;
  });
}

function part(frame: Frame, from: number, to: number): Frame {
  return selectRows(
    frame,
    Int32Array.from({ length: to - from }, (_, at) => from + at),
  );
}
