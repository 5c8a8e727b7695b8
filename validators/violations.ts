import type { Verdict as VerdictType } from '../common/verdict.ts';
import { Verdict } from '../common/verdict.ts';
import { type Violation, ViolationCode } from '../common/violation.ts';
import type { Coerced } from './coerce.ts';
import type { ContractFeature, Otherwise } from './contract.ts';

const shownMax = 200;

/** A value as text, as JSON where it is none, cut to 200 characters. */
export function shown(raw: unknown): string {
  const text = typeof raw === 'string' ? raw : (jsonOf(raw) ?? String(raw));
  return text.length > shownMax ? `${text.slice(0, shownMax - 1)}…` : text;
}

function jsonOf(raw: unknown): string | undefined {
  if (typeof raw === 'number' || typeof raw === 'bigint') return String(raw);
  try {
    return JSON.stringify(raw);
  } catch {
    return undefined;
  }
}

export function verdictOf(otherwise: Otherwise): VerdictType {
  return otherwise === 'reject' ? Verdict.REJECTED : Verdict.FLAGGED;
}

/** What a value that was not plainly of its type means for the event: undefined where there is nothing to say. */
export function judgeCoerced(
  feature: ContractFeature,
  raw: unknown,
  coerced: Coerced,
): { readonly verdict: VerdictType; readonly violation: Violation } | undefined {
  const { path, required, onMissing = 'reject', onTypeMismatch } = feature;
  if (coerced.kind === 'absent') {
    if (required) {
      const message = `expected ${expected(feature)}, found ${found(raw)}`;
      return { verdict: verdictOf(onMissing), violation: { code: ViolationCode.MISSING, path, message } };
    }
    if (!coerced.converted) return undefined;
  }
  if (coerced.kind === 'unusable') {
    const message = `expected ${expected(feature)}, found ${coerced.found ?? found(raw)}`;
    const violation = { code: coerced.code, path, message, value: shown(raw) };
    return { verdict: verdictOf(onTypeMismatch), violation };
  }
  if (!coerced.converted) return undefined;
  const message = `${found(raw)} was read as ${coerced.kind === 'absent' ? 'no value' : expected(feature)}`;
  return { verdict: Verdict.COERCED, violation: { code: ViolationCode.COERCED, path, message, value: shown(raw) } };
}

export function expected({ type, dimension }: Pick<ContractFeature, 'type' | 'dimension'>): string {
  if (type === 'string') return 'a text';
  if (type === 'vector') return `a vector of ${dimension} numbers`;
  if (type === 'timestamp') return 'a timestamp (ISO 8601, RFC 2822, or a number of s, ms, us or ns since 1970)';
  return type === 'integer' ? 'an integer' : `a ${type}`;
}

function found(raw: unknown): string {
  if (raw === undefined) return 'nothing';
  if (raw === null) return 'null';
  if (raw === '') return 'an empty text';
  if (Array.isArray(raw)) return raw.length === 0 ? 'an empty array' : 'an array';
  if (typeof raw === 'object') return 'an object';
  return `the ${typeof raw === 'string' ? 'text' : typeof raw} ${shown(raw).slice(0, 60)}`;
}

export function unknownField(key: string): Violation {
  const path = `/${key.replaceAll('~', '~0').replaceAll('/', '~1').slice(0, shownMax)}`;
  return { code: ViolationCode.UNKNOWN_FIELD, path, message: 'the contract knows no such field' };
}

/** `expected a value from 0 to 5000, found 6000` */
export function outOfRange({ path, min, max }: ContractFeature, value: number, where = ''): Violation {
  const range =
    min === undefined ? `at most ${max}` : max === undefined ? `at least ${min}` : `a value from ${min} to ${max}`;
  return {
    code: ViolationCode.OUT_OF_RANGE,
    path,
    message: `expected ${range}, found ${value}${where}`,
    value: String(value),
  };
}

export function notInDomain({ path, domain }: ContractFeature, value: string): Violation {
  const values = domain?.values ?? [];
  const some = values.slice(0, 5).join(', ');
  const all = values.length > 5 ? `${some}, ... (${values.length} values)` : some;
  const message = `expected one of ${shown(all)}, found ${shown(value).slice(0, 60)}`;
  return { code: ViolationCode.NOT_IN_DOMAIN, path, message, value: shown(value) };
}

export function badText({ path, minLength, maxLength, pattern }: ContractFeature, text: string): Violation {
  const parts = [
    ...(minLength === undefined ? [] : [`at least ${minLength} characters`]),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(pattern === undefined ? [] : [`a text that matches ${pattern}`]),
  ];
  const message = `expected ${parts.join(' and ')}, found ${[...text.slice(0, 10_000)].length} characters`;
  return { code: ViolationCode.BAD_TEXT, path, message, value: shown(text) };
}

/** So many different values of one fault are named in one call; the rest share a violation that names none. */
const namedValuesMax = 100_000;

/** Violations by value, made once each, so that a file of which every row is wrong does not fill the memory. */
export function violationsByValue<Value>(
  make: (value: Value) => readonly Violation[],
): (value: Value) => readonly Violation[] {
  const known = new Map<Value, readonly Violation[]>();
  let rest: readonly Violation[] | undefined;
  return (value) => {
    const found = known.get(value) ?? rest;
    if (found !== undefined) return found;
    const made = make(value);
    if (known.size < namedValuesMax) {
      known.set(value, made);
      return made;
    }
    rest = made.map(({ code, path, message }) => ({ code, path, message: message.replace(/, found .*$/s, '') }));
    return rest;
  };
}
