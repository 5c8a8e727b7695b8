import {
  type Column,
  type Dictionary,
  isPresent,
  type NumberColumn,
  type TextColumn,
  type VectorColumn,
} from '../common/columns.ts';
import type { FeatureField } from '../common/feature.ts';
import { type Violation, ViolationCode } from '../common/violation.ts';
import { checkVectorRange } from './check-vectors.ts';
import type { Contract, ContractFeature } from './contract.ts';
import { derive } from './derive.ts';
import { checkPattern } from './pattern.ts';
import type { RowNotes } from './row-notes.ts';
import { compileRule } from './rule.ts';
import { badText, notInDomain, outOfRange, verdictOf, violationsByValue } from './violations.ts';

export interface CheckedColumns {
  readonly rows: number;
  /** At least `rows` long; those of derived features are filled in here. */
  readonly columns: readonly Column[];
  readonly notes: RowNotes;
}

type Check = (checked: CheckedColumns) => void;

/** Derived features, ranges, domains, texts and rules, a column at a time. */
export function compileColumnChecks(contract: Contract, fields: readonly FeatureField[]): Check {
  const indexOf = new Map(fields.map(({ name }, at) => [name, at]));
  const checks: Check[] = [];
  contract.features.forEach((feature, at) => {
    const { type, derive: derived, min, max, domain, minLength, maxLength, pattern } = feature;
    if (derived !== undefined) {
      const from = indexOf.get(derived.from) as number;
      checks.push(({ columns, rows }) => {
        derive(derived.kind, columns[from] as NumberColumn, columns[at] as NumberColumn, rows);
      });
    }
    if (type === 'string') {
      const limited = minLength !== undefined || maxLength !== undefined || pattern !== undefined;
      if (limited || domain !== undefined) checks.push(textCheck(feature, at));
      return;
    }
    if (min !== undefined || max !== undefined)
      checks.push(type === 'vector' ? vectorRangeCheck(feature, at) : rangeCheck(feature, at));
    if (domain !== undefined) checks.push(numericDomainCheck(feature, domain, at));
  });
  for (const rule of contract.rules) {
    const evaluate = compileRule(rule.require, fields);
    const verdict = verdictOf(rule.otherwise);
    const message = `the rule ${rule.name} does not hold: ${rule.require}`;
    const found = [{ code: ViolationCode.RULE, path: '', message }];
    checks.push(({ columns, rows, notes }) => {
      const held = evaluate(columns, rows);
      for (let row = 0; row < rows; row++) if (held[row] === 0) notes.add(row, verdict, found);
    });
  }
  return (checked) => {
    for (const check of checks) check(checked);
  };
}

function rangeCheck(feature: ContractFeature, at: number): Check {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = feature;
  const verdict = verdictOf(feature.otherwise);
  return ({ columns, rows, notes }) => {
    const { values, validity } = columns[at] as NumberColumn;
    const found = violationsByValue((value: number) => [outOfRange(feature, value)]);
    for (let row = 0; row < rows; row++) {
      const value = values[row] as number;
      if ((value < min || value > max) && isPresent(validity, row)) {
        notes.add(row, verdict, found(value));
      }
    }
  };
}

function vectorRangeCheck(feature: ContractFeature, at: number): Check {
  return (checked) => checkVectorRange(feature, checked.columns[at] as VectorColumn, checked);
}

function numericDomainCheck(
  feature: ContractFeature,
  domain: NonNullable<ContractFeature['domain']>,
  at: number,
): Check {
  const allowed = new Set(domain.values.map(Number));
  const verdict = verdictOf(domain.otherwise);
  return ({ columns, rows, notes }) => {
    const { values, validity } = columns[at] as NumberColumn;
    const found = violationsByValue((value: number) => [notInDomain(feature, String(value))]);
    for (let row = 0; row < rows; row++) {
      const value = values[row] as number;
      if (!allowed.has(value) && isPresent(validity, row)) {
        notes.add(row, verdict, found(value));
      }
    }
  };
}

const fits = 0;
const outsideDomain = 1;
const outsideLimits = 2;

/** What was found out about the texts of a dictionary, which grows. */
interface KnownTexts {
  /** Shape `[capacity]`; only the first `count` are known. */
  faults: Uint8Array;
  count: number;
  readonly violations: (code: number) => readonly Violation[];
}

/** Each distinct text is looked at once, as long as batches share a dictionary. */
function textCheck(feature: ContractFeature, at: number): Check {
  const faultOf = compileTextFaults(feature);
  const verdictOfDomain = verdictOf(feature.domain?.otherwise ?? 'flag');
  const verdictOfLimits = verdictOf(feature.otherwise);
  const verdictOfBoth = feature.domain?.otherwise === 'reject' ? verdictOfDomain : verdictOfLimits;
  const known = new WeakMap<Dictionary, KnownTexts>();

  function describe({ faults }: KnownTexts, { values }: Dictionary, code: number): readonly Violation[] {
    const fault = faults[code] as number;
    const text = values[code] as string;
    return [
      ...((fault & outsideDomain) === 0 ? [] : [notInDomain(feature, text)]),
      ...((fault & outsideLimits) === 0 ? [] : [badText(feature, text)]),
    ];
  }

  function lookAt(dictionary: Dictionary): KnownTexts {
    let texts = known.get(dictionary);
    if (texts === undefined) {
      const faults = new Uint8Array(dictionary.values.length);
      const made: KnownTexts = {
        faults,
        count: 0,
        violations: violationsByValue((code) => describe(made, dictionary, code)),
      };
      texts = made;
      known.set(dictionary, texts);
    }
    const { length } = dictionary.values;
    if (texts.faults.length < length) {
      const grown = new Uint8Array(Math.max(length, 2 * texts.faults.length));
      grown.set(texts.faults);
      texts.faults = grown;
    }
    for (; texts.count < length; texts.count++) {
      texts.faults[texts.count] = faultOf(dictionary.values[texts.count] as string);
    }
    return texts;
  }

  return ({ columns, rows, notes }) => {
    const { codes, dictionary, validity } = columns[at] as TextColumn;
    const { faults, violations } = lookAt(dictionary);
    for (let row = 0; row < rows; row++) {
      const code = codes[row] as number;
      const fault = faults[code] as number;
      if (fault === fits || !isPresent(validity, row)) continue;
      const verdict =
        fault === outsideDomain ? verdictOfDomain : fault === outsideLimits ? verdictOfLimits : verdictOfBoth;
      notes.add(row, verdict, violations(code));
    }
  };
}

function compileTextFaults(feature: ContractFeature): (text: string) => number {
  const { domain, minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = feature;
  const allowed = domain === undefined ? undefined : new Set(domain.values);
  const checked = pattern === undefined ? undefined : checkPattern(pattern);
  if (checked !== undefined && 'reason' in checked) throw new RangeError(`${pattern}: ${checked.reason}`);
  const lengthFits = (text: string): boolean => {
    // Characters are at most as many as UTF-16 units and at least half as many.
    if (text.length < minLength || text.length > 2 * maxLength) return false;
    if (text.length <= maxLength && text.length >= 2 * minLength) return true;
    let characters = 0;
    for (const _ of text) characters++;
    return characters >= minLength && characters <= maxLength;
  };
  return (text) => {
    let fault = fits;
    if (allowed !== undefined && !allowed.has(text)) fault |= outsideDomain;
    const matches = checked === undefined || (text.length <= checked.charactersMax && checked.regex.test(text));
    if (!lengthFits(text) || !matches) fault |= outsideLimits;
    return fault;
  };
}
