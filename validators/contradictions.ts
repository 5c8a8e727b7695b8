import type { Contract, ContractFeature } from './contract.ts';
import { ExpressionError, featuresRead, parseExpression } from './expression.ts';

export interface Contradiction {
  /** Keys that lead to the place in the contract file. */
  readonly path: readonly (string | number)[];
  readonly reason: string;
}

/** What no event could ever meet, or what cannot be meant. */
export function findContradictions(contract: Contract): Contradiction[] {
  const byName = new Map(contract.features.map((feature) => [feature.name, feature]));
  const found = contract.features.flatMap((feature) =>
    contradictionsOf(feature, byName).map(({ path, reason }) => ({
      path: ['features', feature.name, ...path],
      reason,
    })),
  );
  const columns = new Map<string, string>();
  const paths = new Map<string, ContractFeature>();
  for (const feature of contract.features) {
    const column = feature.name.replace(/[^A-Za-z0-9_]/g, '_');
    const other = columns.get(column);
    if (other !== undefined)
      found.push({
        path: ['features', feature.name],
        reason: `the feature ${other} has the same column name f_${column}`,
      });
    columns.set(column, feature.name);
    if (feature.derive !== undefined) continue;
    const twin = paths.get(feature.path);
    if (twin !== undefined) {
      found.push({
        path: ['features', feature.name],
        reason: `${twin.name} reads ${feature.path} already: one value, one feature`,
      });
    }
    paths.set(feature.path, feature);
  }
  contract.rules.forEach(({ require }, at) => {
    const reason = faultOfRule(require, byName);
    if (reason !== undefined) found.push({ path: ['rules', at, 'require'], reason });
  });
  return found;
}

function contradictionsOf(feature: ContractFeature, byName: ReadonlyMap<string, ContractFeature>): Contradiction[] {
  const found: Contradiction[] = [];
  const say = (key: string, reason: string) => found.push({ path: [key], reason });
  const { type, min, max, minLength, maxLength, pattern, domain, derive } = feature;
  const isText = type === 'string';
  if (min !== undefined && max !== undefined && min > max)
    say('min', `min ${min} is greater than max ${max}: no value could fit`);
  if (isText && (min !== undefined || max !== undefined))
    say('min', 'a range is for numbers; a text has minLength and maxLength');
  if (!isText && (minLength !== undefined || maxLength !== undefined || pattern !== undefined)) {
    say(pattern === undefined ? 'minLength' : 'pattern', `length and pattern are for texts; this is ${type}`);
  }
  if (minLength !== undefined && maxLength !== undefined && minLength > maxLength) {
    say('minLength', `minLength ${minLength} is greater than maxLength ${maxLength}: no text could fit`);
  }
  if (pattern !== undefined) {
    try {
      new RegExp(pattern, 'u');
    } catch (error) {
      say('pattern', error instanceof Error ? error.message : String(error));
    }
  }
  if (domain !== undefined) contradictionsOfDomain(feature, domain.values, say);
  if (derive !== undefined) {
    const from = byName.get(derive.from);
    if (from === undefined) say('derive', `there is no feature ${derive.from}`);
    else if (from.type !== 'timestamp')
      say('derive', `${derive.from} is ${from.type}; ${derive.kind} is of a timestamp`);
    else if (from.derive !== undefined) say('derive', `${derive.from} is derived itself`);
    else if (feature.required && !from.required)
      say('required', `${derive.from} may be missing, so ${feature.name} cannot be required`);
    if (type !== 'integer' && type !== 'number') say('type', `${derive.kind} gives an integer`);
  }
  return found;
}

function contradictionsOfDomain(
  feature: ContractFeature,
  values: readonly string[],
  say: (key: string, reason: string) => void,
): void {
  if (values.length === 0) say('domain', 'the domain is empty: no value could fit');
  if (new Set(values).size < values.length) say('domain', 'a value stands twice in the domain');
  if (feature.type === 'timestamp' || feature.type === 'boolean') say('domain', `a ${feature.type} has no domain`);
  if (feature.type !== 'number' && feature.type !== 'integer') return;
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = feature;
  for (const value of values) {
    const number = Number(value);
    if (Number.isNaN(number) || value.trim() === '') say('domain', `"${value}" is no number`);
    else if (number < min || number > max) say('domain', `${value} is outside the range`);
    else if (feature.type === 'integer' && !Number.isInteger(number)) say('domain', `${value} is no integer`);
  }
}

function faultOfRule(source: string, byName: ReadonlyMap<string, ContractFeature>): string | undefined {
  try {
    const { values, presence } = featuresRead(parseExpression(source));
    const unknown = [...values, ...presence].find((name) => !byName.has(name));
    return unknown === undefined ? undefined : `there is no feature ${unknown}; a text stands in quotes`;
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
}
