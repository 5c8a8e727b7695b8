import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { cleanUp, tidemark } from './harness.ts';

afterEach(cleanUp);

const flights = fileURLToPath(new URL('../../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url));
const skewBetween = (from: string, to: string) => ['skew', 'a.csv', '--config', 'p.yaml', '--from', from, '--to', to];

test.each<[what: string, args: string[], expected: RegExp]>([
  ['no feature at all', ['drift', 'a.csv', 'b.csv', '--features', ' , '], /--features <names>.*expected one name/],
  ['no column at all', ['infer', 'a.csv', '--exclude', ''], /--exclude <columns>.*expected one name/],
  ['a key that stands twice', ['skew', 'a.csv', 'b.csv', '--key', 'id,id'], /--key <columns>.*id stands twice/],
  ['a stretch of time without time', skewBetween('2026-01-06', '2026-01-05'), /--to is not after --from/],
  [
    'a directory to write to',
    ['infer', flights, '--limit', '100', '--out', '.'],
    /\.: this is a directory\. Name a file/,
  ],
  [
    'a directory that is not',
    ['infer', flights, '--limit', '100', '--out', '/no/c.yaml'],
    /its directory is not there/,
  ],
])('%s is refused with 2, in words', async (_, args, expected) => {
  const { code, stdout, stderr } = await tidemark([...args, '--json']).finished;
  expect([code, stdout]).toEqual([2, expect.stringMatching(/"code":"(CONFIG_INVALID|FILE_UNREADABLE)"/)]);
  expect(stderr).toMatch(expected);
});

test('the version is that of the package', async () => {
  const { code, stdout } = await tidemark(['--version']).finished;
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
});

test('help says of no switch that it is off', async () => {
  const { stdout } = await tidemark(['up', '--help']).finished;
  expect(stdout).toContain('--once');
  expect(stdout).not.toContain('default: false');
  expect(stdout.replace(/\s+/g, ' ')).toContain('(default: "warn")');
});

const commands: readonly (readonly string[])[] = [
  ['up'],
  ['infer'],
  ['check'],
  ['drift'],
  ['models', 'list'],
  ['models', 'promote'],
  ['models', 'rollback'],
  ['incidents'],
  ['jobs'],
  ['config', 'check'],
  ['dashboards'],
  ['kafka', 'up'],
  ['kafka', 'down'],
  ['kafka', 'status'],
];

test.each(commands.map((words) => words.join(' ')))(
  '%s: --help ends with 0, wrong usage with 2 and one JSON object',
  async (words) => {
    const [help, wrong] = await Promise.all([
      tidemark([...words.split(' '), '--help']).finished,
      tidemark([...words.split(' '), '--json', '--nonsense']).finished,
    ]);
    expect([help.code, help.stderr]).toEqual([0, '']);
    expect(help.stdout).toMatch(/^Usage: tidemark /);
    expect(help.stdout).toContain('--json');
    expect(wrong.code).toBe(2);
    expect(JSON.parse(wrong.stdout)).toMatchObject({ error: { code: 'CONFIG_INVALID' } });
    expect(wrong.stderr).toMatch(/^error: .*\n/);
  },
);
