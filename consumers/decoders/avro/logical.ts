import avsc, { type Type } from 'avsc';
import { asLength, type Cursor, readBytes, readZigzag } from '../cursor.ts';
import { malformed } from '../fault.ts';
import { dateOf, decimalBytesMax, decimalOf, timeOf, uuidOf } from '../values.ts';
import type { LogicalAttributes } from './parse.ts';

type Read = (cursor: Cursor) => unknown;

const timestamps: Readonly<Record<string, readonly [perSecond: 1e3 | 1e6 | 1e9, zone: 'Z' | '']>> = {
  'timestamp-millis': [1e3, 'Z'],
  'timestamp-micros': [1e6, 'Z'],
  'timestamp-nanos': [1e9, 'Z'],
  'local-timestamp-millis': [1e3, ''],
  'local-timestamp-micros': [1e6, ''],
  'local-timestamp-nanos': [1e9, ''],
};

const scaleMax = 1000;

/**
 * How values of a logical type are read; undefined where they are as those of the type beneath: times of day, texts that are
 * UUIDs, and what contradicts the specification, which wants such a logical type passed over.
 */
export function logicalRead({ logicalType, scale = 0 }: LogicalAttributes, underlying: Type): Read | undefined {
  const timestamp = timestamps[logicalType];
  if (timestamp !== undefined && underlying.typeName === 'long') {
    const [perSecond, zone] = timestamp;
    return (cursor) => timeOf(readZigzag(cursor), perSecond, zone);
  }
  if (logicalType === 'date' && underlying.typeName === 'int') return (cursor) => dateOf(Number(readZigzag(cursor)));
  const size = underlying instanceof avsc.types.FixedType ? underlying.size : undefined;
  if (logicalType === 'decimal' && (size !== undefined || underlying.typeName === 'bytes')) {
    if (typeof scale !== 'number' || !Number.isInteger(scale) || scale < 0 || scale > scaleMax) return undefined;
    return (cursor) => {
      const length = size ?? asLength(readZigzag(cursor), cursor);
      if (length > decimalBytesMax) throw malformed(`a decimal of ${length} bytes before ${cursor.at}`);
      return decimalOf(readBytes(cursor, length), scale);
    };
  }
  if (logicalType === 'uuid' && size === 16) return (cursor) => uuidOf(readBytes(cursor, 16));
  if (logicalType === 'duration' && size === 12) return (cursor) => durationOf(readBytes(cursor, 12));
  return undefined;
}

function durationOf(bytes: Buffer): Record<string, number> {
  return { months: bytes.readUInt32LE(0), days: bytes.readUInt32LE(4), millis: bytes.readUInt32LE(8) };
}
