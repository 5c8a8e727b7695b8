import { type Column, isPresent, type NumberColumn, setPresent, type TextColumn } from '../common/columns.ts';
import type { FeatureField } from '../common/feature.ts';
import { Verdict } from '../common/verdict.ts';
import { type Violation, ViolationCode } from '../common/violation.ts';
import type { CheckedRows } from './compile.ts';
import type { Contract, ContractFeature, DeriveKind, Otherwise } from './contract.ts';
import { compileRule } from './rule.ts';

export interface BuiltRows {
  readonly rows: number;
  /** Larger than `rows`. */
  readonly columns: readonly Column[];
  readonly verdicts: Uint8Array;
}

export type ColumnCheck = (built: BuiltRows) => CheckedRows;

/** Notes a violation of a row; the verdict only gets worse. */
type Note = (row: number, otherwise: Otherwise, violation: Violation) => void;

/** Derived features, ranges, domains, texts and rules, a column at a time. */
export function checkColumns(contract: Contract, fields: readonly FeatureField[]): ColumnCheck {
  const indexOf = new Map(fields.map(({ name }, at) => [name, at]));
  const rules = contract.rules.map((rule) => ({ rule, holds: compileRule(rule.require, fields) }));
  const domains = contract.features.map(({ domain }) => domain && createDomainTest(domain.values));
  const patterns = contract.features.map(({ pattern }) =>
    pattern === undefined ? undefined : new RegExp(pattern, 'u'),
  );
  return ({ rows, columns, verdicts }) => {
    const violations = new Map<number, Violation[]>();
    const note: Note = (row, otherwise, violation) => {
      const list = violations.get(row);
      if (list === undefined) violations.set(row, [violation]);
      else list.push(violation);
      const said = otherwise === 'reject' ? Verdict.REJECTED : Verdict.FLAGGED;
      if (said > (verdicts[row] as number)) verdicts[row] = said;
    };
    contract.features.forEach((feature, at) => {
      const column = columns[at] as Column;
      if (feature.derive !== undefined && column.kind === 'number') {
        derive(feature.derive.kind, columns[indexOf.get(feature.derive.from) as number] as NumberColumn, column, rows);
      }
      if (column.kind === 'number') checkNumbers(feature, column, rows, note);
      else checkTexts(feature, column, rows, domains[at], patterns[at], note);
    });
    for (const { rule, holds } of rules) {
      const test = holds(columns);
      for (let row = 0; row < rows; row++) {
        if (!test(row))
          note(row, rule.otherwise, {
            code: ViolationCode.RULE,
            path: '',
            message: `the rule ${rule.name} does not hold: ${rule.require}`,
          });
      }
    }
    return { frame: { rows, fields, columns }, verdicts: verdicts.subarray(0, rows), violations };
  };
}

const hourMs = 3_600_000;
const dayMs = 86_400_000;

function derive(kind: DeriveKind, from: NumberColumn, to: NumberColumn, rows: number): void {
  for (let row = 0; row < rows; row++) {
    if (!isPresent(from.validity, row)) continue;
    const timeMs = from.values[row] as number;
    const day = Math.floor(timeMs / dayMs);
    // 1970-01-01 was a Thursday.
    to.values[row] = kind === 'hourOf' ? Math.floor((timeMs - day * dayMs) / hourMs) : (((day + 3) % 7) + 7) % 7;
    setPresent(to.validity, row);
  }
}

function checkNumbers(feature: ContractFeature, column: NumberColumn, rows: number, note: Note): void {
  const { min, max, domain, path } = feature;
  if (min !== undefined || max !== undefined) {
    const least = min ?? Number.NEGATIVE_INFINITY;
    const most = max ?? Number.POSITIVE_INFINITY;
    for (let row = 0; row < rows; row++) {
      const value = column.values[row] as number;
      if ((value < least || value > most) && isPresent(column.validity, row)) {
        const message = `expected a value from ${min ?? '-inf'} to ${max ?? 'inf'}, found ${value}`;
        note(row, feature.otherwise, { code: ViolationCode.OUT_OF_RANGE, path, message, value: String(value) });
      }
    }
  }
  if (domain === undefined) return;
  const allowed = new Set(domain.values.map(Number));
  for (let row = 0; row < rows; row++) {
    const value = column.values[row] as number;
    if (!isPresent(column.validity, row) || allowed.has(value)) continue;
    note(row, domain.otherwise, notInDomain(path, String(value)));
  }
}

/** Whether a code's text is in the domain: one look-up a distinct text, kept while batches share the dictionary. */
function createDomainTest(values: readonly string[]) {
  const allowed = new Set(values);
  let known: { readonly dictionary: TextColumn['dictionary']; readonly allowed: boolean[] } | undefined;
  return ({ dictionary }: TextColumn): readonly boolean[] => {
    if (known?.dictionary !== dictionary) known = { dictionary, allowed: [] };
    for (let code = known.allowed.length; code < dictionary.values.length; code++) {
      known.allowed.push(allowed.has(dictionary.values[code] as string));
    }
    return known.allowed;
  };
}

function checkTexts(
  feature: ContractFeature,
  column: TextColumn,
  rows: number,
  domain: ReturnType<typeof createDomainTest> | undefined,
  pattern: RegExp | undefined,
  note: Note,
): void {
  const { path, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = feature;
  const { values } = column.dictionary;
  if (domain !== undefined) {
    const allowed = domain(column);
    const otherwise = feature.domain?.otherwise ?? 'flag';
    for (let row = 0; row < rows; row++) {
      const code = column.codes[row] as number;
      if (!allowed[code] && isPresent(column.validity, row))
        note(row, otherwise, notInDomain(path, values[code] as string));
    }
  }
  if (minLength === 0 && maxLength === Number.POSITIVE_INFINITY && pattern === undefined) return;
  const fits = new Map<number, boolean>();
  for (let row = 0; row < rows; row++) {
    if (!isPresent(column.validity, row)) continue;
    const code = column.codes[row] as number;
    let good = fits.get(code);
    if (good === undefined) {
      const text = values[code] as string;
      good = text.length >= minLength && text.length <= maxLength && (pattern === undefined || matches(pattern, text));
      fits.set(code, good);
    }
    if (good) continue;
    const message = `expected ${minLength} to ${maxLength} characters${pattern === undefined ? '' : ` that match ${pattern.source}`}`;
    note(row, feature.otherwise, {
      code: ViolationCode.BAD_TEXT,
      path,
      message,
      value: (values[code] as string).slice(0, 200),
    });
  }
}

/** Longer texts are not tried: a careless pattern may need time that is exponential in their length. */
const patternMaxLength = 1024;

function matches(pattern: RegExp, text: string): boolean {
  return text.length <= patternMaxLength && pattern.test(text);
}

function notInDomain(path: string, value: string): Violation {
  const message = 'expected a value of the domain';
  return { code: ViolationCode.NOT_IN_DOMAIN, path, message, value: value.slice(0, 200) };
}
