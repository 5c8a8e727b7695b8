import { type Column, isPresent, type TextColumn } from '../common/columns.ts';
import type { FeatureField, FeatureType, Frame } from '../common/feature.ts';
import { parseTimestampMs } from '../common/timestamp.ts';
import type { Contract, ContractFeature } from './contract.ts';

export interface InferOptions {
  readonly name: string;
  /** Columns that are no features: ids, arrival times. */
  readonly exclude?: readonly string[];
}

/** Texts with more different values get no domain: identifiers and free text. */
const domainMax = 1000;
/** So many rows a distinct value make a domain believable. */
const rowsPerValue = 5;
/** Ranges are widened on both sides by this share of their width: the next data set's extremes are never the same. */
const rangeSlack = 0.1;

/**
 * A contract that the data meets: types, presence, domains of texts that repeat, ranges. Everything beyond the type is a flag,
 * not a rejection: the data shows what was, not what may be. A column without any value is left out: nothing is known of it.
 */
export function inferContract(frame: Frame, options: InferOptions): Contract {
  const excluded = new Set(options.exclude ?? []);
  const features = frame.fields.flatMap((field, at) => {
    if (excluded.has(field.name)) return [];
    const feature = inferFeature(field, frame.columns[at] as Column, frame.rows);
    return feature === undefined ? [] : [feature];
  });
  return { name: options.name, version: 1, unknownFields: 'ignore', features, rules: [] };
}

function inferFeature(field: FeatureField, column: Column, rows: number): ContractFeature | undefined {
  let present = 0;
  for (let row = 0; row < rows; row++) if (isPresent(column.validity, row)) present++;
  if (present === 0) return undefined;
  const base = {
    name: field.name,
    path: `/${field.name}`,
    required: present === rows,
    onTypeMismatch: 'reject',
    otherwise: 'flag',
  } as const;
  if (column.kind === 'text') return { ...base, ...inferText(column, rows) };
  if (field.type === 'timestamp' || field.type === 'boolean') return { ...base, type: field.type };
  return { ...base, ...inferNumber(column.values, column.validity, rows) };
}

function inferText(column: TextColumn, rows: number): Pick<ContractFeature, 'type' | 'domain'> {
  const counts = new Map<number, number>();
  let present = 0;
  for (let row = 0; row < rows; row++) {
    if (!isPresent(column.validity, row)) continue;
    const code = column.codes[row] as number;
    counts.set(code, (counts.get(code) ?? 0) + 1);
    present++;
  }
  const values = [...counts.keys()].map((code) => column.dictionary.values[code] as string);
  if (values.every((value) => /^\d{4}-\d{2}-\d{2}/.test(value) && parseTimestampMs(value) !== undefined))
    return { type: 'timestamp' };
  if (values.length > domainMax || values.length * rowsPerValue > present || values.includes(''))
    return { type: 'string' };
  return { type: 'string', domain: { values: values.sort(), otherwise: 'flag' } };
}

function inferNumber(
  values: Float64Array,
  validity: Uint8Array,
  rows: number,
): Pick<ContractFeature, 'type' | 'min' | 'max'> {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let whole = true;
  for (let row = 0; row < rows; row++) {
    const value = values[row] as number;
    if (!isPresent(validity, row) || !Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    if (!Number.isSafeInteger(value)) whole = false;
  }
  const type: FeatureType = whole ? 'integer' : 'number';
  if (min > max) return { type: 'number' };
  const slack = (max - min) * rangeSlack;
  const round = (value: number, direction: 'floor' | 'ceil') => (whole ? Math[direction](value) : value);
  // Counts and sizes stay on their side of zero.
  const low = min >= 0 ? Math.max(0, round(min - slack, 'floor')) : round(min - slack, 'floor');
  const high = max <= 0 ? Math.min(0, round(max + slack, 'ceil')) : round(max + slack, 'ceil');
  return Number.isFinite(low) && Number.isFinite(high) ? { type, min: low, max: high } : { type };
}
