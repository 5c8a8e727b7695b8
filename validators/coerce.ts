import type { FeatureType } from '../common/feature.ts';
import { parseTimestampMs } from '../common/timestamp.ts';
import { ViolationCode } from '../common/violation.ts';

/** A value of the feature's type, exact or converted; absent; or the reason why there is none. */
export type Coerced =
  | { readonly kind: 'value'; readonly value: number | string; readonly converted: boolean }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unusable'; readonly code: ViolationCode };

const absent: Coerced = { kind: 'absent' };
const mismatch: Coerced = { kind: 'unusable', code: ViolationCode.TYPE_MISMATCH };
const notFinite: Coerced = { kind: 'unusable', code: ViolationCode.NOT_FINITE };
const precisionLost: Coerced = { kind: 'unusable', code: ViolationCode.PRECISION_LOST };
const value = (of: number | string, converted: boolean): Coerced => ({ kind: 'value', value: of, converted });

/** Spellings of no value and of no number that producers write as text. */
const absentTexts: ReadonlySet<string> = new Set(['', 'null', 'none', 'n/a', 'na']);
const notFiniteTexts = /^[+-]?(nan|inf|infinity)$/i;
const numeral = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The slow path: what a value that is not plainly of the type can be read as without loss. Text may hold a number, a boolean or
 * a time, with spaces around it; a number may be a boolean (0, 1) or a time; numbers and booleans are never read as text,
 * since their spelling is lost. NaN and infinities are no numbers, in either form.
 */
export function coerce(raw: unknown, type: FeatureType): Coerced {
  if (raw === undefined || raw === null) return absent;
  if (type === 'string') return typeof raw === 'string' ? (raw === '' ? absent : value(raw, false)) : mismatch;
  if (typeof raw === 'string' && absentTexts.has(raw.trim().toLowerCase())) return absent;
  if (type === 'timestamp') {
    if (typeof raw === 'number' && !Number.isFinite(raw)) return notFinite;
    const timeMs = parseTimestampMs(raw);
    return timeMs === undefined ? mismatch : value(timeMs, false);
  }
  if (type === 'boolean') return toBoolean(raw);
  if (typeof raw === 'number') return toNumber(raw, type, false);
  if (typeof raw !== 'string') return mismatch;
  const text = raw.trim();
  if (notFiniteTexts.test(text)) return notFinite;
  return numeral.test(text) ? toNumber(Number(text), type, true) : mismatch;
}

function toNumber(number: number, type: FeatureType, converted: boolean): Coerced {
  if (Number.isNaN(number)) return notFinite;
  // JSON has no infinity: one that comes from it was a number beyond the range of doubles.
  if (!Number.isFinite(number)) return precisionLost;
  if (type !== 'integer') return value(number, converted);
  if (!Number.isInteger(number)) return mismatch;
  return Number.isSafeInteger(number) ? value(number, converted) : precisionLost;
}

function toBoolean(raw: unknown): Coerced {
  if (typeof raw === 'boolean') return value(Number(raw), false);
  if (raw === 0 || raw === 1) return value(raw, true);
  if (typeof raw !== 'string') return mismatch;
  const text = raw.trim().toLowerCase();
  if (text === 'true' || text === '1') return value(1, true);
  return text === 'false' || text === '0' ? value(0, true) : mismatch;
}
