import {
  type Column,
  createNumberColumn,
  createTextColumn,
  type Dictionary,
  encode,
  setAbsent,
  setPresent,
} from '../common/columns.ts';
import type { FeatureField } from '../common/feature.ts';
import { compilePointer } from '../common/pointer.ts';
import { parseTimestampMs } from '../common/timestamp.ts';
import { Verdict } from '../common/verdict.ts';
import { type Violation, ViolationCode } from '../common/violation.ts';
import type { ColumnCheck } from './check-columns.ts';
import { coerce } from './coerce.ts';
import type { RowBuilder } from './compile.ts';
import type { Contract, ContractFeature } from './contract.ts';

export interface RowBuilderOptions {
  readonly contract: Contract;
  readonly fields: readonly FeatureField[];
  /** One for each feature of text. */
  readonly dictionaries: readonly (Dictionary | undefined)[];
  readonly capacityRows: number;
  readonly finish: ColumnCheck;
}

/** Puts a raw value into its column; false where the slow path has to look at it. */
type FastStore = (column: Column, row: number, raw: unknown) => boolean;

export function createRowBuilder(options: RowBuilderOptions): RowBuilder {
  const { contract, fields } = options;
  const read = contract.features.map((feature, at) => ({
    at,
    feature,
    get: compilePointer(feature.path),
    store: fastStores[feature.type],
  }));
  const inputs = read.filter(({ feature }) => feature.derive === undefined);
  const knownFields = new Set(contract.features.map(({ path }) => path.split('/')[1]));
  let capacity = options.capacityRows;
  let columns = fields.map((field, at) => newColumn(field, capacity, options.dictionaries[at]));
  let verdicts = new Uint8Array(capacity);
  let rows = 0;

  function grow(): void {
    capacity *= 2;
    columns = columns.map((column, at) =>
      enlarged(column, newColumn(fields[at] as FeatureField, capacity, options.dictionaries[at])),
    );
    const old = verdicts;
    verdicts = new Uint8Array(capacity);
    verdicts.set(old);
  }

  return {
    get rows() {
      return rows;
    },
    add(event, out) {
      if (rows === capacity) grow();
      let verdict: Verdict = Verdict.VALID;
      for (let input = 0; input < inputs.length; input++) {
        const { at, feature, get, store } = inputs[input] as (typeof inputs)[number];
        const raw = get(event);
        const column = columns[at] as Column;
        if (store(column, rows, raw)) {
          setPresent(column.validity, rows);
          continue;
        }
        // A rejected event before may have left its mark at this row.
        setAbsent(column.validity, rows);
        const said = storeSlowly(column, rows, raw, feature, out);
        if (said > verdict) verdict = said;
      }
      if (contract.unknownFields !== 'ignore') {
        const said = checkUnknown(event, knownFields, contract.unknownFields === 'reject', out);
        if (said > verdict) verdict = said;
      }
      if (verdict !== Verdict.REJECTED) verdicts[rows++] = verdict;
      return verdict;
    },
    finish: () => options.finish({ rows, columns, verdicts }),
  };
}

const fastStores: Readonly<Record<FeatureField['type'], FastStore>> = {
  number: (column, row, raw) => {
    if (typeof raw !== 'number' || !Number.isFinite(raw) || column.kind !== 'number') return false;
    column.values[row] = raw;
    return true;
  },
  integer: (column, row, raw) => {
    if (typeof raw !== 'number' || !Number.isSafeInteger(raw) || column.kind !== 'number') return false;
    column.values[row] = raw;
    return true;
  },
  boolean: (column, row, raw) => {
    if (typeof raw !== 'boolean' || column.kind !== 'number') return false;
    column.values[row] = raw ? 1 : 0;
    return true;
  },
  timestamp: (column, row, raw) => {
    if (typeof raw !== 'string' || column.kind !== 'number') return false;
    const timeMs = parseTimestampMs(raw);
    if (timeMs === undefined) return false;
    column.values[row] = timeMs;
    return true;
  },
  string: (column, row, raw) => {
    if (typeof raw !== 'string' || raw === '' || column.kind !== 'text') return false;
    column.codes[row] = encode(column.dictionary, raw);
    return true;
  },
};

function storeSlowly(column: Column, row: number, raw: unknown, feature: ContractFeature, out: Violation[]): Verdict {
  const coerced = coerce(raw, feature.type);
  const { path } = feature;
  if (coerced.kind === 'absent') {
    if (!feature.required) return Verdict.VALID;
    out.push({ code: ViolationCode.MISSING, path, message: `expected ${describe(feature)}, found ${found(raw)}` });
    return Verdict.REJECTED;
  }
  if (coerced.kind === 'unusable') {
    out.push({
      code: coerced.code,
      path,
      message: `expected ${describe(feature)}, found ${found(raw)}`,
      value: shown(raw),
    });
    return feature.onTypeMismatch === 'flag' ? Verdict.FLAGGED : Verdict.REJECTED;
  }
  if (column.kind === 'number') column.values[row] = coerced.value as number;
  else column.codes[row] = encode(column.dictionary, coerced.value as string);
  setPresent(column.validity, row);
  if (!coerced.converted) return Verdict.VALID;
  out.push({
    code: ViolationCode.COERCED,
    path,
    message: `${found(raw)} was read as ${describe(feature)}`,
    value: shown(raw),
  });
  return Verdict.COERCED;
}

function checkUnknown(
  event: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string | undefined>,
  rejects: boolean,
  out: Violation[],
): Verdict {
  let verdict: Verdict = Verdict.VALID;
  for (const key of Object.keys(event)) {
    if (known.has(key)) continue;
    out.push({ code: ViolationCode.UNKNOWN_FIELD, path: `/${key}`, message: 'the contract knows no such field' });
    verdict = rejects ? Verdict.REJECTED : Verdict.FLAGGED;
  }
  return verdict;
}

function describe({ type }: ContractFeature): string {
  return type === 'integer' ? 'an integer' : `a ${type}`;
}

function found(raw: unknown): string {
  if (raw === undefined) return 'nothing';
  if (raw === null) return 'null';
  if (raw === '') return 'an empty text';
  return Array.isArray(raw) ? 'an array' : typeof raw === 'object' ? 'an object' : `the ${typeof raw} ${shown(raw)}`;
}

/** As JSON, cut to 200 characters. */
export function shown(raw: unknown): string {
  const text = typeof raw === 'string' ? raw : (JSON.stringify(raw) ?? String(raw));
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

function newColumn({ type }: FeatureField, capacity: number, dictionary: Dictionary | undefined): Column {
  return type === 'string' ? createTextColumn(capacity, dictionary) : createNumberColumn(capacity);
}

function enlarged(old: Column, fresh: Column): Column {
  fresh.validity.set(old.validity);
  if (old.kind === 'text' && fresh.kind === 'text') fresh.codes.set(old.codes);
  if (old.kind === 'number' && fresh.kind === 'number') fresh.values.set(old.values);
  return fresh;
}
