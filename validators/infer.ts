import { type Column, isPresent } from '../common/columns.ts';
import type { FeatureField, Frame } from '../common/feature.ts';
import { formatPointer } from '../common/pointer.ts';
import type { Contract, ContractFeature } from './contract.ts';
import { inferNumber } from './infer-number.ts';
import { inferText } from './infer-text.ts';
import { inferVector } from './infer-vector.ts';
import { count, type InferredFeature, percent } from './inferred.ts';

export interface InferOptions {
  readonly name: string;
  /** Columns that are no features: ids, arrival times. */
  readonly exclude?: readonly string[];
}

export interface Inference {
  readonly contract: Contract;
  /** By feature: what was seen and why the contract says so, a line each. For people. */
  readonly notes: ReadonlyMap<string, readonly string[]>;
  /** Columns of which nothing can be said. */
  readonly omitted: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * A contract that the data meets: types, presence, domains of texts that repeat, ranges with slack. Beyond type and presence
 * everything is a flag, no rejection: data shows what was, not what may be. Takes one pass a column.
 */
export function inferContract(frame: Frame, options: InferOptions): Contract {
  return inferWithNotes(frame, options).contract;
}

/** The same with the reasons. */
export function inferWithNotes(frame: Frame, { name, exclude = [] }: InferOptions): Inference {
  const features: ContractFeature[] = [];
  const notes = new Map<string, readonly string[]>();
  const omitted: { name: string; reason: string }[] = [];
  const taken = new Set<string>();
  frame.fields.forEach((field, at) => {
    if (exclude.includes(field.name)) return;
    const inferred = inferColumn(field, frame.columns[at] as Column, frame.rows);
    if (inferred.present === 0 || field.name === '') {
      omitted.push({ name: field.name, reason: field.name === '' ? 'it has no name' : 'it has no value in any row' });
      return;
    }
    const feature = usableName(field.name, taken);
    const path = formatPointer([field.name]);
    features.push({
      name: feature,
      type: inferred.type,
      path,
      required: inferred.present === frame.rows,
      onTypeMismatch: 'reject',
      otherwise: 'flag',
      ...inferred.limits,
    });
    notes.set(feature, [presence(inferred.present, frame.rows), ...inferred.notes]);
  });
  return { contract: { name, version: 1, unknownFields: 'ignore', features, rules: [] }, notes, omitted };
}

function inferColumn({ type }: FeatureField, column: Column, rows: number): InferredFeature {
  if (column.kind === 'text') return inferText(column, rows);
  if (column.kind === 'vector') return inferVector(column, rows);
  if (type === 'number' || type === 'integer') return inferNumber(column, rows, type);
  let present = 0;
  for (let row = 0; row < rows; row++) {
    if (isPresent(column.validity, row) && Number.isFinite(column.values[row])) present++;
  }
  return { type, present, notes: [] };
}

function presence(present: number, rows: number): string {
  if (present === rows) return `in all of ${count(rows)} rows`;
  return `in ${count(present)} of ${count(rows)} rows (${percent(present / rows)})`;
}

/** A name a contract can have, different from those before also as a column of the store. */
function usableName(column: string, taken: Set<string>): string {
  const safe = column.replace(/[^A-Za-z0-9_.-]/g, '_').slice(0, 90);
  const start = /^[A-Za-z_]/.test(safe) && safe !== '__proto__' ? safe : `_${safe}`;
  const columnOf = (name: string) => name.replace(/[^A-Za-z0-9_]/g, '_');
  let name = start;
  for (let number = 2; taken.has(columnOf(name)); number++) name = `${start}_${number}`;
  taken.add(columnOf(name));
  return name;
}
