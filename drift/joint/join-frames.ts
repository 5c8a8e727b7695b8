import {
  createNumberColumn,
  createTextColumn,
  encode,
  isPresent,
  type NumberColumn,
  setPresent,
  type TextColumn,
} from '../../common/columns.ts';
import { columnOf, type FeatureField, type Frame } from '../../common/feature.ts';

/** Numbers or texts. */
export type PlainColumn = NumberColumn | TextColumn;
export interface PlainFrame extends Frame {
  readonly columns: readonly PlainColumn[];
}

/** Two samples as one: rows of the reference first, those of the current side after them. */
export interface JoinedSamples {
  readonly frame: PlainFrame;
  /** 0 for a row of the reference, 1 for a current one; shape `[rows]`. */
  readonly groupOf: Uint8Array;
  readonly nReference: number;
  readonly nCurrent: number;
}

/** Rows of a frame: those chosen, or all of them. */
export interface SampleSide {
  readonly frame: Frame;
  readonly rows?: Int32Array;
}

/** Joins the features `names` that both sides have in one form (numbers, or text); the others are left out. */
export function joinSamples(reference: SampleSide, current: SampleSide, names: readonly string[]): JoinedSamples {
  const sides = [reference, current];
  const counts = sides.map(({ frame, rows }) => rows?.length ?? frame.rows) as [number, number];
  const fields: FeatureField[] = [];
  const columns: PlainColumn[] = [];
  for (const name of names) {
    const field = reference.frame.fields.find((one) => one.name === name);
    const pair = sides.map(({ frame }) => columnOf(frame, name));
    const [first, second] = pair;
    if (field === undefined || first === undefined || second === undefined || first.kind !== second.kind) continue;
    // Vectors are here by their measures.
    if (first.kind === 'vector' || second.kind === 'vector') continue;
    fields.push(field);
    columns.push(joinColumns(sides, [first, second], counts));
  }
  const groupOf = new Uint8Array(counts[0] + counts[1]).fill(1, counts[0]);
  return {
    frame: { rows: groupOf.length, fields, columns },
    groupOf,
    nReference: counts[0],
    nCurrent: counts[1],
  };
}

function joinColumns(
  sides: readonly SampleSide[],
  pair: readonly [PlainColumn, PlainColumn],
  counts: readonly number[],
): PlainColumn {
  const total = (counts[0] as number) + (counts[1] as number);
  const numbers = createNumberColumn(pair[0].kind === 'number' ? total : 0);
  const texts = createTextColumn(pair[0].kind === 'number' ? 0 : total);
  let to = 0;
  pair.forEach((column, side) => {
    const rows = sides[side]?.rows;
    for (let at = 0; at < (counts[side] as number); at++, to++) {
      const row = rows === undefined ? at : (rows[at] as number);
      if (!isPresent(column.validity, row)) continue;
      if (column.kind === 'number') {
        numbers.values[to] = column.values[row] as number;
        setPresent(numbers.validity, to);
      } else {
        texts.codes[to] = encode(texts.dictionary, column.dictionary.values[column.codes[row] as number] as string);
        setPresent(texts.validity, to);
      }
    }
  });
  return pair[0].kind === 'number' ? numbers : texts;
}

/** A sample against itself: for learning what random halves differ by. */
export function halvesOf(frame: Frame, names: readonly string[]): JoinedSamples {
  const joined = joinSamples({ frame }, { frame, rows: new Int32Array(0) }, names);
  return { ...joined, groupOf: new Uint8Array(frame.rows) };
}
