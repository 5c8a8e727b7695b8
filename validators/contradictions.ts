import type { FeatureType } from '../common/feature.ts';
import { possibleMeasures } from '../common/measure.ts';
import { suggestion } from '../common/nearest.ts';
import type { Contract, ContractFeature } from './contract.ts';
import { ExpressionError } from './expression.ts';
import { type CheckedPattern, checkPattern } from './pattern.ts';
import { compileRule } from './rule.ts';

export interface Contradiction {
  /** Keys that lead to the place in the contract file. */
  readonly path: readonly (string | number)[];
  readonly reason: string;
}

type Say = (path: readonly (string | number)[], reason: string) => void;

/** What no event could ever meet, or what cannot be meant. */
export function findContradictions(contract: Contract): Contradiction[] {
  const found: Contradiction[] = [];
  const byName = new Map(contract.features.map((feature) => [feature.name, feature]));
  for (const feature of contract.features) {
    const say: Say = (path, reason) => found.push({ path: ['features', feature.name, ...path], reason });
    checkKind(feature, say);
    checkRange(feature, say);
    const pattern = checkLimits(feature, say);
    checkDomain(feature, pattern, say);
    checkDerivation(feature, byName, say);
  }
  const say: Say = (path, reason) => found.push({ path, reason });
  checkNames(contract, say);
  checkRules(contract, say);
  return found;
}

function checkNames({ features }: Contract, say: Say): void {
  const columns = new Map<string, string>();
  const readers = new Map<string, string>();
  const measures = new Map(features.flatMap((feature) => possibleMeasures(feature).map((one) => [one, feature.name])));
  for (const { name, path } of features) {
    const column = name.replace(/[^A-Za-z0-9_]/g, '_');
    const other = columns.get(column);
    if (other !== undefined) say(['features', name], `the feature ${other} has the same column name f_${column}`);
    columns.set(column, name);
    const measured = measures.get(name);
    if (measured !== undefined) say(['features', name], `this is the name of a measure of ${measured}: choose another`);
    const reader = readers.get(path);
    if (reader !== undefined) say(['features', name], `${reader} stands for ${path} already: one value, one feature`);
    readers.set(path, name);
  }
}

function checkRules({ features, rules }: Contract, say: Say): void {
  rules.forEach(({ name, require }, at) => {
    if (rules.findIndex((rule) => rule.name === name) < at) say(['rules', at, 'name'], `a rule ${name} stands above`);
    try {
      compileRule(require, features);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      say(['rules', at, 'require'], error.message);
    }
  });
}

function checkKind({ type, dimension, kind, domain }: ContractFeature, say: Say): void {
  if (type === 'vector' && dimension === undefined) say([], 'a vector needs its dimension');
  if (type !== 'vector' && dimension !== undefined) say(['dimension'], `a dimension is for vectors; this is ${type}`);
  if (kind === undefined) return;
  if (type !== 'string') say(['kind'], `a kind is for strings; this is ${type}`);
  else if (kind !== 'category' && domain !== undefined) say(['kind'], `what has a domain is a category, no ${kind}`);
}

const isNumeric = (type: FeatureType): boolean => type === 'number' || type === 'integer';

function checkRange({ type, min, max }: ContractFeature, say: Say): void {
  if (min === undefined && max === undefined) return;
  const key = [min === undefined ? 'max' : 'min'];
  if (!isNumeric(type) && type !== 'vector') {
    say(
      key,
      `a range is for numbers; this is ${type}${type === 'string' ? ' (minLength and maxLength are for texts)' : ''}`,
    );
    return;
  }
  const [least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY] = [min, max];
  if (least > most) say(key, `min ${min} is greater than max ${max}: no value could fit`);
  else if (type === 'integer' && Math.ceil(least) > Math.floor(most))
    say(key, `there is no integer from ${min} to ${max}`);
}

function checkLimits(feature: ContractFeature, say: Say): CheckedPattern | undefined {
  const { type, minLength, maxLength, pattern } = feature;
  const key = (['minLength', 'maxLength', 'pattern'] as const).find((name) => feature[name] !== undefined);
  if (key === undefined) return undefined;
  if (type !== 'string') {
    say([key], `length and pattern are for texts; this is ${type}`);
    return undefined;
  }
  if (minLength !== undefined && maxLength !== undefined && minLength > maxLength)
    say(['minLength'], `minLength ${minLength} is greater than maxLength ${maxLength}: no text could fit`);
  if (maxLength === 0) say(['maxLength'], 'the empty text is absence, so no text could fit');
  if (pattern === undefined) return undefined;
  const checked = checkPattern(pattern);
  if ('regex' in checked) return checked;
  say(['pattern'], checked.reason);
  return undefined;
}

function checkDomain(feature: ContractFeature, pattern: CheckedPattern | undefined, say: Say): void {
  const { type, domain, min = -Infinity, max = Infinity, minLength = 0, maxLength = Infinity } = feature;
  if (domain === undefined) return;
  if (type === 'timestamp' || type === 'boolean' || type === 'vector') {
    say(['domain'], `a ${type} has no domain`);
    return;
  }
  if (domain.values.length === 0) say(['domain', 'values'], 'the domain is empty: no value could fit');
  const before = new Set<string>();
  domain.values.forEach((value, at) => {
    const fault = (reason: string) => say(['domain', 'values', at], reason);
    if (before.has(value)) fault(`${value} stands twice`);
    before.add(value);
    if (type === 'string') {
      const length = [...value].length;
      if (value === '') fault('the empty text is absence');
      else if (length < minLength || length > maxLength) fault(`${value} is outside minLength and maxLength`);
      else if (pattern !== undefined && !pattern.regex.test(value)) fault(`${value} does not match the pattern`);
      return;
    }
    const number = Number(value);
    if (!Number.isFinite(number) || value.trim() === '') fault(`"${value}" is no number`);
    else if (number < min || number > max) fault(`${value} is outside min and max`);
    else if (type === 'integer' && !Number.isSafeInteger(number)) fault(`${value} is no integer`);
  });
}

function checkDerivation(feature: ContractFeature, byName: ReadonlyMap<string, ContractFeature>, say: Say): void {
  const { name, type, derive, required } = feature;
  if (derive === undefined) return;
  const from = byName.get(derive.from);
  if (from === undefined) {
    say(['derive'], `there is no feature ${derive.from}${suggestion(derive.from, byName.keys())}`);
    return;
  }
  if (from.derive !== undefined) say(['derive'], `${from.name} is derived itself`);
  else if (from.type !== 'timestamp') say(['derive'], `${from.name} is ${from.type}; ${derive.kind} is of a timestamp`);
  const mayBeAbsent = !from.required || from.onMissing === 'flag' || from.onTypeMismatch === 'flag';
  if (required && mayBeAbsent) say(['required'], `${from.name} may be absent, so ${name} cannot be required`);
  if (!isNumeric(type)) say(['type'], `${derive.kind} gives an integer`);
}
