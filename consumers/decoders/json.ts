import { isUtf8 } from 'node:buffer';
import { messageOf } from '../../common/error.ts';
import { type Violation, ViolationCode } from '../../common/violation.ts';
import { type Decoded, type DecodeLimits, depthMax } from './decoder.ts';
import { exceedsDepth, findDuplicateKey } from './json-scan.ts';

const quote = 1;
const opening = 2;
const beyondAscii = 3;
const backslash = 4;
/** What a byte means for the checks below. */
const classes = new Uint8Array(256);
classes[0x22] = quote;
classes[0x7b] = opening;
classes[0x5b] = opening;
classes[0x5c] = backslash;
for (let byte = 0x80; byte < 0x100; byte++) classes[byte] = beyondAscii;

/**
 * Decodes one event. It agrees with JSON.parse on every JSON object within the limits, but refuses what JSON.parse lets
 * pass silently: bytes that are not UTF-8, and a key that stands twice in one object, at any level. A byte order mark is
 * passed over. Never throws.
 *
 * A flat event of 150 bytes costs some 0.2 µs more than JSON.parse: one pass over the bytes counts quotes and openings. In
 * JSON without backslashes the quotes are twice the keys and texts, so if the parsed object has as many, no key was lost.
 */
export function decodeJson(value: Buffer, limits: DecodeLimits): Decoded {
  const bytes = value.length;
  if (bytes > limits.maxBytes) {
    return refuse(ViolationCode.EVENT_TOO_LARGE, `expected at most ${limits.maxBytes} bytes, found ${bytes}`, value);
  }
  let quotes = 0;
  let openings = 0;
  let ascii = true;
  let escapes = false;
  for (let at = 0; at < bytes; at++) {
    const kind = classes[value[at] as number] as number;
    if (kind === 0) continue;
    if (kind === quote) quotes++;
    else if (kind === opening) openings++;
    else if (kind === backslash) escapes = true;
    else ascii = false;
  }
  let text: string;
  if (!ascii) {
    if (!isUtf8(value)) return refuse(ViolationCode.INVALID_UTF8, 'expected UTF-8 text', value);
    text = value.toString('utf8');
    if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  } else {
    text = value.toString('latin1');
  }
  // Before parsing: a parsed value of such depth would break whatever walks it.
  const maxDepth = Math.min(limits.maxDepth, depthMax);
  if (openings > maxDepth && exceedsDepth(text, maxDepth)) {
    return refuse(ViolationCode.TOO_DEEP, `expected at most ${maxDepth} levels`, value);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return refuse(ViolationCode.JSON_SYNTAX, syntaxMessage(text, error), value);
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) {
    return refuse(ViolationCode.NOT_AN_OBJECT, `expected a JSON object, found ${kindOf(parsed)}`, value);
  }
  const found: Found = { texts: 0, tooLarge: undefined };
  // No text is longer than the event.
  walk(parsed, '', bytes > limits.maxFieldBytes ? limits.maxFieldBytes : Number.POSITIVE_INFINITY, found);
  // A backslash may hide a quote.
  if (escapes || quotes !== 2 * found.texts) {
    const path = findDuplicateKey(text);
    if (path !== undefined) {
      return { ok: false, violation: violation(ViolationCode.DUPLICATE_KEY, 'the key stands twice', value, path) };
    }
  }
  if (found.tooLarge !== undefined) {
    const { path, text: long } = found.tooLarge;
    const message = `expected a text of at most ${limits.maxFieldBytes} bytes, found ${Buffer.byteLength(long)}`;
    return { ok: false, violation: violation(ViolationCode.FIELD_TOO_LARGE, message, Buffer.from(long), path) };
  }
  return { ok: true, value: parsed as Record<string, unknown> };
}

interface Found {
  /** Keys and texts. */
  texts: number;
  tooLarge: { readonly path: string; readonly text: string } | undefined;
}

/** Counts keys and texts and looks for one that is too long. Its recursion is bounded by the limit of the depth. */
function walk(container: object, path: string, maxFieldBytes: number, found: Found): void {
  if (Array.isArray(container)) {
    for (let at = 0; at < container.length; at++) visit(container[at], path, at, maxFieldBytes, found);
    return;
  }
  for (const key in container) {
    found.texts++;
    visit((container as Record<string, unknown>)[key], path, key, maxFieldBytes, found);
  }
}

function visit(value: unknown, path: string, key: string | number, maxFieldBytes: number, found: Found): void {
  if (typeof value === 'string') {
    found.texts++;
    // A UTF-16 unit is at most 3 bytes.
    if (value.length * 3 > maxFieldBytes && Buffer.byteLength(value) > maxFieldBytes) {
      found.tooLarge ??= { path: `${path}/${escapeKey(key)}`, text: value };
    }
  } else if (typeof value === 'object' && value !== null) {
    walk(value, `${path}/${escapeKey(key)}`, maxFieldBytes, found);
  }
}

function escapeKey(key: string | number): string {
  return String(key).replaceAll('~', '~0').replaceAll('/', '~1');
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

function syntaxMessage(text: string, error: unknown): string {
  if (text.trim() === '') return 'expected a JSON object, found nothing';
  // Whether V8 quotes the text in its message depends on its length; the violation carries the value itself.
  const reason = messageOf(error).replace(/, ?(\.\.\.)?".*"(\.\.\.)? is not valid JSON$/s, '');
  return `not JSON: ${reason.slice(0, 200)}`;
}

function refuse(code: ViolationCode, message: string, value: Buffer): Decoded {
  return { ok: false, violation: violation(code, message, value, '') };
}

function violation(code: ViolationCode, message: string, value: Buffer, path: string): Violation {
  return { code, path, message, value: value.toString('utf8', 0, 600).slice(0, 200) };
}
