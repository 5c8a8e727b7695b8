import { isUtf8 } from 'node:buffer';
import { ViolationCode } from '../../common/violation.ts';
import { type DecodeLimits, depthMax } from './decoder.ts';
import { DecodeFault, malformed } from './fault.ts';

/** A place in the bytes of an event, and what decoding it may cost. Avro and Protobuf share their primitives. */
export interface Cursor {
  bytes: Buffer;
  at: number;
  /** Where the value that is being read ends. */
  end: number;
  depth: number;
  /** Items of arrays that take no bytes (nulls) which may still come: five bytes can claim 2^63 of them. */
  freeItems: number;
  readonly maxDepth: number;
  readonly maxFieldBytes: number;
  /** The halves of the 64 bits that {@link readVarint} read. */
  low: number;
  high: number;
}

const freeItemsMax = 65_536;
const none = Buffer.alloc(0);

export function createCursor({ maxDepth, maxFieldBytes }: DecodeLimits): Cursor {
  return {
    bytes: none,
    at: 0,
    end: 0,
    depth: 0,
    freeItems: freeItemsMax,
    maxDepth: Math.min(maxDepth, depthMax),
    maxFieldBytes,
    low: 0,
    high: 0,
  };
}

/** Puts the cursor at `at` of other bytes. */
export function resetCursor(cursor: Cursor, bytes: Buffer, at: number): void {
  cursor.bytes = bytes;
  cursor.at = at;
  cursor.end = bytes.length;
  cursor.depth = 0;
  cursor.freeItems = freeItemsMax;
}

/** Before an object or array; {@link leave} after it. */
export function enter(cursor: Cursor): void {
  if (++cursor.depth > cursor.maxDepth) {
    throw new DecodeFault(ViolationCode.TOO_DEEP, `expected at most ${cursor.maxDepth} levels`);
  }
}

export function leave(cursor: Cursor): void {
  cursor.depth--;
}

/** Fails unless `length` more bytes belong to the value. */
export function need(cursor: Cursor, length: number): void {
  const left = cursor.end - cursor.at;
  if (length > left) throw malformed(`the bytes end too early: ${length} are needed at ${cursor.at}, ${left} are left`);
}

export function readByte(cursor: Cursor): number {
  need(cursor, 1);
  return cursor.bytes[cursor.at++] as number;
}

/** A little-endian base-128 number of at most 64 bits, into `low` and `high`. */
export function readVarint(cursor: Cursor): void {
  const { bytes, end } = cursor;
  let { at } = cursor;
  let low = 0;
  let high = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    if (at >= end) throw malformed(`the bytes end too early: within the number at ${cursor.at}`);
    const byte = bytes[at++] as number;
    const bits = byte & 0x7f;
    if (shift < 28) low |= bits << shift;
    else if (shift === 28) {
      low |= bits << 28;
      high |= bits >>> 4;
    } else high |= bits << (shift - 32);
    if (byte < 0x80) {
      cursor.at = at;
      cursor.low = low >>> 0;
      cursor.high = high >>> 0;
      return;
    }
  }
  throw malformed(`a number of more than ten bytes at ${cursor.at}`);
}

const two32 = 4_294_967_296;

/** Signed 64 bits from two's complement: a number where it is exact, else a bigint. */
export function signed64(low: number, high: number): number | bigint {
  const number = (high | 0) * two32 + low;
  if (Number.isSafeInteger(number)) return number;
  return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
}

export function unsigned64(low: number, high: number): number | bigint {
  return high < 0x20_0000 ? high * two32 + low : (BigInt(high) << 32n) | BigInt(low);
}

/** Signed 64 bits in which the sign is the lowest bit. */
export function readZigzag(cursor: Cursor): number | bigint {
  readVarint(cursor);
  const { low, high } = cursor;
  const sign = -(low & 1);
  const shiftedLow = ((low >>> 1) | (high << 31)) >>> 0;
  return signed64((shiftedLow ^ sign) >>> 0, ((high >>> 1) ^ sign) >>> 0);
}

/** A length or a count: a number that is not negative and that memory can hold. */
export function asLength(value: number | bigint, cursor: Cursor): number {
  if (typeof value !== 'number' || value < 0) throw malformed(`a length of ${value} before ${cursor.at}`);
  return value;
}

export function readFloat(cursor: Cursor): number | string {
  need(cursor, 4);
  const value = cursor.bytes.readFloatLE(cursor.at);
  cursor.at += 4;
  return finiteOrText(value);
}

export function readDouble(cursor: Cursor): number | string {
  need(cursor, 8);
  const value = cursor.bytes.readDoubleLE(cursor.at);
  cursor.at += 8;
  return finiteOrText(value);
}

/** In JSON an infinity is a number that was too large; here it is what the producer wrote, as the text that JSON would have. */
function finiteOrText(value: number): number | string {
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY ? String(value) : value;
}

/** The next `length` bytes, which stay those of the event. */
export function readBytes(cursor: Cursor, length: number): Buffer {
  need(cursor, length);
  if (length > cursor.maxFieldBytes) throw tooLarge(length, cursor);
  const from = cursor.at;
  cursor.at += length;
  return cursor.bytes.subarray(from, cursor.at);
}

export function readText(cursor: Cursor, length: number): string {
  need(cursor, length);
  if (length > cursor.maxFieldBytes) throw tooLarge(length, cursor);
  const from = cursor.at;
  cursor.at += length;
  const text = cursor.bytes.toString('utf8', from, cursor.at);
  // Only where a sign was replaced, or stood there itself.
  if (text.includes('\ufffd') && !isUtf8(cursor.bytes.subarray(from, cursor.at))) {
    throw new DecodeFault(ViolationCode.INVALID_UTF8, 'expected UTF-8 text');
  }
  return text;
}

function tooLarge(length: number, { maxFieldBytes }: Cursor): DecodeFault {
  return new DecodeFault(
    ViolationCode.FIELD_TOO_LARGE,
    `expected a value of at most ${maxFieldBytes} bytes, found ${length}`,
  );
}
