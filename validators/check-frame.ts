import {
  type Column,
  encode,
  isPresent,
  type NumberColumn,
  setPresent,
  type TextColumn,
  valueAt,
} from '../common/columns.ts';
import type { FeatureField, FeatureType, Frame } from '../common/feature.ts';
import { formatPointer, parsePointer } from '../common/pointer.ts';
import { parseTimestampMs } from '../common/timestamp.ts';
import { Verdict } from '../common/verdict.ts';
import { type Violation, ViolationCode } from '../common/violation.ts';
import type { CheckedColumns } from './check-columns.ts';
import { fromVectors, vectorsFromTexts } from './check-vectors.ts';
import type { Coerced } from './coerce.ts';
import { coerceFeature } from './coerce-vector.ts';
import type { CheckedRows } from './compile.ts';
import type { Contract, ContractFeature } from './contract.ts';
import { newColumn } from './row-builder.ts';
import { createRowNotes, type RowNotes } from './row-notes.ts';
import { judgeCoerced, unknownField, verdictOf, violationsByValue } from './violations.ts';

export interface FrameChecker {
  readonly contract: Contract;
  readonly fields: readonly FeatureField[];
  readonly knownKeys: ReadonlySet<string>;
  readonly checkColumns: (checked: CheckedColumns) => void;
}

/**
 * The verdicts of {@link RowBuilder} for rows that come as columns, without an object a row. All rows stay in the frame, in
 * their order, those of verdict REJECTED too; `violations` are all of them.
 *
 * A feature is read from the column of its name, or of its path (`/user/country` from `user.country`, or out of JSON texts in
 * `user`). A column knows less of its values than JSON does: an infinity in a column of numbers is not finite, not too large.
 */
export function checkFrame(frame: Frame, { contract, fields, knownKeys, checkColumns }: FrameChecker): CheckedRows {
  const { rows } = frame;
  const notes = createRowNotes({ verdicts: new Uint8Array(rows) });
  const read = new Set<number>();
  const columns = contract.features.map((feature, at): Column => {
    const field = fields[at] as FeatureField;
    if (feature.derive !== undefined) return newColumn(field, rows);
    const source = findSource(frame, feature);
    if (source === undefined) return absentColumn(feature, field, rows, notes);
    read.add(source.at);
    const from: Source = { ...source, rows, notes };
    const out = newColumn(field, rows);
    if (source.column.kind === 'vector') {
      return out.kind === 'vector'
        ? fromVectors(feature, from, source.column, out)
        : fromForeign(feature, from, source.column, out);
    }
    if (source.column.kind === 'number') return fromNumbers(feature, from, source.column);
    const { within } = source;
    if (out.kind !== 'vector') return fromTexts(feature, from, source.column);
    return vectorsFromTexts(feature, from, source.column, (text) => valueWithin(text, within), out);
  });
  if (contract.unknownFields !== 'ignore') {
    const verdict = verdictOf(contract.unknownFields);
    frame.fields.forEach(({ name }, at) => {
      if (read.has(at) || knownKeys.has(name)) return;
      const found = [unknownField(name)];
      const { validity } = frame.columns[at] as Column;
      for (let row = 0; row < rows; row++) if (isPresent(validity, row)) notes.add(row, verdict, found);
    });
  }
  // As among events, what is rejected for its types is not looked at further.
  const further = createRowNotes({ verdicts: notes.verdicts, violations: notes.violations, passOver: true });
  checkColumns({ rows, columns, notes: further });
  return { frame: { rows, fields, columns }, verdicts: notes.verdicts, violations: notes.violations };
}

interface Found {
  readonly at: number;
  readonly column: Column;
  readonly type: FeatureType;
  /** Keys to follow within the JSON that the texts of the column are. */
  readonly within: readonly string[];
}

interface Source extends Found {
  readonly rows: number;
  readonly notes: RowNotes;
}

function findSource(frame: Frame, { name, path }: ContractFeature): Found | undefined {
  const keys = parsePointer(path) ?? [name];
  const at = [keys.join('.'), formatPointer(keys), name]
    .map((candidate) => frame.fields.findIndex((field) => field.name === candidate))
    .find((index) => index >= 0);
  if (at !== undefined) return found(frame, at, []);
  const outer = frame.fields.findIndex((field) => field.name === keys[0]);
  if (keys.length < 2 || outer < 0 || frame.columns[outer]?.kind !== 'text') return undefined;
  return found(frame, outer, keys.slice(1));
}

function found(frame: Frame, at: number, within: readonly string[]): Found {
  return { at, column: frame.columns[at] as Column, type: (frame.fields[at] as FeatureField).type, within };
}

function absentColumn(feature: ContractFeature, field: FeatureField, rows: number, notes: RowNotes): Column {
  const judged = judgeCoerced(feature, undefined, { kind: 'absent', converted: false });
  if (judged !== undefined) {
    const single = [judged.violation];
    for (let row = 0; row < rows; row++) notes.add(row, judged.verdict, single);
  }
  return newColumn(field, rows);
}

/** What a value means for its row, made once for each distinct text or reason. */
interface Meaning {
  readonly coerced: Coerced;
  readonly verdict: Verdict;
  readonly violations: readonly Violation[] | undefined;
}

function meaningOf(feature: ContractFeature, raw: unknown, coerced = coerceFeature(raw, feature)): Meaning {
  const judged = judgeCoerced(feature, raw, coerced);
  return {
    coerced,
    verdict: judged?.verdict ?? Verdict.VALID,
    violations: judged === undefined ? undefined : [judged.violation],
  };
}

function fromTexts(feature: ContractFeature, source: Source, column: TextColumn): Column {
  const { rows, notes, within } = source;
  const { codes, dictionary, validity } = column;
  const meanings: (Meaning | undefined)[] = [];
  const absent = meaningOf(feature, null);
  const out = newColumn(feature, rows, feature.type === 'string' && within.length === 0 ? dictionary : undefined);
  for (let row = 0; row < rows; row++) {
    let meaning = absent;
    if (isPresent(validity, row)) {
      const code = codes[row] as number;
      meaning = meanings[code] ??= meaningOf(feature, valueWithin(dictionary.values[code] as string, within));
    }
    if (meaning.violations !== undefined) notes.add(row, meaning.verdict, meaning.violations);
    if (meaning.coerced.kind !== 'value') continue;
    if (out.kind === 'number') out.values[row] = meaning.coerced.value as number;
    else if (out.kind === 'text' && within.length === 0) out.codes[row] = codes[row] as number;
    else if (out.kind === 'text') out.codes[row] = encode(out.dictionary, meaning.coerced.value as string);
    setPresent(out.validity, row);
  }
  return out;
}

/** Lists where the feature is no vector: each is a violation, or whatever the contract makes of it. */
function fromForeign(feature: ContractFeature, { rows, notes }: Source, column: Column, out: Column): Column {
  for (let row = 0; row < rows; row++) {
    const { verdict, violations } = meaningOf(feature, valueAt(column, row));
    if (violations !== undefined) notes.add(row, verdict, violations);
  }
  return out;
}

function valueWithin(text: string, keys: readonly string[]): unknown {
  if (keys.length === 0) return text;
  try {
    let value: unknown = JSON.parse(text);
    for (const key of keys) {
      if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
      value = (value as Readonly<Record<string, unknown>>)[key];
    }
    return value;
  } catch {
    return undefined;
  }
}

function fromNumbers(feature: ContractFeature, source: Source, column: NumberColumn): Column {
  const { rows, notes, type } = source;
  const { values, validity } = column;
  const out = newColumn(feature, rows);
  const absent = meaningOf(feature, null);
  // The reason is the same for equal values, and often for all of them.
  const found = violationsByValue((value: number) => meaningOfNumber(feature, value, type).violations ?? []);
  const accepts = acceptorOf(feature.type, type);
  for (let row = 0; row < rows; row++) {
    if (!isPresent(validity, row)) {
      if (absent.violations !== undefined) notes.add(row, absent.verdict, absent.violations);
      continue;
    }
    const value = values[row] as number;
    const accepted = accepts(value);
    if (accepted !== undefined && out.kind === 'number') {
      out.values[row] = accepted;
      setPresent(out.validity, row);
      continue;
    }
    const meaning = meaningOfNumber(feature, value, type);
    if (meaning.violations !== undefined) notes.add(row, meaning.verdict, found(value));
    if (meaning.coerced.kind === 'value' && out.kind === 'number') {
      out.values[row] = meaning.coerced.value as number;
      setPresent(out.validity, row);
    }
  }
  return out;
}

/** The value where there is nothing to say of it, by the feature's and the column's type. */
function acceptorOf(type: FeatureType, columnType: FeatureType): (value: number) => number | undefined {
  const asIs = (test: (value: number) => boolean) => (value: number) => (test(value) ? value : undefined);
  const isNumeric = columnType === 'number' || columnType === 'integer';
  if (type === 'number' && isNumeric) return asIs(Number.isFinite);
  if (type === 'integer' && isNumeric) return asIs(Number.isSafeInteger);
  if (type === 'boolean' && columnType === 'boolean') return asIs((value) => value === 0 || value === 1);
  if (type === 'timestamp' && columnType === 'timestamp') return asIs(Number.isFinite);
  if (type === 'timestamp' && isNumeric) return parseTimestampMs;
  return () => undefined;
}

function meaningOfNumber(feature: ContractFeature, value: number, columnType: FeatureType): Meaning {
  if (!Number.isFinite(value)) {
    return meaningOf(feature, value, { kind: 'unusable', code: ViolationCode.NOT_FINITE });
  }
  if (columnType === 'boolean') return meaningOf(feature, value !== 0);
  // A moment is no number and no text: it was written as a date.
  if (columnType === 'timestamp') {
    const raw = parseTimestampMs(value) === value ? new Date(value).toISOString() : value;
    return meaningOf(feature, raw, { kind: 'unusable', code: ViolationCode.TYPE_MISMATCH });
  }
  return meaningOf(feature, value);
}
