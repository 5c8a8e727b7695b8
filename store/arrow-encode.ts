import {
  type Data,
  Dictionary,
  Field,
  Float32,
  Float64,
  Int32,
  Int64,
  List,
  makeData,
  makeVector,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMillisecond,
  tableToIPC,
  Uint8,
  Uint16,
  Uint32,
  Utf8,
} from 'apache-arrow';
import {
  bitmapBytes,
  type Column,
  isPresent,
  type NumberColumn,
  type TextColumn,
  type VectorColumn,
} from '../common/columns.ts';
import { packTexts } from '../common/pack-texts.ts';
import type { BytesColumn } from '../common/rows.ts';
import type { ArrowFile } from './client.ts';

/** One column of an Arrow file around arrays that exist already; nothing is copied where the layouts agree. */
export interface ArrowColumn {
  readonly name: string;
  readonly data: Data;
}

export const arrowColumn = {
  uint8: (name: string, values: Uint8Array): ArrowColumn => ({
    name,
    data: makeData({ type: new Uint8(), length: values.length, data: values }),
  }),
  uint16: (name: string, values: Uint16Array): ArrowColumn => ({
    name,
    data: makeData({ type: new Uint16(), length: values.length, data: values }),
  }),
  uint32: (name: string, values: Uint32Array): ArrowColumn => ({
    name,
    data: makeData({ type: new Uint32(), length: values.length, data: values }),
  }),
  float64: (name: string, values: Float64Array): ArrowColumn => ({
    name,
    data: makeData({ type: new Float64(), length: values.length, data: values }),
  }),
  /** Whole numbers up to 2^53 held as doubles, as 64-bit integers. */
  int64: (name: string, values: Float64Array): ArrowColumn => ({
    name,
    data: makeData({ type: new Int64(), length: values.length, data: toInt64(values) }),
  }),
  /** Milliseconds since 1970; NaN is null. */
  timestamp: (name: string, valuesMs: Float64Array): ArrowColumn => {
    const nulls = finiteBitmap(valuesMs);
    return {
      name,
      data: makeData({
        type: new TimestampMillisecond('UTC'),
        length: valuesMs.length,
        data: toInt64(valuesMs),
        ...(nulls === undefined ? {} : { nullBitmap: nulls.bitmap, nullCount: nulls.nullCount }),
      }),
    };
  },
  bytes: (name: string, column: BytesColumn): ArrowColumn => ({
    name,
    data: makeData({
      type: new Utf8(),
      length: column.offsets.length - 1,
      valueOffsets: column.offsets,
      data: column.bytes,
    }),
  }),
  texts: (name: string, values: readonly string[]): ArrowColumn => arrowColumn.bytes(name, packTexts(values)),
  dictionary: (name: string, codes: Int32Array, values: readonly string[]): ArrowColumn => ({
    name,
    data: dictionaryData(codes, values),
  }),
  /** A feature of numbers, null where absent. */
  number: (name: string, rows: number, column: NumberColumn): ArrowColumn => ({
    name,
    data: makeData({
      type: new Float64(),
      length: rows,
      data: column.values.subarray(0, rows),
      nullBitmap: column.validity.subarray(0, bitmapBytes(rows)),
    }),
  }),
  /** A feature of texts, null where absent. */
  text: (name: string, rows: number, column: TextColumn): ArrowColumn => ({
    name,
    data: dictionaryData(
      column.codes.subarray(0, rows),
      column.dictionary.values,
      column.validity.subarray(0, bitmapBytes(rows)),
    ),
  }),
  /** Vectors as lists of 32-bit floats, the empty list where absent: a list of the store cannot be null. */
  vector: (name: string, rows: number, column: VectorColumn): ArrowColumn => {
    const { offsets, values } = packVectors(column, rows);
    return list(name, offsets, makeData({ type: new Float32(), length: values.length, data: values }));
  },
  /** A feature of any type. */
  feature: (name: string, rows: number, column: Column): ArrowColumn => {
    if (column.kind === 'number') return arrowColumn.number(name, rows, column);
    if (column.kind === 'text') return arrowColumn.text(name, rows, column);
    return arrowColumn.vector(name, rows, column);
  },
  uint16Lists: (name: string, offsets: Int32Array, values: Uint16Array): ArrowColumn =>
    list(name, offsets, makeData({ type: new Uint16(), length: values.length, data: values })),
  uint8Lists: (name: string, offsets: Int32Array, values: Uint8Array): ArrowColumn =>
    list(name, offsets, makeData({ type: new Uint8(), length: values.length, data: values })),
  int64Lists: (name: string, offsets: Int32Array, values: Float64Array): ArrowColumn =>
    list(name, offsets, makeData({ type: new Int64(), length: values.length, data: toInt64(values) })),
  float64Lists: (name: string, offsets: Int32Array, values: Float64Array): ArrowColumn =>
    list(name, offsets, makeData({ type: new Float64(), length: values.length, data: values })),
  textLists: (name: string, offsets: Int32Array, values: readonly string[]): ArrowColumn => {
    const packed = packTexts(values);
    return list(
      name,
      offsets,
      makeData({ type: new Utf8(), length: values.length, valueOffsets: packed.offsets, data: packed.bytes }),
    );
  },
  /** Lists of bytes, null where there are none. */
  bytesLists: (name: string, offsets: Int32Array, values: readonly (Uint8Array | null)[]): ArrowColumn => {
    const nullBitmap = new Uint8Array(bitmapBytes(values.length));
    values.forEach((value, at) => {
      if (value !== null) nullBitmap[at >> 3] = (nullBitmap[at >> 3] as number) | (1 << (at & 7));
    });
    const packed = packBytes(values.map((value) => value ?? new Uint8Array(0)));
    const child = makeData({
      type: new Utf8(),
      length: values.length,
      valueOffsets: packed.offsets,
      data: packed.bytes,
      nullBitmap,
    });
    return list(name, offsets, child, true);
  },
};

/** Byte strings one after the other, with the ends of each. */
export function packBytes(values: readonly Uint8Array[]): BytesColumn {
  const offsets = new Int32Array(values.length + 1);
  values.forEach((value, at) => {
    offsets[at + 1] = (offsets[at] as number) + value.length;
  });
  return { offsets, bytes: Buffer.concat(values) };
}

/** The present vectors one after the other, and where each row ends. Nothing is copied where all are present. */
function packVectors({ dimension, values, validity }: VectorColumn, rows: number) {
  const offsets = new Int32Array(rows + 1);
  let present = 0;
  for (let row = 0; row < rows; row++) {
    if (isPresent(validity, row)) present++;
    offsets[row + 1] = present * dimension;
  }
  if (present === rows) return { offsets, values: values.subarray(0, rows * dimension) };
  const packed = new Float32Array(present * dimension);
  for (let row = 0; row < rows; row++) {
    if (!isPresent(validity, row)) continue;
    packed.set(values.subarray(row * dimension, (row + 1) * dimension), offsets[row] as number);
  }
  return { offsets, values: packed };
}

/** The IPC file of columns of equal length; at least one row, since an empty file with dictionaries cannot be read. */
export function encodeArrow(columns: readonly ArrowColumn[], rows: number): ArrowFile {
  const fields = columns.map(({ name, data }) => new Field(name, data.type, true));
  const schema = new Schema(fields);
  const children = columns.map(({ data }) => data);
  const batch = new RecordBatch(schema, makeData({ type: new Struct(fields), length: rows, nullCount: 0, children }));
  return { columns: columns.map(({ name }) => name), bytes: tableToIPC(new Table(schema, batch), 'file') };
}

function dictionaryData(codes: Int32Array, values: readonly string[], nullBitmap?: Uint8Array): Data {
  const packed = packTexts(values.length === 0 ? [''] : values);
  const dictionary = makeVector(
    makeData({
      type: new Utf8(),
      length: packed.offsets.length - 1,
      valueOffsets: packed.offsets,
      data: packed.bytes,
    }),
  );
  return makeData({
    type: new Dictionary(new Utf8(), new Int32(), dictionaryId++),
    length: codes.length,
    data: codes,
    dictionary,
    ...(nullBitmap === undefined ? {} : { nullBitmap }),
  });
}
/** Dictionaries of one file need ids of their own. */
let dictionaryId = 0;

function list(name: string, offsets: Int32Array, child: Data, nullable = false): ArrowColumn {
  const type = new List(new Field('item', child.type, nullable));
  return { name, data: makeData({ type, length: offsets.length - 1, valueOffsets: offsets, child }) };
}

/** Doubles to 64-bit integers by their halves: BigInt would cost an allocation a value. */
function toInt64(values: Float64Array): BigInt64Array {
  const out = new BigInt64Array(values.length);
  const halves = new Int32Array(out.buffer);
  for (let i = 0; i < values.length; i++) {
    const value = Math.trunc(values[i] as number) || 0;
    const high = Math.floor(value / 4294967296);
    halves[2 * i] = (value - high * 4294967296) | 0;
    halves[2 * i + 1] = high;
  }
  return out;
}

function finiteBitmap(values: Float64Array): { bitmap: Uint8Array; nullCount: number } | undefined {
  let nullCount = 0;
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) nullCount++;
  if (nullCount === 0) return undefined;
  const bitmap = new Uint8Array(bitmapBytes(values.length));
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i])) bitmap[i >> 3] = (bitmap[i >> 3] as number) | (1 << (i & 7));
  }
  return { bitmap, nullCount };
}
