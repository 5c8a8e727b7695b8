import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type ErrorCode, TidemarkError } from './error.ts';

/** Something wrong in a file, where it is. Lines and columns count from 1. */
export interface FileProblem {
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly reason: string;
}

/** A YAML file that keeps the place of every value, so that errors can name it. */
export interface YamlFile {
  readonly value: unknown;
  /** The place of a value, or of the nearest one above it that exists. */
  locate(path: readonly PropertyKey[]): { readonly line: number; readonly column: number };
}

export interface YamlOptions {
  readonly code: typeof ErrorCode.CONFIG_INVALID | typeof ErrorCode.CONTRACT_INVALID;
  /** Puts the values of `${NAME}` and `${NAME:-default}` into texts; undefined leaves them as they are. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

const variable = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** Parses YAML 1.2. Throws with all problems found, each with its line. */
export function readYaml(text: string, place: string, options: YamlOptions): YamlFile {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true, prettyErrors: false });
  const problemAt = (offset: number, path: string, reason: string): FileProblem => {
    const { line, col } = counter.linePos(offset);
    return { line, column: col, path, reason };
  };
  const problems = document.errors.map((error) => problemAt(error.pos[0], '', error.message));
  if (problems.length === 0 && document.contents === null) problems.push(problemAt(0, '', 'the file is empty'));
  if (problems.length === 0 && options.environment !== undefined) {
    const { environment } = options;
    visitTexts(document.contents as Node, (scalar) => {
      scalar.value = scalar.value.replace(variable, (_, name: string, fallback: string | undefined) => {
        const value = environment[name] ?? fallback;
        if (value === undefined) {
          const reason = `the environment variable ${name} is not set and has no default (write \${${name}:-default})`;
          problems.push(problemAt(scalar.range?.[0] ?? 0, '', reason));
        }
        return value ?? '';
      });
    });
  }
  if (problems.length > 0) throw problemsError(problems, place, options.code);
  let value: unknown;
  try {
    // A small file whose aliases unfold to millions of values is refused here.
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw problemsError(
      [problemAt(0, '', error instanceof Error ? error.message : String(error))],
      place,
      options.code,
    );
  }
  return {
    value,
    locate(path) {
      let node: unknown = document.contents;
      let offset = (document.contents as Node | null)?.range?.[0] ?? 0;
      for (const key of path) {
        if (isMap(node)) {
          const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
          if (pair === undefined) break;
          offset = (pair.key as Node).range?.[0] ?? offset;
          node = pair.value;
        } else {
          const inner: unknown = (node as { items?: unknown[] } | null)?.items?.[Number(key)];
          if (inner === undefined) break;
          node = inner;
          offset = (inner as Node).range?.[0] ?? offset;
        }
      }
      const { line, col } = counter.linePos(offset);
      return { line, column: col };
    },
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
  const problems = result.error.issues.flatMap((issue) => flatten(issue, file));
  throw problemsError(problems, place, code);
}

type Issue = z.core.$ZodIssue;

function flatten(issue: Issue, file: YamlFile): FileProblem[] {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const at = file.locate([...issue.path, key]);
      return { ...at, path: [...issue.path, key].join('.'), reason: 'there is no such key' };
    });
  }
  return [{ ...file.locate(issue.path), path, reason: issue.message }];
}

export function problemsError(
  problems: readonly FileProblem[],
  place: string,
  code: YamlOptions['code'],
): TidemarkError {
  const lines = problems
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map(({ line, column, path, reason }) => `${place}:${line}:${column}: ${path === '' ? '' : `${path}: `}${reason}`);
  const [first] = lines;
  const message =
    lines.length === 1
      ? (first as string).slice(place.length + 1)
      : `${lines.length} problems\n  ${lines.join('\n  ')}\n`;
  return new TidemarkError(code, message, { place, cure: 'Mend the lines named and try again' });
}

function visitTexts(node: Node | null, visit: (scalar: { value: string; range?: Node['range'] }) => void): void {
  if (isScalar(node)) {
    if (typeof node.value === 'string') visit(node as { value: string; range?: Node['range'] });
    return;
  }
  const items = (node as { items?: unknown[] } | null)?.items ?? [];
  for (const item of items) {
    const pair = item as { value?: Node | null };
    visitTexts(('value' in pair && !isScalar(item as Node) ? pair.value : item) as Node | null, visit);
  }
}
