import type { z } from 'zod';
import { suggestion } from './nearest.ts';

export interface DescribedIssue {
  readonly path: readonly PropertyKey[];
  /** The key is meant, not the value under it. */
  readonly key: boolean;
  readonly reason: string;
}

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodType;

/** What a schema has against a value, in words: unknown keys with the nearest known one, unions by the branch that was meant. */
export function describeIssues(issues: readonly Issue[], schema: Schema): DescribedIssue[] {
  return issues.flatMap((issue) => describe(issue, [], schema));
}

function describe(issue: Issue, prefix: readonly PropertyKey[], schema: Schema): DescribedIssue[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => {
      const near = suggestion(key, known);
      const reason = `there is no such key${near === '' && known.length > 0 ? `; known are ${known.join(', ')}` : near}`;
      return { path: [...path, key], key: true, reason };
    });
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const unknown = (branch: readonly Issue[]) => branch.filter(({ code }) => code === 'unrecognized_keys').length;
    const reach = (branch: readonly Issue[]) => Math.max(...branch.map(({ path: inner }) => inner.length));
    // The branch that got furthest, or knows most of the keys, is the one that was meant.
    const [meant] = [...issue.errors].sort((a, b) => reach(b) - reach(a) || unknown(a) - unknown(b));
    if (meant !== undefined && reach(meant) > 0) return meant.flatMap((inner) => describe(inner, path, schema));
    const wanted = issue.errors.map(([first]) => (first === undefined ? '' : reasonOf(first)));
    return [{ path, key: false, reason: [...new Set(wanted)].join(', or ') }];
  }
  if (issue.code === 'invalid_key') {
    return [{ path, key: true, reason: issue.issues[0]?.message ?? 'the key cannot be used here' }];
  }
  return [{ path, key: false, reason: reasonOf(issue) }];
}

function reasonOf(issue: Issue): string {
  const message = issue.message.replace(/^Invalid (input|option): /, '');
  const text = message
    .replace(/, received undefined$/, '')
    .replace(', received ', ', found ')
    .replaceAll('"|"', '", "');
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** The keys that an object of the schema has at a path. */
function keysAt(schema: Schema, path: readonly PropertyKey[]): string[] {
  let candidates = unwrap(schema);
  for (const key of path) candidates = candidates.flatMap((candidate) => childOf(candidate, key)).flatMap(unwrap);
  return [...new Set(candidates.flatMap((candidate) => Object.keys(definitionOf(candidate).shape ?? {})))];
}

interface Definition {
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly valueType?: Schema;
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly options?: readonly Schema[];
}

function definitionOf(schema: Schema): Definition {
  return schema._zod.def as Definition;
}

/** Without defaults, options and transforms; a union as its branches. */
function unwrap(schema: Schema): Schema[] {
  const { innerType, in: input, options } = definitionOf(schema);
  if (innerType !== undefined) return unwrap(innerType);
  if (input !== undefined) return unwrap(input);
  return options === undefined ? [schema] : options.flatMap(unwrap);
}

function childOf(schema: Schema, key: PropertyKey): Schema[] {
  const { shape, element, valueType } = definitionOf(schema);
  const child = shape !== undefined && Object.hasOwn(shape, key) ? shape[String(key)] : (element ?? valueType);
  return child === undefined ? [] : [child];
}
