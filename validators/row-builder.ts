import {
  type Column,
  createNumberColumn,
  createTextColumn,
  createVectorColumn,
  type Dictionary,
  encode,
  setAbsent,
  setPresent,
} from '../common/columns.ts';
import type { FeatureField } from '../common/feature.ts';
import { compilePointer } from '../common/pointer.ts';
import { parseTimestampMs } from '../common/timestamp.ts';
import { Verdict } from '../common/verdict.ts';
import type { CheckedColumns } from './check-columns.ts';
import { putVector } from './check-vectors.ts';
import { coerceFeature, float32Max } from './coerce-vector.ts';
import type { RowBuilder } from './compile.ts';
import type { Contract } from './contract.ts';
import { createRowNotes } from './row-notes.ts';
import { judgeCoerced, unknownField, verdictOf } from './violations.ts';

export interface RowBuilderOptions {
  readonly contract: Contract;
  readonly fields: readonly FeatureField[];
  /** Keys at the top of an event that are known. */
  readonly knownKeys: ReadonlySet<string>;
  /** One for each feature of text. */
  readonly dictionaries: readonly (Dictionary | undefined)[];
  readonly capacityRows: number;
  readonly checkColumns: (checked: CheckedColumns) => void;
}

/** Puts a raw value into its column; false where the slow path has to look at it. */
type FastStore = (column: Column, row: number, raw: unknown) => boolean;

export function createRowBuilder(options: RowBuilderOptions): RowBuilder {
  const { contract, fields, dictionaries } = options;
  const inputs = contract.features.flatMap((feature, at) =>
    feature.derive === undefined
      ? [{ at, feature, get: compilePointer(feature.path), store: fastStores[feature.type] }]
      : [],
  );
  const { unknownFields } = contract;
  let capacity = firstCapacity(options);
  let columns = fields.map((field, at) => newColumn(field, capacity, dictionaries[at]));
  let verdicts = new Uint8Array(capacity);
  let rows = 0;

  function grow(): void {
    capacity *= 2;
    columns = columns.map((column, at) =>
      enlarged(column, newColumn(fields[at] as FeatureField, capacity, dictionaries[at])),
    );
    const old = verdicts;
    verdicts = new Uint8Array(capacity);
    verdicts.set(old);
  }

  return {
    get rows() {
      return rows;
    },
    add(event, out) {
      if (rows === capacity) grow();
      let verdict: Verdict = Verdict.VALID;
      for (let input = 0; input < inputs.length; input++) {
        const { at, feature, get, store } = inputs[input] as (typeof inputs)[number];
        const raw = get(event);
        const column = columns[at] as Column;
        if (store(column, rows, raw)) {
          setPresent(column.validity, rows);
          continue;
        }
        // A rejected event before may have left its mark at this row.
        setAbsent(column.validity, rows);
        const coerced = coerceFeature(raw, feature);
        if (coerced.kind === 'value') put(column, rows, coerced.value);
        const judged = judgeCoerced(feature, raw, coerced);
        if (judged === undefined) continue;
        out.push(judged.violation);
        if (judged.verdict > verdict) verdict = judged.verdict;
      }
      if (unknownFields !== 'ignore') {
        const said = verdictOf(unknownFields);
        for (const key of Object.keys(event)) {
          if (options.knownKeys.has(key)) continue;
          out.push(unknownField(key));
          if (said > verdict) verdict = said;
        }
      }
      if (verdict !== Verdict.REJECTED) verdicts[rows++] = verdict;
      return verdict;
    },
    finish() {
      const notes = createRowNotes({ verdicts: verdicts.subarray(0, rows) });
      const cut = columns.map((column) => cutColumn(column, rows));
      options.checkColumns({ rows, columns: cut, notes });
      return { frame: { rows, fields, columns: cut }, verdicts: notes.verdicts, violations: notes.violations };
    },
  };
}

/** Components of vectors that room is made for before the first row comes: 16 MiB. */
const componentsAtFirst = 4_194_304;

/** Rows of wide vectors are made room for as they come: 65,536 of 768 numbers would be 200 MB in vain for a small batch. */
function firstCapacity({ fields, capacityRows }: RowBuilderOptions): number {
  const components = fields.reduce((sum, { dimension = 0 }) => sum + dimension, 0);
  return Math.max(1, Math.min(capacityRows, Math.floor(componentsAtFirst / Math.max(1, components))));
}

const fastStores: Readonly<Record<FeatureField['type'], FastStore>> = {
  number: (column, row, raw) => {
    if (typeof raw !== 'number' || !Number.isFinite(raw) || column.kind !== 'number') return false;
    column.values[row] = raw;
    return true;
  },
  integer: (column, row, raw) => {
    if (typeof raw !== 'number' || !Number.isSafeInteger(raw) || column.kind !== 'number') return false;
    column.values[row] = raw;
    return true;
  },
  boolean: (column, row, raw) => {
    if (typeof raw !== 'boolean' || column.kind !== 'number') return false;
    column.values[row] = raw ? 1 : 0;
    return true;
  },
  timestamp: (column, row, raw) => {
    if (typeof raw !== 'string' || column.kind !== 'number') return false;
    const timeMs = parseTimestampMs(raw);
    if (timeMs === undefined) return false;
    column.values[row] = timeMs;
    return true;
  },
  string: (column, row, raw) => {
    if (typeof raw !== 'string' || raw === '' || column.kind !== 'text') return false;
    column.codes[row] = encode(column.dictionary, raw);
    return true;
  },
  vector: (column, row, raw) => {
    if (column.kind !== 'vector' || !Array.isArray(raw)) return false;
    const { dimension, values } = column;
    if (raw.length !== dimension) return false;
    const from = row * dimension;
    for (let at = 0; at < dimension; at++) {
      const component: unknown = raw[at];
      // False for NaN, too.
      if (typeof component !== 'number' || !(component <= float32Max && component >= -float32Max)) return false;
      values[from + at] = component;
    }
    return true;
  },
};

/** Puts a value of the feature's type into its column. */
function put(column: Column, row: number, value: number | string | readonly number[]): void {
  if (column.kind === 'vector') {
    putVector(column, row, value as readonly number[]);
    return;
  }
  if (column.kind === 'number') column.values[row] = value as number;
  else column.codes[row] = encode(column.dictionary, value as string);
  setPresent(column.validity, row);
}

export function newColumn({ type, dimension = 0 }: FeatureField, capacity: number, dictionary?: Dictionary): Column {
  if (type === 'vector') return createVectorColumn(capacity, dimension);
  return type === 'string' ? createTextColumn(capacity, dictionary) : createNumberColumn(capacity);
}

function enlarged(old: Column, fresh: Column): Column {
  fresh.validity.set(old.validity);
  if (old.kind === 'text' && fresh.kind === 'text') fresh.codes.set(old.codes);
  if (old.kind === 'number' && fresh.kind === 'number') fresh.values.set(old.values);
  if (old.kind === 'vector' && fresh.kind === 'vector') fresh.values.set(old.values);
  return fresh;
}

function cutColumn(column: Column, rows: number): Column {
  const validity = column.validity.subarray(0, (rows + 7) >> 3);
  // A rejected event may have left its mark behind the last row.
  for (let row = rows; row < validity.length * 8; row++) setAbsent(validity, row);
  if (column.kind === 'text') return { ...column, codes: column.codes.subarray(0, rows), validity };
  if (column.kind === 'number') return { ...column, values: column.values.subarray(0, rows), validity };
  return { ...column, values: column.values.subarray(0, rows * column.dimension), validity };
}
