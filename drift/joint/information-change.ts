import { type CellColumn, cellsOfColumn } from './cells.ts';
import type { JoinedSamples } from './join-frames.ts';
import { informationalCorrelation, mutualInformation } from './mutual-information.ts';
import { type PairChange, type PairsMeasured, summarise } from './pair-change.ts';
import { fisherZ } from './rank-correlation.ts';

/** Cells a feature is put into before pairs are counted. */
const cellsMost = 6;

export interface CountedFeatures {
  readonly names: readonly string[];
  readonly cells: readonly CellColumn[];
}

/** All features, numbers and texts, in cells. */
export function countFeatures({ frame }: Pick<JoinedSamples, 'frame'>): CountedFeatures {
  return {
    names: frame.fields.map(({ name }) => name),
    cells: frame.columns.map((column) => cellsOfColumn(column, frame.rows, cellsMost)),
  };
}

/**
 * How the mutual information of pairs has changed between the rows of group 0 and those of group 1: of numbers and categories
 * alike, missing being a value. Each pair: `z = (I1 - I0) / √(v0 + v1)`, see {@link mutualInformation} for I and its variance v; then
 * the mean of z² and the greatest. It sees a dependence that got weaker or stronger, not one that turned round. O(pairs · rows).
 */
export function informationChange(
  { names, cells }: CountedFeatures,
  { groupOf }: Pick<JoinedSamples, 'groupOf'>,
): PairsMeasured {
  const pairs: (PairChange | undefined)[] = [];
  for (let a = 1; a < names.length; a++) for (let b = 0; b < a; b++) pairs.push(changeOf(names, cells, a, b, groupOf));
  return summarise(pairs);
}

function changeOf(
  names: readonly string[],
  cells: readonly CellColumn[],
  a: number,
  b: number,
  groupOf: Uint8Array,
): PairChange | undefined {
  const first = cells[a] as CellColumn;
  const second = cells[b] as CellColumn;
  const size = first.count * second.count;
  const tables = new Float64Array(2 * size);
  for (let row = 0; row < groupOf.length; row++) {
    const cell =
      (groupOf[row] as number) * size + (first.codes[row] as number) * second.count + (second.codes[row] as number);
    tables[cell] = (tables[cell] as number) + 1;
  }
  const reference = mutualInformation(tables.subarray(0, size), second.count);
  const current = mutualInformation(tables.subarray(size), second.count);
  if (reference === undefined || current === undefined) return undefined;
  const variance = reference.variance + current.variance;
  // A pair that is constant on both sides tells nothing, and has no variance.
  if (variance <= 0) return undefined;
  return {
    a: names[b] as string,
    b: names[a] as string,
    reference: reference.bits,
    current: current.bits,
    shift: fisherZ(informationalCorrelation(current.bits)) - fisherZ(informationalCorrelation(reference.bits)),
    z: (current.bits - reference.bits) / Math.sqrt(variance),
  };
}
