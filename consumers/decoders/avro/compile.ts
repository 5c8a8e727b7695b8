import avsc, { type Type, type types } from 'avsc';
import {
  asLength,
  type Cursor,
  enter,
  leave,
  need,
  readByte,
  readBytes,
  readDouble,
  readFloat,
  readText,
  readZigzag,
} from '../cursor.ts';
import { malformed, within } from '../fault.ts';
import { base64Of, setKey } from '../values.ts';
import { logicalRead } from './logical.ts';
import { AnnotatedType } from './parse.ts';

/** Reads one value where the cursor stands. Throws DecodeFault. */
export type Read = (cursor: Cursor) => unknown;

/**
 * How values of an Avro type are read, as the contract wants them: see `docs/decoders.md`.
 *
 * avsc reads the schema; the bytes are read here, since its own reader trusts them: it does not look whether they end before
 * each value, and makes an array as long as five bytes of a damaged event claim.
 */
export function compileAvro(type: Type): Read {
  const known = new Map<Type, Read>();
  const compile = (of: Type): Read => {
    const found = known.get(of);
    if (found !== undefined) return found;
    // A type that holds itself is found here while it is being made.
    let made: Read | undefined;
    known.set(of, (cursor) => (made as Read)(cursor));
    made = readOf(of, compile);
    known.set(of, made);
    return made;
  };
  return compile(type);
}

function readOf(type: Type, compile: (of: Type) => Read): Read {
  if (type instanceof AnnotatedType) {
    const { underlyingType } = type;
    return logicalRead(type.attributes, underlyingType) ?? compile(underlyingType);
  }
  if (type instanceof avsc.types.RecordType) return recordRead(type, compile);
  if (type instanceof avsc.types.EnumType) return enumRead(type.symbols);
  if (type instanceof avsc.types.ArrayType) return arrayRead(compile(type.itemsType), isFree(type.itemsType));
  if (type instanceof avsc.types.MapType) return mapRead(compile(type.valuesType));
  if (type instanceof avsc.types.WrappedUnionType || type instanceof avsc.types.UnwrappedUnionType) {
    return unionRead(type.types.map(compile));
  }
  if (type instanceof avsc.types.FixedType) {
    const { size } = type;
    return (cursor) => base64Of(readBytes(cursor, size));
  }
  const read = primitives[type.typeName];
  if (read === undefined) throw new Error(`the type ${type.typeName} is none of Avro's`);
  return read;
}

function readInt(cursor: Cursor): number {
  const value = readZigzag(cursor);
  if (value !== Number(value) || value !== (value | 0))
    throw malformed(`the int before ${cursor.at} has more than 32 bits`);
  return value;
}

function readLength(cursor: Cursor): number {
  return asLength(readZigzag(cursor), cursor);
}

const primitives: Readonly<Record<string, Read>> = {
  null: () => null,
  boolean: (cursor) => {
    const byte = readByte(cursor);
    if (byte > 1) throw malformed(`a boolean of ${byte} before ${cursor.at}`);
    return byte === 1;
  },
  int: readInt,
  long: readZigzag,
  float: readFloat,
  double: readDouble,
  bytes: (cursor) => base64Of(readBytes(cursor, readLength(cursor))),
  string: (cursor) => readText(cursor, readLength(cursor)),
};

function recordRead(type: types.RecordType, compile: (of: Type) => Read): Read {
  const names = type.fields.map(({ name }) => name);
  const reads = type.fields.map((field) => compile(field.type));
  return (cursor) => {
    enter(cursor);
    const record: Record<string, unknown> = {};
    let at = 0;
    try {
      for (; at < names.length; at++) setKey(record, names[at] as string, (reads[at] as Read)(cursor));
    } catch (error) {
      throw within(error, names[at] as string);
    }
    leave(cursor);
    return record;
  };
}

function enumRead(symbols: readonly string[]): Read {
  return (cursor) => symbols[indexBelow(symbols.length, cursor)];
}

function unionRead(branches: readonly Read[]): Read {
  return (cursor) => (branches[indexBelow(branches.length, cursor)] as Read)(cursor);
}

function indexBelow(count: number, cursor: Cursor): number {
  const index = readZigzag(cursor);
  if (typeof index !== 'number' || index < 0 || index >= count) {
    throw malformed(`expected one of ${count} symbols or branches before ${cursor.at}, found number ${index}`);
  }
  return index;
}

/** Items of a block; 0 is the end. A negative count is followed by the block's size in bytes. */
function readBlock(cursor: Cursor): number {
  const count = readZigzag(cursor);
  if (count >= 0) return asLength(count, cursor);
  readLength(cursor);
  return asLength(-count, cursor);
}

function arrayRead(item: Read, free: boolean): Read {
  return (cursor) => {
    enter(cursor);
    const items: unknown[] = [];
    try {
      for (let left = readBlock(cursor); left > 0; left = readBlock(cursor)) {
        if (!free) need(cursor, left);
        else takeFree(cursor, left);
        for (; left > 0; left--) items.push(item(cursor));
      }
    } catch (error) {
      throw within(error, items.length);
    }
    leave(cursor);
    return items;
  };
}

function takeFree(cursor: Cursor, items: number): void {
  cursor.freeItems -= items;
  if (cursor.freeItems < 0) throw malformed(`an array of ${items} items that take no bytes`);
}

function mapRead(value: Read): Read {
  return (cursor) => {
    enter(cursor);
    const map: Record<string, unknown> = {};
    for (let left = readBlock(cursor); left > 0; left = readBlock(cursor)) {
      // Each has at least the byte of its key's length.
      need(cursor, left);
      for (; left > 0; left--) {
        const key = readText(cursor, readLength(cursor));
        try {
          setKey(map, key, value(cursor));
        } catch (error) {
          throw within(error, key);
        }
      }
    }
    leave(cursor);
    return map;
  };
}

/** Whether values of the type take no bytes at all. */
function isFree(type: Type, above: readonly Type[] = []): boolean {
  if (above.includes(type)) return true;
  if (type instanceof AnnotatedType) return isFree(type.underlyingType, above);
  if (type instanceof avsc.types.FixedType) return type.size === 0;
  if (type instanceof avsc.types.RecordType) return type.fields.every((field) => isFree(field.type, [...above, type]));
  return type.typeName === 'null';
}
