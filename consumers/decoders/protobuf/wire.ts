import { type Cursor, enter, leave, need, readVarint } from '../cursor.ts';
import { malformed } from '../fault.ts';

/** Types on the wire: how long a field is, not what it means. */
export const wires = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

export const wireNames: readonly string[] = [
  'a varint',
  'eight bytes',
  'bytes with a length',
  'a group',
  'the end of a group',
  'four bytes',
];

/** Number of the field × 8 + type on the wire. */
export function readTag(cursor: Cursor): number {
  readVarint(cursor);
  if (cursor.high !== 0 || cursor.low < 8) throw malformed(`a field without number before ${cursor.at}`);
  return cursor.low;
}

/** Passes over a field that the schema does not know. */
export function skipField(cursor: Cursor, wire: number, number: number): void {
  switch (wire) {
    case wires.varint:
      readVarint(cursor);
      return;
    case wires.fixed64:
      skip(cursor, 8);
      return;
    case wires.bytes:
      readVarint(cursor);
      skip(cursor, cursor.high === 0 ? cursor.low : Number.POSITIVE_INFINITY);
      return;
    case wires.startGroup:
      enter(cursor);
      for (;;) {
        const tag = readTag(cursor);
        if ((tag & 7) === wires.endGroup) {
          if (tag >>> 3 !== number) throw malformed(`group ${number} ends as group ${tag >>> 3} before ${cursor.at}`);
          leave(cursor);
          return;
        }
        skipField(cursor, tag & 7, tag >>> 3);
      }
    case wires.fixed32:
      skip(cursor, 4);
      return;
    default:
      throw malformed(`field ${number} has ${wireNames[wire] ?? `wire type ${wire}`} before ${cursor.at}`);
  }
}

function skip(cursor: Cursor, length: number): void {
  need(cursor, length);
  cursor.at += length;
}
