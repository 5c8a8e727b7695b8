import { ViolationCode } from '../common/violation.ts';
import { type Coerced, coerce } from './coerce.ts';
import type { ContractFeature } from './contract.ts';

/** The greatest magnitude that a 32-bit float holds. */
export const float32Max = 3.4028234663852886e38;

/** What a value can be read as for its feature, vectors included; see {@link coerce} for the other types. */
export function coerceFeature(raw: unknown, { type, dimension = 0 }: ContractFeature): Coerced {
  return type === 'vector' ? coerceVector(raw, dimension) : coerce(raw, type);
}

/**
 * A list of `dimension` finite numbers, or a text that is one in JSON (what a CSV file has). The empty list is absence: that
 * is how the store and Parquet say it.
 */
export function coerceVector(raw: unknown, dimension: number): Coerced {
  if (raw === undefined || raw === null || raw === '') return { kind: 'absent', converted: false };
  const list = typeof raw === 'string' ? listOf(raw) : raw;
  if (!Array.isArray(list)) return mismatch();
  if (list.length === 0) return { kind: 'absent', converted: false };
  if (list.length !== dimension) return mismatch(`a vector of ${list.length}`);
  for (let at = 0; at < dimension; at++) {
    const component: unknown = list[at];
    const where = `component ${at} (from 0)`;
    if (typeof component !== 'number') return mismatch(`a list whose ${where} is ${nounOf(component)}`);
    if (Number.isNaN(component)) {
      return { kind: 'unusable', code: ViolationCode.NOT_FINITE, found: `a list whose ${where} is NaN` };
    }
    if (Math.abs(component) > float32Max) {
      const found = `a list whose ${where} is beyond the range of 32-bit floats`;
      return { kind: 'unusable', code: ViolationCode.PRECISION_LOST, found };
    }
  }
  return { kind: 'value', value: list as readonly number[], converted: false };
}

function mismatch(found?: string): Coerced {
  return { kind: 'unusable', code: ViolationCode.TYPE_MISMATCH, ...(found === undefined ? {} : { found }) };
}

function listOf(text: string): unknown {
  if (!text.trimStart().startsWith('[')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function nounOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list itself';
  return typeof value === 'object' ? 'an object' : `a ${typeof value === 'string' ? 'text' : typeof value}`;
}
