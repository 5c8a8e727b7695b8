import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { z } from 'zod';
import { ErrorCode, TidemarkError } from './error.ts';
import { describeIssues } from './zod-issues.ts';

/** Something wrong in a file, where it is. Lines and columns count from 1. */
export interface FileProblem {
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly reason: string;
}

/** A YAML file that keeps the place of every value, so that errors can name it. */
export interface YamlFile {
  /** As plain objects; made anew at each call. */
  readonly value: unknown;
  readonly document: Document.Parsed;
  /** The place of a value, or of the nearest one above it that exists; with `key`, of the key it stands under. */
  locate(path: readonly PropertyKey[], key?: boolean): { readonly line: number; readonly column: number };
}

export interface YamlOptions {
  readonly code: typeof ErrorCode.CONFIG_INVALID | typeof ErrorCode.CONTRACT_INVALID;
  /** Changes scalars before anything is read from the document, and says what is wrong with them. */
  readonly prepare?: (document: Document.Parsed, say: (node: Node, reason: string) => void) => void;
}

const charactersMax = 16 * 1024 * 1024;
/** Small files whose aliases unfold to millions of values are refused. */
const aliasCountMax = 100;

/**
 * Parses YAML 1.2 (core schema). Duplicate keys, several documents, unknown tags, alias bombs and an empty file are problems.
 * @throws TidemarkError with all problems found, each with its line
 */
export function readYaml(text: string, place: string, { code, prepare }: YamlOptions): YamlFile {
  const refuse = (reason: string): TidemarkError =>
    problemsError([{ line: 1, column: 1, path: '', reason }], place, code);
  if (text.length > charactersMax) throw refuse(`the file has more than ${charactersMax} characters`);
  const counter = new LineCounter();
  const placeAt = (offset: number) => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { lineCounter: counter, uniqueKeys: true, prettyErrors: false, version: '1.2' });
  } catch {
    // Thousands of levels exhaust the parser's stack.
    throw refuse('the file is nested too deeply');
  }
  const problems = faultsOf(document).map(({ pos, message }): FileProblem => {
    const at = placeAt(pos[0]);
    // The usual reason for it: braces open a map there.
    const hint = lineOf(text, at.line).includes('${')
      ? `; a text with \${...} stands in quotes within { } and [ ]`
      : '';
    return { ...at, path: '', reason: `${plain(message)}${hint}` };
  });
  if (problems.length > 0) throw problemsError(problems, place, code);
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) throw refuse('the file is empty');
  if (!isMap(contents)) throw refuse('expected keys and values, as in `key: value`');
  const say = (node: Node, reason: string): void => {
    problems.push({ ...placeAt(node.range?.[0] ?? 0), path: '', reason });
  };
  visit(document, {
    Pair(_, { key }) {
      // Objects made of it would lose it without a word.
      if (isScalar(key) && key.value === '__proto__') say(key, '__proto__ cannot be a key');
    },
  });
  prepare?.(document, say);
  if (problems.length > 0) throw problemsError(problems, place, code);
  const toValue = (): unknown => document.toJS({ maxAliasCount: aliasCountMax });
  try {
    toValue();
  } catch {
    throw refuse('the aliases of the file unfold to too much');
  }
  return {
    get value() {
      return toValue();
    },
    document,
    locate: (path, key = false) => placeAt(offsetOf(document, path, key)),
  };
}

/** Checks a file against a schema; throws with every problem and its line. */
export function checkYaml<Schema extends z.ZodType>(
  file: YamlFile,
  schema: Schema,
  place: string,
  code: YamlOptions['code'],
): z.output<Schema> {
  const result = schema.safeParse(file.value);
  if (result.success) return result.data;
  const problems = describeIssues(result.error.issues, schema).map(({ path, key, reason }): FileProblem => {
    const absent = !key && path.length > 0 && !file.document.hasIn(path);
    const why = absent ? `the key is missing; ${reason}` : reason;
    return { ...file.locate(path, key), path: formatPath(path), reason: why };
  });
  throw problemsError(problems, place, code);
}

/** One error for all problems, in the order of the file. */
export function problemsError(
  problems: readonly FileProblem[],
  place: string,
  code: YamlOptions['code'],
): TidemarkError {
  const lines = problems
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map(({ line, column, path, reason }) => ({
      at: `${place}:${line}:${column}`,
      text: `${path === '' ? '' : `${path}: `}${reason}`,
    }));
  const [first] = lines as [{ at: string; text: string }];
  const cure =
    code === ErrorCode.CONTRACT_INVALID
      ? 'Mend the contract where it says; docs/contracts.md explains every key.'
      : 'Mend the file where it says; docs/configuration.md explains every key.';
  if (lines.length === 1) return new TidemarkError(code, first.text, { place: first.at, cure });
  const message = `${lines.length} problems\n${lines.map(({ at, text }) => `  ${at}: ${text}`).join('\n')}`;
  return new TidemarkError(code, message, { place, cure });
}

/** `actions[0].when` */
export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at === 0 ? '' : '.'}${String(key)}`))
    .join('');
}

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[], wantsKey: boolean): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, key] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair === undefined) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      if (wantsKey && depth === path.length - 1) return offset;
      node = pair.value as Node | null;
    } else if (isSeq(node)) node = (node.items[Number(key)] as Node | undefined) ?? null;
    else return offset;
    offset = node?.range?.[0] ?? offset;
  }
  return offset;
}

/** What the parser has to say; after the first error of syntax the others are only its consequences. */
function faultsOf(document: Document.Parsed): readonly YAMLError[] {
  const all = [...document.errors, ...document.warnings];
  const syntax = all.find(({ code }) => code !== 'DUPLICATE_KEY' && code !== 'TAG_RESOLVE_FAILED');
  return syntax === undefined ? all : [syntax];
}

function lineOf(text: string, line: number): string {
  return text.split('\n')[line - 1] ?? '';
}

function plain(message: string): string {
  if (message === 'Map keys must be unique') return 'the key stands twice';
  if (message.startsWith('Maximum call stack')) return 'the file is nested too deeply';
  const [line = ''] = message.split('\n');
  return line.charAt(0).toLowerCase() + line.slice(1);
}
