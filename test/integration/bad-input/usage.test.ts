import { afterEach, expect, test } from 'vitest';
import { cleanUp, tidemark } from './harness.ts';

afterEach(cleanUp);

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
