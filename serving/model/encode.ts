import type { Column, Dictionary, TextColumn } from '../../common/columns.ts';
import { isPresent } from '../../common/columns.ts';
import type { InputBinding } from './signature.ts';

/** The arrays a tensor can be built from here. Booleans are bytes of 0 and 1. */
export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | string[];

/** Where the values of a feature go: column `column` of a row-major `[rows, width]`. */
export interface Cell {
  readonly data: TensorData;
  readonly width: number;
  readonly column: number;
}

/** The rows of one run: `rows[from..to)`, or the frame's own rows `[from, to)` where `rows` is undefined. */
export interface RowRange {
  readonly rows: Int32Array | undefined;
  readonly from: number;
  readonly to: number;
}

/** Index of the model by code of the dictionary; `filled` codes are looked up. */
interface Lookup {
  table: Int32Array;
  filled: number;
}

export type FeatureWriter = (column: Column, range: RowRange, cell: Cell) => void;

/** How one binding writes its feature into a tensor; texts are looked up once for each distinct value of a dictionary. */
export function createFeatureWriter(binding: InputBinding): FeatureWriter {
  const { encoding } = binding;
  if (encoding.kind === 'number') return numberWriter(encoding.missing ?? Number.NaN);
  if (encoding.kind === 'vector') return vectorWriter(encoding.missing ?? Number.NaN);
  if (encoding.kind === 'text') {
    return (column, range, cell) => writeText(expectText(column, binding), range, cell, encoding.missing);
  }
  const indexOf = new Map(encoding.values.map((value, at) => [value, at + 1]));
  const lookups = new WeakMap<Dictionary, Lookup>();
  const lookUp = (dictionary: Dictionary): Int32Array => {
    const size = dictionary.values.length;
    const lookup = lookups.get(dictionary) ?? { table: new Int32Array(16), filled: 0 };
    if (lookup.table.length < size) {
      const grown = new Int32Array(size * 2);
      grown.set(lookup.table);
      lookup.table = grown;
    }
    // A dictionary only grows: what was looked up stays.
    for (; lookup.filled < size; lookup.filled++) {
      const value = dictionary.values[lookup.filled] as string;
      lookup.table[lookup.filled] = indexOf.get(value) ?? encoding.unknown;
    }
    lookups.set(dictionary, lookup);
    return lookup.table;
  };
  return (column, range, cell) => {
    const text = expectText(column, binding);
    writeVocabulary(text, lookUp(text.dictionary), encoding.unknown, range, cell);
  };
}

function expectText(column: Column, binding: InputBinding): TextColumn {
  if (column.kind !== 'text') throw new Error(`feature ${binding.feature} was checked to be text`);
  return column;
}

function writeVocabulary(column: TextColumn, table: Int32Array, unknown: number, range: RowRange, cell: Cell): void {
  const { codes, validity } = column;
  const { data, width } = cell;
  let at = cell.column;
  for (let i = range.from; i < range.to; i++, at += width) {
    const row = range.rows === undefined ? i : (range.rows[i] as number);
    const index = isPresent(validity, row) ? (table[codes[row] as number] as number) : unknown;
    if (data instanceof BigInt64Array) data[at] = BigInt(index);
    else data[at] = index;
  }
}

function writeText(column: TextColumn, range: RowRange, cell: Cell, missing: string): void {
  const { codes, validity, dictionary } = column;
  let at = cell.column;
  for (let i = range.from; i < range.to; i++, at += cell.width) {
    const row = range.rows === undefined ? i : (range.rows[i] as number);
    cell.data[at] = isPresent(validity, row) ? (dictionary.values[codes[row] as number] as string) : missing;
  }
}

function numberWriter(missing: number): FeatureWriter {
  return (column, range, cell) => {
    if (column.kind !== 'number') throw new Error('a number encoding was checked to stand on a number');
    const { values, validity } = column;
    const { data, width } = cell;
    let at = cell.column;
    for (let i = range.from; i < range.to; i++, at += width) {
      const row = range.rows === undefined ? i : (range.rows[i] as number);
      putNumber(data, at, isPresent(validity, row) ? (values[row] as number) : missing, missing);
    }
  };
}

function putNumber(data: TensorData, at: number, value: number, missing: number): void {
  if (data instanceof BigInt64Array) data[at] = toInt64(value, missing);
  else if (data instanceof Uint8Array) data[at] = value === 0 ? 0 : 1;
  else if (data instanceof Int32Array) data[at] = toInt32(value, missing);
  else data[at] = value;
}

function vectorWriter(missing: number): FeatureWriter {
  return (column, range, cell) => {
    if (column.kind !== 'vector') throw new Error('a vector encoding was checked to stand on a vector');
    const { dimension, values, validity } = column;
    const { data, width } = cell;
    let at = cell.column;
    for (let i = range.from; i < range.to; i++, at += width) {
      const row = range.rows === undefined ? i : (range.rows[i] as number);
      const present = isPresent(validity, row);
      for (let k = 0; k < dimension; k++)
        putNumber(data, at + k, present ? (values[row * dimension + k] as number) : missing, missing);
    }
  };
}

const int64Max = 2 ** 63;

/** Towards zero; what no int64 holds (NaN, infinities, beyond 2^63) is as good as absent. */
function toInt64(value: number, missing: number): bigint {
  const whole = Math.trunc(value);
  return BigInt(whole >= -int64Max && whole < int64Max ? whole : Math.trunc(missing));
}

function toInt32(value: number, missing: number): number {
  const whole = Math.trunc(value);
  return whole >= -2_147_483_648 && whole <= 2_147_483_647 ? whole : Math.trunc(missing);
}
