/**
 * Columns in Arrow's own layout: typed arrays beside a validity bitmap (bit i of byte i>>3, 1 = present). They are handed
 * to the store, to models and to profiles without a copy. Rows exist only at the edges.
 */

/** Numbers, integers, booleans (0 or 1) and timestamps (milliseconds since 1970-01-01T00:00Z), all as doubles. */
export interface NumberColumn {
  readonly kind: 'number';
  /** Shape `[rows]`; what stands at an absent row is unspecified. */
  readonly values: Float64Array;
  readonly validity: Uint8Array;
}

/** Text as codes into a dictionary. */
export interface TextColumn {
  readonly kind: 'text';
  /** Shape `[rows]`; indices into `dictionary.values`. */
  readonly codes: Int32Array;
  readonly dictionary: Dictionary;
  readonly validity: Uint8Array;
}

/** Vectors of one dimension, such as embeddings. */
export interface VectorColumn {
  readonly kind: 'vector';
  /** At least 1. */
  readonly dimension: number;
  /** Row-major, shape `[rows × dimension]`; what stands at an absent row is unspecified. */
  readonly values: Float32Array;
  readonly validity: Uint8Array;
}

export type Column = NumberColumn | TextColumn | VectorColumn;

/** A set of texts with dense codes in order of first appearance. It only grows; batches of one stream share it. */
export interface Dictionary {
  readonly values: string[];
  readonly codeOf: Map<string, number>;
}

export function createDictionary(values: readonly string[] = []): Dictionary {
  const dictionary: Dictionary = { values: [], codeOf: new Map() };
  for (const value of values) encode(dictionary, value);
  return dictionary;
}

/** The code of a text, new at its first appearance. */
export function encode(dictionary: Dictionary, value: string): number {
  const known = dictionary.codeOf.get(value);
  if (known !== undefined) return known;
  const code = dictionary.values.length;
  dictionary.values.push(value);
  dictionary.codeOf.set(value, code);
  return code;
}

export function bitmapBytes(rows: number): number {
  return (rows + 7) >> 3;
}

export function isPresent(validity: Uint8Array, row: number): boolean {
  return ((validity[row >> 3] as number) & (1 << (row & 7))) !== 0;
}

export function setPresent(validity: Uint8Array, row: number): void {
  validity[row >> 3] = (validity[row >> 3] as number) | (1 << (row & 7));
}

export function setAbsent(validity: Uint8Array, row: number): void {
  validity[row >> 3] = (validity[row >> 3] as number) & ~(1 << (row & 7));
}

/** Bits that are set among the first `rows`. */
export function countPresent(validity: Uint8Array, rows: number): number {
  let count = 0;
  for (let row = 0; row < rows; row++) if (isPresent(validity, row)) count++;
  return count;
}

export function createNumberColumn(capacity: number): NumberColumn {
  return { kind: 'number', values: new Float64Array(capacity), validity: new Uint8Array(bitmapBytes(capacity)) };
}

export function createTextColumn(capacity: number, dictionary: Dictionary = createDictionary()): TextColumn {
  return {
    kind: 'text',
    codes: new Int32Array(capacity),
    dictionary,
    validity: new Uint8Array(bitmapBytes(capacity)),
  };
}

export function createVectorColumn(capacity: number, dimension: number): VectorColumn {
  return {
    kind: 'vector',
    dimension,
    values: new Float32Array(capacity * dimension),
    validity: new Uint8Array(bitmapBytes(capacity)),
  };
}

/** The value of a row, null where it is absent. For the edges: loops read the arrays. */
export function valueAt(column: Column, row: number): number | string | readonly number[] | null {
  if (!isPresent(column.validity, row)) return null;
  if (column.kind === 'number') return column.values[row] as number;
  if (column.kind === 'text') return column.dictionary.values[column.codes[row] as number] as string;
  return Array.from(column.values.subarray(row * column.dimension, (row + 1) * column.dimension));
}

/** A column of numbers; `null` is absent. For tests and small inputs. */
export function numberColumn(values: readonly (number | null)[]): NumberColumn {
  const column = createNumberColumn(values.length);
  values.forEach((value, row) => {
    if (value === null) return;
    column.values[row] = value;
    setPresent(column.validity, row);
  });
  return column;
}

/** A column of texts; `null` is absent. For tests and small inputs. */
export function textColumn(values: readonly (string | null)[]): TextColumn {
  const column = createTextColumn(values.length);
  values.forEach((value, row) => {
    if (value === null) return;
    column.codes[row] = encode(column.dictionary, value);
    setPresent(column.validity, row);
  });
  return column;
}

/** A column of vectors, all of `dimension`; `null` is absent. For tests and small inputs. */
export function vectorColumn(dimension: number, values: readonly (ArrayLike<number> | null)[]): VectorColumn {
  const column = createVectorColumn(values.length, dimension);
  values.forEach((value, row) => {
    if (value === null) return;
    column.values.set(value, row * dimension);
    setPresent(column.validity, row);
  });
  return column;
}
