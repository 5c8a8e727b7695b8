import {
  type Column,
  createVectorColumn,
  isPresent,
  setPresent,
  type TextColumn,
  type VectorColumn,
} from '../../common/columns.ts';
import type { Compared, Effects } from './comparison.ts';
import { compareMeasures } from './measured.ts';
import { withoutCounts } from './of-counts.ts';
import { withoutNumbers } from './of-numbers.ts';

export interface VectorSide {
  readonly rows: number;
  /** What is usable. */
  readonly column: VectorColumn;
  /** Values with a component that is not finite, or texts that are no list of the dimension. */
  readonly unusable: number;
}

interface Side {
  readonly column: Column;
  readonly rows: number;
}

/** The vectors of both sides where one has vectors; undefined where none does, or the other has numbers. */
export function vectorPair(
  reference: Side,
  current: Side,
): { readonly reference: VectorSide; readonly current: VectorSide } | undefined {
  const one = [reference.column, current.column].find((column) => column.kind === 'vector');
  if (one?.kind !== 'vector' || reference.column.kind === 'number' || current.column.kind === 'number') {
    return undefined;
  }
  return { reference: usableVectors(reference, one.dimension), current: usableVectors(current, one.dimension) };
}

/** Vectors are compared by their length, their direction and their projections, not component by component. */
export function compareVectors(reference: VectorSide, current: VectorSide, effects: Effects): Compared {
  const reason = 'vectors are compared by their measures';
  const { statistics, findings, distance } = compareMeasures({ kind: 'vector', reference, current, effects });
  return {
    type: 'vector',
    statistics: { ...withoutCounts(reason), ...withoutNumbers(reason), ...statistics },
    findings,
    distance,
    calm: `vectors of ${reference.column.dimension}: norm, distance to the centroid and projections are as chance explains`,
  };
}

function usableVectors({ column, rows }: Side, dimension: number): VectorSide {
  const out = createVectorColumn(rows, dimension);
  let unusable = 0;
  const vectorAt = column.kind === 'text' ? listReader(column) : (row: number) => vectorOf(column as VectorColumn, row);
  for (let row = 0; row < rows; row++) {
    if (!isPresent(column.validity, row)) continue;
    const vector = vectorAt(row);
    if (vector?.length === dimension && Array.prototype.every.call(vector, Number.isFinite)) {
      out.values.set(vector, row * dimension);
      setPresent(out.validity, row);
    } else unusable++;
  }
  return { rows, column: out, unusable };
}

function vectorOf({ dimension, values }: VectorColumn, row: number): ArrayLike<number> {
  return values.subarray(row * dimension, (row + 1) * dimension);
}

/** A file in which not all lists have one length gives them as texts. */
function listReader({ codes, dictionary }: TextColumn): (row: number) => ArrayLike<number> | undefined {
  return (row) => {
    try {
      const value: unknown = JSON.parse(dictionary.values[codes[row] as number] as string);
      return Array.isArray(value) ? value : undefined;
    } catch {
      return undefined;
    }
  };
}
