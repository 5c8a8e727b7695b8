import { ViolationCode } from '../../common/violation.ts';
import { type Cursor, createCursor, resetCursor } from './cursor.ts';
import type { Decoded, DecodeLimits } from './decoder.ts';
import { refuse, refuseFault } from './fault.ts';

/** Decodes the bytes of one event from `at` on by one schema. Never throws. */
export type ReadPayload = (payload: Buffer, at: number) => Decoded;

/** Makes a {@link ReadPayload} of what reads one value and throws DecodeFault. The value has to be an object and to end the bytes. */
export function payloadReader(read: (cursor: Cursor) => unknown, limits: DecodeLimits): ReadPayload {
  const cursor = createCursor(limits);
  return (payload, at) => {
    resetCursor(cursor, payload, at);
    try {
      const value = read(cursor);
      if (cursor.at < cursor.end) {
        const message = `${cursor.end - cursor.at} bytes are left after the value of the schema`;
        return refuse(ViolationCode.MALFORMED, message, payload);
      }
      if (value === null || typeof value !== 'object' || Array.isArray(value)) {
        const found = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
        return refuse(ViolationCode.NOT_AN_OBJECT, `expected a record, found ${found}`, payload);
      }
      return { ok: true, value: value as Readonly<Record<string, unknown>> };
    } catch (error) {
      return refuseFault(error, payload);
    }
  };
}

export function tooLarge(payload: Buffer, { maxBytes }: DecodeLimits): Decoded {
  const message = `expected at most ${maxBytes} bytes, found ${payload.length}`;
  return refuse(ViolationCode.EVENT_TOO_LARGE, message, payload);
}
