import { isUtf8 } from 'node:buffer';
import { messageOf } from '../../common/error.ts';
import { type Violation, ViolationCode } from '../../common/violation.ts';
import { scanJson } from './scan-json.ts';

export interface JsonLimits {
  /** Of one event. */
  readonly maxBytes: number;
  readonly maxDepth: number;
  /** Of one text value. */
  readonly maxFieldBytes: number;
}

export type DecodedJson =
  | { readonly ok: true; readonly value: Record<string, unknown> }
  | { readonly ok: false; readonly violation: Violation };

const refuse = (code: ViolationCode, message: string, value?: string): DecodedJson => ({
  ok: false,
  violation: { code, path: '', message, ...(value === undefined ? {} : { value }) },
});

/**
 * One event as JSON (RFC 8259). Never throws. Beyond JSON.parse it refuses what would be read wrongly in silence: bytes that
 * are no UTF-8, a key that stands twice, nesting beyond the limit.
 */
export function decodeJson(bytes: Buffer, limits: JsonLimits): DecodedJson {
  if (bytes.length > limits.maxBytes) {
    return refuse(ViolationCode.EVENT_TOO_LARGE, `expected at most ${limits.maxBytes} bytes, found ${bytes.length}`);
  }
  if (!isUtf8(bytes)) return refuse(ViolationCode.INVALID_UTF8, 'the bytes are not valid UTF-8');
  const text = bytes.toString('utf8');
  let value: unknown;
  // Counted before parsing: JSON.parse of a hundred thousand brackets would overflow the stack on some engines.
  const shape = shapeOf(bytes);
  if (shape.openings > limits.maxDepth) {
    const found = scanJson(text);
    if (found.depth > limits.maxDepth) {
      return refuse(ViolationCode.TOO_DEEP, `expected at most ${limits.maxDepth} levels, found ${found.depth}`);
    }
  }
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(ViolationCode.JSON_SYNTAX, messageOf(error).slice(0, 200), text.slice(0, 200));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const found = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
    return refuse(ViolationCode.NOT_AN_OBJECT, `expected an object, found ${found}`);
  }
  const record = value as Record<string, unknown>;
  // A flat object without escapes has two quotes a key and two a text value. Where that does not add up, look closely.
  if (shape.openings !== 1 || shape.escaped || shape.quotes !== quotesOf(record)) {
    const { duplicate } = scanJson(text);
    if (duplicate !== undefined)
      return refuse(ViolationCode.DUPLICATE_KEY, 'a key stands twice', duplicate.slice(0, 200));
  }
  if (bytes.length > limits.maxFieldBytes) {
    for (const key of Object.keys(record)) {
      const field = record[key];
      if (typeof field === 'string' && Buffer.byteLength(field) > limits.maxFieldBytes) {
        const path = `/${key}`;
        return {
          ok: false,
          violation: {
            code: ViolationCode.FIELD_TOO_LARGE,
            path,
            message: `expected at most ${limits.maxFieldBytes} bytes`,
          },
        };
      }
    }
  }
  return { ok: true, value: record };
}

/** Opening brackets (those within texts too), quotes, and whether there is a backslash. */
function shapeOf(bytes: Buffer): { readonly openings: number; readonly quotes: number; readonly escaped: boolean } {
  let openings = 0;
  let quotes = 0;
  let escaped = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === 0x22) quotes++;
    else if (byte === 0x7b || byte === 0x5b) openings++;
    else if (byte === 0x5c) escaped = true;
  }
  return { openings, quotes, escaped };
}

function quotesOf(record: Record<string, unknown>): number {
  let quotes = 0;
  for (const key in record) quotes += typeof record[key] === 'string' ? 4 : 2;
  return quotes;
}
