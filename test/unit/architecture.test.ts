import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../../common/error.ts';
import { ViolationCode } from '../../common/violation.ts';

/** The rules of the house that neither the compiler nor the linter can see whole. */

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
/** What is in the repository or about to be: not what .gitignore names. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  .toString()
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const folderOf = (file: string) => file.split('/')[0] as string;
const code = files.filter((file) => /\.(ts|tsx|mts|mjs|js)$/.test(file));

const pure = ['common', 'config', 'validators', 'drift'];
const everything = [...pure, 'consumers', 'serving', 'store', 'actions', 'dashboards', 'cli'];

/** Which folders a folder may import, besides itself. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  common: [],
  config: ['common'],
  validators: ['common'],
  drift: ['common'],
  consumers: pure,
  serving: pure,
  store: pure,
  actions: pure,
  dashboards: pure,
  // Of scripts/ the broker for development alone, which imports common/ and nothing else.
  cli: [...everything, 'scripts'],
  examples: [...everything, 'scripts'],
  bench: [...everything, 'scripts', 'examples', 'test'],
  scripts: [...everything, 'examples', 'bench', 'test'],
  test: [...everything, 'scripts', 'examples', 'bench'],
};

/** Every `from '...'`, `import '...'` and `import('...')` of a file that is relative, as paths in the repository. */
function importsOf(file: string): string[] {
  const found = read(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g);
  return [...found].map(([, path]) => normalize(join(dirname(file), path as string)));
}

describe('the house', () => {
  it('has these rooms and no others', () => {
    const rooms = new Set(files.filter((file) => file.includes('/')).map(folderOf));
    const known = [...Object.keys(arrows), '.ci', '.github', '.vscode', 'docs', 'deploy'];
    expect([...rooms].filter((room) => !known.includes(room))).toEqual([]);
  });

  it('has its arrows: adapters do not import each other, the pure parts import common only', () => {
    const wrong: string[] = [];
    for (const file of code) {
      const from = folderOf(file);
      if (!file.includes('/')) continue;
      for (const path of importsOf(file)) {
        const to = folderOf(path);
        if (to !== from && path.includes('/') && !arrows[from]?.includes(to)) wrong.push(`${file} imports ${path}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('has no file above 350 lines', () => {
    const long = code
      .filter((file) => folderOf(file) !== 'test')
      .map((file) => ({ file, lines: read(file).split('\n').length - 1 }))
      .filter(({ lines }) => lines > 350);
    expect(long).toEqual([]);
  });

  it('names files in kebab-case', () => {
    const odd = code.filter(
      (file) =>
        !/^[a-z0-9]+(-[a-z0-9]+)*(\.(property|browser))?(\.(test|config|d))?\.(ts|tsx|mts|mjs|js)$/.test(
          file.split('/').at(-1) as string,
        ),
    );
    expect(odd).toEqual([]);
  });

  it('leaves nothing undone, no test out and no type unchecked', () => {
    const undone = new RegExp(['TO', 'DO|FIX', 'ME'].join(''));
    const out = new RegExp(['\\b(it|test|describe)\\.(sk', 'ip|on', 'ly|to', 'do|fails)\\b'].join(''));
    const unchecked = new RegExp(['@ts-(ig', 'nore|no', 'check|expect-error)'].join(''));
    const wrong = code.flatMap((file) =>
      read(file)
        .split('\n')
        .flatMap((line, at) => {
          const text = line.replace(/\/\/.*$/, '');
          return undone.test(line) || out.test(text) || unchecked.test(line)
            ? [`${file}:${at + 1}: ${line.trim()}`]
            : [];
        }),
    );
    expect(wrong).toEqual([]);
  });

  it('reads the environment and the arguments in cli only', () => {
    const wrong = code.filter(
      (file) =>
        !['cli', 'scripts', 'test', 'bench', 'examples'].includes(folderOf(file)) &&
        file.includes('/') &&
        /\bprocess\.(env|argv)\b/.test(read(file)),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps clocks and chance out of the pure parts', () => {
    const wrong = code.filter(
      (file) =>
        ['validators', 'drift'].includes(folderOf(file)) &&
        /\bMath\.random\(|\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|from 'node:(fs|net|http|child_process)/.test(
          read(file),
        ),
    );
    expect(wrong).toEqual([]);
  });
});

describe('docs/errors.md', () => {
  const sections = new Map(
    [...read('docs/errors.md').matchAll(/^### `([^`]+)`\n+([\s\S]*?)(?=^##|(?![\s\S]))/gm)].map(([, name, body]) => [
      name as string,
      body as string,
    ]),
  );
  /** Problems of HTTP requests are written out where they are answered; those of {@link ErrorCode} are the same errors. */
  const problems = code
    .filter((file) => file.startsWith('serving/http/'))
    .flatMap((file) => [...read(file).matchAll(/\bcode: '([A-Z_]+)'/g)].map(([, name]) => name as string));
  const codes = [...new Set([...Object.values(ErrorCode), ...Object.values(ViolationCode), ...problems])] as string[];

  it('has every code, and no code that is gone', () => {
    expect([...sections.keys()].sort()).toEqual([...codes].sort());
  });

  it.each(codes)('says of %s what causes it and what cures it', (name) => {
    expect(sections.get(name)).toMatch(/^\*\*Cause\.\*\* \S/m);
    expect(sections.get(name)).toMatch(/^\*\*Cure\.\*\* \S/m);
  });
});
