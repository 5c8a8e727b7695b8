import type { Data, Table, Vector } from 'apache-arrow';
import {
  bitmapBytes,
  type Column,
  createNumberColumn,
  createTextColumn,
  createVectorColumn,
  encode,
  type NumberColumn,
  setPresent,
  type TextColumn,
  type VectorColumn,
} from '../common/columns.ts';

/** More distinct texts than this in one column are refused: a JavaScript Map ends at 2^24 entries. */
export const distinctTextsMax = 12_000_000;

/** The column of an Arrow table whose values are Float64; absent where its bitmap says so. NaN stays NaN. */
export function numbersOf(table: Table, name: string): NumberColumn {
  const column = createNumberColumn(table.numRows);
  let at = 0;
  for (const data of chunksOf(table, name)) {
    column.values.set((data.values as Float64Array).subarray(0, data.length), at);
    copyValidity(column, data, at);
    at += data.length;
  }
  return column;
}

/** The column of an Arrow table whose values are lists of Float32, of `dimension` or empty; empty is absent. */
export function vectorsOf(table: Table, name: string, dimension: number): VectorColumn {
  const column = createVectorColumn(table.numRows, dimension);
  let at = 0;
  for (const data of chunksOf(table, name)) {
    const offsets = data.valueOffsets as Int32Array;
    const values = data.children[0]?.values as Float32Array;
    for (let row = 0; row < data.length; row++) {
      const from = offsets[row] as number;
      if ((offsets[row + 1] as number) - from !== dimension) continue;
      column.values.set(values.subarray(from, from + dimension), (at + row) * dimension);
      setPresent(column.validity, at + row);
    }
    at += data.length;
  }
  return column;
}

/** The column of an Arrow table whose values are Utf8 or a dictionary of Utf8; undefined above `distinctTextsMax`. */
export function textsOf(table: Table, name: string): TextColumn | undefined {
  const column = createTextColumn(table.numRows);
  let at = 0;
  let recoded = new Int32Array(0);
  for (const data of chunksOf(table, name)) {
    copyValidity(column, data, at);
    if (data.dictionary) {
      // The engine's dictionary begins with an empty text that no row may hold: ours takes codes in order of appearance.
      if (recoded.length < data.dictionary.length) recoded = grown(recoded, data.dictionary.length);
      recode(column, data, at, recoded);
    } else {
      encodeTexts(column, data, at);
    }
    if (column.dictionary.values.length > distinctTextsMax) return undefined;
    at += data.length;
  }
  return column;
}

function* chunksOf(table: Table, name: string): Generator<Data> {
  for (const batch of table.batches) {
    const data = batch.getChild(name)?.data[0];
    if (data !== undefined) yield data;
  }
}

function copyValidity(column: Column, data: Data, at: number): void {
  const bitmap = data.nullBitmap;
  if (data.nullCount === 0 || bitmap === null || bitmap === undefined || bitmap.length === 0) {
    setRange(column.validity, at, data.length);
    return;
  }
  for (let row = 0; row < data.length; row++) {
    const bit = data.offset + row;
    if (((bitmap[bit >> 3] as number) & (1 << (bit & 7))) !== 0) setPresent(column.validity, at + row);
  }
}

function setRange(validity: Uint8Array, from: number, count: number): void {
  let row = from;
  const end = from + count;
  while (row < end && (row & 7) !== 0) setPresent(validity, row++);
  const wholeBytes = (end - row) >> 3;
  validity.fill(0xff, row >> 3, (row >> 3) + wholeBytes);
  row += wholeBytes << 3;
  while (row < end) setPresent(validity, row++);
}

function recode(column: TextColumn, data: Data, at: number, recoded: Int32Array): void {
  const codes = data.values as Int32Array;
  const dictionary = data.dictionary as Vector;
  for (let row = 0; row < data.length; row++) {
    const code = codes[row] as number;
    if (code < 0) continue;
    let ours = (recoded[code] as number) - 1;
    if (ours < 0) {
      ours = encode(column.dictionary, String(dictionary.get(code)));
      recoded[code] = ours + 1;
    }
    column.codes[at + row] = ours;
  }
}

function encodeTexts(column: TextColumn, data: Data, at: number): void {
  const bytes = data.values as Uint8Array;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offsets = data.valueOffsets as Int32Array;
  for (let row = 0; row < data.length; row++) {
    const value = text.toString('utf8', offsets[row] as number, offsets[row + 1] as number);
    column.codes[at + row] = encode(column.dictionary, value);
  }
}

function grown(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}

/** A column without a single value. */
export function absentTexts(rows: number): TextColumn {
  return { ...createTextColumn(rows), validity: new Uint8Array(bitmapBytes(rows)) };
}
