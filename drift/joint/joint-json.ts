import {
  type Column,
  createDictionary,
  createNumberColumn,
  createTextColumn,
  isPresent,
  setPresent,
} from '../../common/columns.ts';
import { type FeatureType, type Frame, featureTypes } from '../../common/feature.ts';
import type { Tail } from '../reference/tail.ts';
import type { JointHabit, JointNull } from './joint-null.ts';
import type { JointReference, ReferenceSample } from './joint-reference.ts';
import type { JointScale, JointTest } from './joint-tests.ts';

type Cell = number | 'nan' | 'inf' | '-inf' | null;

/** Columns of a sample: numbers as they are, texts as codes into a list, -1 where absent. */
export interface SampleDocument {
  readonly times: readonly (number | null)[];
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly values: readonly Cell[];
    readonly texts?: readonly string[];
  }[];
}

export interface JointDocument {
  readonly features: readonly string[];
  readonly spreads: readonly (readonly [string, number])[];
  readonly tests: readonly (readonly [JointTest, JointScale])[];
  readonly nulls: readonly {
    readonly windowMs: number;
    readonly windows: number;
    readonly tests: readonly (readonly [JointTest, number, Tail | null])[];
  }[];
}

export function sampleToJson({ frame, timesMs }: ReferenceSample): SampleDocument {
  return {
    times: Array.from(timesMs, (time) => (Number.isNaN(time) ? null : time)),
    columns: frame.fields.map(({ name, type }, at) => ({
      name,
      type,
      ...valuesOf(frame.columns[at] as Column, frame.rows),
    })),
  };
}

export function sampleFromJson({ times, columns }: SampleDocument): ReferenceSample {
  const rows = times.length;
  const frame: Frame = {
    rows,
    fields: columns.map(({ name, type }) => ({ name, type: typeOf(type) })),
    columns: columns.map(({ values, texts }) => columnOf(values, texts)),
  };
  return { frame, timesMs: Float64Array.from(times, (time) => time ?? Number.NaN) };
}

function valuesOf(column: Column, rows: number): { values: Cell[]; texts?: string[] } {
  if (column.kind === 'vector') throw new Error('a sample holds numbers and texts only');
  const at = Array.from({ length: rows }, (_, row) => row);
  if (column.kind === 'number')
    return { values: at.map((row) => (isPresent(column.validity, row) ? cellOf(column.values[row] as number) : null)) };
  // Only the texts in use: a stream's dictionary holds more.
  const used = createDictionary();
  const values = at.map((row) => {
    if (!isPresent(column.validity, row)) return -1;
    const text = column.dictionary.values[column.codes[row] as number] as string;
    const known = used.codeOf.get(text);
    if (known !== undefined) return known;
    used.codeOf.set(text, used.values.length);
    return used.values.push(text) - 1;
  });
  return { values, texts: used.values };
}

function columnOf(values: readonly Cell[], texts: readonly string[] | undefined): Column {
  if (texts !== undefined) {
    const column = createTextColumn(values.length, createDictionary(texts));
    values.forEach((code, row) => {
      if (typeof code !== 'number' || code < 0) return;
      column.codes[row] = code;
      setPresent(column.validity, row);
    });
    return column;
  }
  const column = createNumberColumn(values.length);
  values.forEach((value, row) => {
    if (value === null) return;
    column.values[row] = numberOf(value);
    setPresent(column.validity, row);
  });
  return column;
}

function cellOf(value: number): Cell {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}

function numberOf(cell: Exclude<Cell, null>): number {
  if (typeof cell === 'number') return cell;
  if (cell === 'nan') return Number.NaN;
  return cell === 'inf' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

function typeOf(type: string): FeatureType {
  const known = featureTypes.find((candidate) => candidate === type);
  if (known === undefined) throw new Error(`the sample has a column of the unknown type ${type}`);
  return known;
}

export function jointToJson({ scales, nulls }: JointReference): JointDocument {
  return {
    features: scales.features,
    spreads: [...scales.spreads],
    tests: Object.entries(scales.tests) as [JointTest, JointScale][],
    nulls: nulls.map(({ windowMs, windows, tests }) => ({
      windowMs,
      windows,
      tests: (Object.entries(tests) as [JointTest, JointHabit][]).map(
        ([test, { habit, tail }]) => [test, habit, tail ?? null] as const,
      ),
    })),
  };
}

export function jointFromJson({ features, spreads, tests, nulls }: JointDocument): JointReference {
  return {
    scales: {
      features,
      spreads: new Map(spreads),
      tests: Object.fromEntries(tests) as JointReference['scales']['tests'],
    },
    nulls: nulls.map(
      (one): JointNull => ({
        windowMs: one.windowMs,
        windows: one.windows,
        tests: Object.fromEntries(
          one.tests.map(([test, habit, tail]): [JointTest, JointHabit] => [
            test,
            { habit, ...(tail === null ? {} : { tail }) },
          ]),
        ) as JointNull['tests'],
      }),
    ),
  };
}
