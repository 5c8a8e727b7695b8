import { civilMs } from './civil.ts';
import { parseRfc2822Ms } from './rfc2822.ts';

/**
 * Milliseconds since 1970-01-01T00:00Z of a time in any form producers use; undefined where it is none of them, or no
 * moment of the calendar (30 February, month 13) between the years 0 and 9999.
 *
 * - ISO 8601: `2001-01-31T23:59:59.999Z`, with an offset (`+01:00`, `+0100`, `+01`), a space or `t` for the `T`, without
 *   seconds, without zone (UTC), the date alone (its midnight in UTC). Fractions beyond milliseconds are cut off. `:60` is
 *   accepted where a leap second can be and means the next second; `24:00` is the midnight after. The basic form with
 *   seconds, `20010131T235959Z`.
 * - RFC 2822: `Tue, 15 Nov 1994 08:12:31 +0200` (or `GMT`, `EST`, ...).
 * - Numbers, bigints and texts of 9 to 19 digits, as a count since 1970 of seconds (magnitude below 1e11, the year 5138),
 *   ms (below 1e14), us (below 1e17) or ns. Shorter texts of digits are too ambiguous: `20010131` may be a date.
 * - A Date.
 *
 * The ISO form costs about 50 ns and allocates nothing.
 */
export function parseTimestampMs(value: unknown): number | undefined {
  if (typeof value === 'string') return parseText(value);
  if (typeof value === 'number') return ofCount(value);
  if (typeof value === 'bigint') return ofCount(Number(value));
  if (value instanceof Date) return inRange(value.getTime());
  return undefined;
}

/** 0000-01-01 and the end of 9999-12-31. */
const earliestMs = -62_167_219_200_000;
const latestMs = 253_402_300_799_999;

function inRange(ms: number): number | undefined {
  return ms >= earliestMs && ms <= latestMs ? ms : undefined;
}

function ofCount(count: number): number | undefined {
  const magnitude = Math.abs(count);
  if (magnitude < 1e11) return inRange(Math.floor(count * 1000));
  if (magnitude < 1e14) return inRange(Math.floor(count));
  if (magnitude < 1e17) return inRange(Math.floor(count / 1e3));
  return inRange(Math.floor(count / 1e6));
}

const zero = 48;

/** The number of two digits at `at`; negative where they are not two digits. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - zero;
  const ones = text.charCodeAt(at + 1) - zero;
  // NaN beyond the end fails these comparisons too.
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

function parseText(text: string): number | undefined {
  const century = two(text, 0);
  if (century < 0 || text.charCodeAt(4) !== 45 /* - */ || text.charCodeAt(7) !== 45) return parseOther(text);
  const years = two(text, 2);
  const month = two(text, 5);
  const day = two(text, 8);
  if (years < 0) return undefined;
  if (text.length === 10) return civilMs({ year: century * 100 + years, month, day });
  const separator = text.charCodeAt(10) | 32;
  if (separator !== 116 /* t */ && separator !== 32) return parseOther(text);
  const hour = two(text, 11);
  const minute = two(text, 14);
  if (text.charCodeAt(13) !== 58 /* : */) return parseOther(text);
  let at = 16;
  let second = 0;
  let ms = 0;
  if (text.charCodeAt(at) === 58) {
    second = two(text, 17);
    at = 19;
    const point = text.charCodeAt(at);
    if (point === 46 /* . */ || point === 44 /* , */) {
      const begin = ++at;
      for (let unit = 100; ; at++, unit /= 10) {
        const digit = text.charCodeAt(at) - zero;
        if (!(digit >= 0 && digit <= 9)) break;
        if (unit >= 1) ms += digit * unit;
      }
      if (at === begin) return undefined;
    }
  }
  const offsetMs = at === text.length ? 0 : zoneMs(text, at);
  if (offsetMs === undefined || hour < 0 || minute < 0 || minute > 59 || second < 0) return parseOther(text);
  const leap = second === 60;
  if (hour > 23 && !(hour === 24 && minute === 0 && second === 0 && ms === 0)) return undefined;
  if (second > 59 && !(leap && minute === 59)) return undefined;
  const midnight = civilMs({ year: century * 100 + years, month, day });
  if (midnight === undefined) return undefined;
  return inRange(midnight + hour * 3_600_000 + minute * 60_000 + second * 1000 + (leap ? 0 : ms) - offsetMs);
}

/** `Z`, `+HH`, `+HHMM` or `+HH:MM` from `at` to the end. */
function zoneMs(text: string, at: number): number | undefined {
  const sign = text.charCodeAt(at);
  if ((sign | 32) === 122 /* z */) return text.length === at + 1 ? 0 : undefined;
  if (sign !== 43 /* + */ && sign !== 45 /* - */) return undefined;
  const hours = two(text, at + 1);
  let minutes = 0;
  let end = at + 3;
  if (text.length > end) {
    if (text.charCodeAt(end) === 58) end++;
    minutes = two(text, end);
    end += 2;
  }
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || text.length !== end) return undefined;
  const offset = hours * 3_600_000 + minutes * 60_000;
  return sign === 45 ? -offset : offset;
}

/** What is not plainly ISO: surrounding blanks, counts since 1970, RFC 2822. */
function parseOther(text: string): number | undefined {
  if (text.length > 64) return undefined;
  const trimmed = text.trim();
  if (/^-?\d{9,19}(\.\d+)?$/.test(trimmed)) return ofCount(Number(trimmed));
  if (trimmed.length !== text.length) return parseText(trimmed);
  const basic = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d(?:[.,]\d+)?)(Z|[+-]\d\d(?::?\d\d)?)?$/i.exec(text);
  if (basic !== null) {
    const [, year, month, day, hour, minute, second, zone = ''] = basic;
    return parseText(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
  }
  // A blank between the time and its offset: `2001-01-31 10:00:00 +0100`, or `... UTC`.
  const zoned = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?) (?:UTC|GMT|Z|([+-]\d\d:?\d\d))$/i.exec(text);
  if (zoned !== null) return parseText(`${zoned[1]}${zoned[2] ?? 'Z'}`);
  return parseRfc2822Ms(text);
}
