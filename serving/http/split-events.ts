import type { Problem } from './problem.ts';
import { splitJsonArray } from './split-json-array.ts';

/** The bytes of each event of a body, views of it. What is wrong inside one event is the contract's to say. */
export function splitEvents(body: Buffer, format: 'ndjson' | 'json'): readonly Buffer[] | Problem {
  if (body[0] === 0x1f && body[1] === 0x8b)
    return malformed('the body is gzip, but no Content-Encoding says so', 'Add the header Content-Encoding: gzip');
  // JSON text never contains NUL: this is Avro, Parquet, UTF-16 or the like.
  if (body.includes(0)) return malformed('the body is binary, not JSON text', 'Send NDJSON or a JSON array in UTF-8');
  const events = format === 'ndjson' ? splitLines(body) : splitJson(body);
  if (!Array.isArray(events)) return malformed(events as string, 'Send one JSON object a line, or one JSON array');
  return events;
}

/** Lines that are not blank, without their ends (LF or CR LF). */
function splitLines(body: Buffer): Buffer[] | string {
  const events: Buffer[] = [];
  let from = 0;
  while (from < body.length) {
    let to = body.indexOf(0x0a, from);
    if (to < 0) to = body.length;
    const event = trimmed(body, from, to);
    if (event.length > 0) events.push(event);
    from = to + 1;
  }
  return events.length > 0 ? events : 'the body holds no event';
}

function splitJson(body: Buffer): Buffer[] | string {
  const text = trimmed(body, body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0, body.length);
  if (text.length === 0) return 'the body holds no event';
  if (text[0] === 0x7b) return [text];
  if (text[0] === 0x5b) return splitJsonArray(text);
  return 'the body is neither a JSON array nor an object';
}

export function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

export function trimmed(body: Buffer, from: number, to: number): Buffer {
  let start = from;
  let end = to;
  while (start < end && isBlank(body[start])) start++;
  while (end > start && isBlank(body[end - 1])) end--;
  return body.subarray(start, end);
}

function malformed(message: string, cure: string): Problem {
  return { status: 400, code: 'BODY_MALFORMED', message, cure };
}
