import type { FeatureType } from '../common/feature.ts';
import { parseTimestampMs } from '../common/timestamp.ts';
import { ViolationCode } from '../common/violation.ts';

/** A value of the feature's type, exact or converted; absent; or the reason why there is none. */
export type Coerced =
  | { readonly kind: 'value'; readonly value: number | string | readonly number[]; readonly converted: boolean }
  /** `converted` where a text such as N/A was read as no value. */
  | { readonly kind: 'absent'; readonly converted: boolean }
  /** `found` says more than the value itself would. */
  | { readonly kind: 'unusable'; readonly code: ViolationCode; readonly found?: string };

const absent: Coerced = { kind: 'absent', converted: false };
const saidAbsent: Coerced = { kind: 'absent', converted: true };
const mismatch: Coerced = { kind: 'unusable', code: ViolationCode.TYPE_MISMATCH };
const notFinite: Coerced = { kind: 'unusable', code: ViolationCode.NOT_FINITE };
const precisionLost: Coerced = { kind: 'unusable', code: ViolationCode.PRECISION_LOST };
const value = (of: number | string, converted: boolean): Coerced => ({ kind: 'value', value: of, converted });

/** Spellings of no value and of no number that producers write as text. */
const absentTexts: ReadonlySet<string> = new Set(['null', 'none', 'n/a', 'na', '#n/a']);
const notFiniteTexts = /^[+-]?(nan|inf|infinity)$/i;
const numeral = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const longestText = 400;

/** Whether a text stands for no value where the feature is not of text. */
export function isAbsentText(text: string): boolean {
  return absentTexts.has(text.toLowerCase());
}

/** Whether a text is a decimal number, as `12`, `-0.5` or `1e6`. */
export function isNumeral(text: string): boolean {
  return numeral.test(text);
}

/**
 * The slow path: what a value that is not plainly of the type can be read as without loss. Text may hold a number, a boolean or
 * a time, with blanks around it; a number may be a boolean (0, 1) or a time; numbers and booleans are never read as text,
 * since their spelling is lost. The empty text is absence for every type; `null`, `none`, `n/a` and `na` are for all but text.
 * NaN and infinities are no numbers, in either form.
 */
export function coerce(raw: unknown, type: FeatureType): Coerced {
  if (raw === undefined || raw === null || raw === '') return absent;
  if (type === 'string') return typeof raw === 'string' ? value(raw, false) : mismatch;
  if (typeof raw !== 'string') return coerceOther(raw, type);
  if (raw.length > longestText) return mismatch;
  const text = raw.trim();
  if (text === '' || isAbsentText(text)) return saidAbsent;
  if (type === 'boolean') return booleanOf(text);
  if (notFiniteTexts.test(text)) return notFinite;
  if (type === 'timestamp') {
    const timeMs = parseTimestampMs(text);
    return timeMs === undefined ? mismatch : value(timeMs, false);
  }
  return numeral.test(text) ? numberOfText(text, type) : mismatch;
}

function coerceOther(raw: unknown, type: FeatureType): Coerced {
  if (typeof raw === 'number') return coerceNumber(raw, type);
  if (type === 'boolean') return typeof raw === 'boolean' ? value(Number(raw), false) : mismatch;
  if (type === 'timestamp') {
    const timeMs = parseTimestampMs(raw);
    return timeMs === undefined ? mismatch : value(timeMs, false);
  }
  if (typeof raw !== 'bigint') return mismatch;
  const number = Number(raw);
  return Number.isSafeInteger(number) ? value(number, false) : precisionLost;
}

/** JSON has no infinity: one that comes from it was a number beyond the range of doubles, such as 1e400. */
function coerceNumber(number: number, type: FeatureType): Coerced {
  if (Number.isNaN(number)) return notFinite;
  if (!Number.isFinite(number)) return precisionLost;
  if (type === 'boolean') return number === 0 || number === 1 ? value(number, true) : mismatch;
  if (type === 'timestamp') {
    const timeMs = parseTimestampMs(number);
    return timeMs === undefined ? mismatch : value(timeMs, false);
  }
  if (type !== 'integer' || Number.isSafeInteger(number)) return value(number, false);
  return Number.isInteger(number) ? precisionLost : mismatch;
}

function numberOfText(text: string, type: FeatureType): Coerced {
  const number = Number(text);
  // Too large, too small, or an integer of more digits than a double holds.
  if (!Number.isFinite(number) || (number === 0 && /[1-9]/.test(text.replace(/e.*$/i, '')))) return precisionLost;
  if (/^[+-]?\d+$/.test(text) && !Number.isSafeInteger(number)) return precisionLost;
  if (type === 'number') return value(number, true);
  if (!Number.isInteger(number)) return mismatch;
  return Number.isSafeInteger(number) ? value(number, true) : precisionLost;
}

function booleanOf(text: string): Coerced {
  const lower = text.toLowerCase();
  if (lower === 'true' || text === '1') return value(1, true);
  return lower === 'false' || text === '0' ? value(0, true) : mismatch;
}
