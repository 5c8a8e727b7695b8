import protobuf, { type FieldBase } from 'protobufjs';
import {
  type Cursor,
  need,
  readBytes,
  readDouble,
  readFloat,
  readText,
  readVarint,
  readZigzag,
  signed64,
  unsigned64,
} from '../cursor.ts';
import { base64Of } from '../values.ts';
import { wires } from './wire.ts';

export interface Scalar {
  readonly wire: number;
  readonly initial: number | string | boolean;
  readonly read: (cursor: Cursor) => unknown;
}

export function scalarOf(type: string): Scalar {
  const scalar = scalars[type];
  if (scalar === undefined) throw new Error(`there is no scalar ${type}`);
  return scalar;
}

/** What an absent field without presence is: the declared default, the first symbol, or zero. */
export function defaultOf(field: FieldBase): unknown {
  const { resolvedType } = field;
  const declared: unknown = field.getOption('default');
  if (resolvedType instanceof protobuf.Enum) {
    if (typeof declared === 'string') return declared;
    const number = Number(field.typeDefault);
    return resolvedType.valuesById[number] ?? number;
  }
  const { initial } = scalarOf(field.type);
  if (declared === undefined) return initial;
  if (typeof initial === 'boolean') return declared === true || declared === 'true';
  if (typeof initial === 'string')
    return field.type === 'bytes' ? base64Of(Buffer.from(String(declared), 'latin1')) : String(declared);
  return Number(declared);
}

function length(cursor: Cursor): number {
  readVarint(cursor);
  return cursor.high === 0 ? cursor.low : Number.POSITIVE_INFINITY;
}

function low(cursor: Cursor): number {
  readVarint(cursor);
  return cursor.low;
}

function fixed32(cursor: Cursor): number {
  need(cursor, 4);
  cursor.at += 4;
  return cursor.bytes.readUInt32LE(cursor.at - 4);
}

function fixed64<T>(cursor: Cursor, of: (low: number, high: number) => T): T {
  const low32 = fixed32(cursor);
  return of(low32, fixed32(cursor));
}

function wide<T>(cursor: Cursor, of: (low: number, high: number) => T): T {
  readVarint(cursor);
  return of(cursor.low, cursor.high);
}

const scalars: Readonly<Record<string, Scalar>> = {
  // A negative int32 is written with 64 bits; the upper ones say nothing.
  int32: { wire: wires.varint, initial: 0, read: (cursor) => low(cursor) | 0 },
  uint32: { wire: wires.varint, initial: 0, read: low },
  sint32: { wire: wires.varint, initial: 0, read: (cursor) => Number(readZigzag(cursor)) | 0 },
  int64: { wire: wires.varint, initial: 0, read: (cursor) => wide(cursor, signed64) },
  uint64: { wire: wires.varint, initial: 0, read: (cursor) => wide(cursor, unsigned64) },
  sint64: { wire: wires.varint, initial: 0, read: readZigzag },
  bool: {
    wire: wires.varint,
    initial: false,
    read(cursor) {
      readVarint(cursor);
      return cursor.low !== 0 || cursor.high !== 0;
    },
  },
  fixed32: { wire: wires.fixed32, initial: 0, read: fixed32 },
  sfixed32: { wire: wires.fixed32, initial: 0, read: (cursor) => fixed32(cursor) | 0 },
  fixed64: { wire: wires.fixed64, initial: 0, read: (cursor) => fixed64(cursor, unsigned64) },
  sfixed64: { wire: wires.fixed64, initial: 0, read: (cursor) => fixed64(cursor, signed64) },
  float: { wire: wires.fixed32, initial: 0, read: readFloat },
  double: { wire: wires.fixed64, initial: 0, read: readDouble },
  string: { wire: wires.bytes, initial: '', read: (cursor) => readText(cursor, length(cursor)) },
  bytes: { wire: wires.bytes, initial: '', read: (cursor) => base64Of(readBytes(cursor, length(cursor))) },
};
