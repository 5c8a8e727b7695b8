import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { cleanUp, tidemark, writePipeline } from './harness.ts';

afterEach(cleanUp);

test('what is asked of nothing ends with 2 and its reason, as one JSON object', async () => {
  const { path, directory } = await writePipeline({ more: 'models: [{ name: late }]\n' });
  const data = join(directory, 'data.csv');
  await writeFile(data, 'amount,country\n1,CH\n2,DE\n');
  const absent = join(directory, 'absent.csv');
  const contract = join(directory, 'contract.yaml');
  const cases: readonly (readonly [args: readonly string[], code: string])[] = [
    [['models', 'promote', path, 'late', 'v9'], 'NOT_FOUND'],
    [['models', 'promote', path, 'nobody', 'v9'], 'NOT_FOUND'],
    [['models', 'rollback', path, 'late'], 'NOT_FOUND'],
    [['incidents', path, 'abc'], 'NOT_FOUND'],
    [['jobs', absent], 'FILE_UNREADABLE'],
    [['drift', data, absent], 'FILE_UNREADABLE'],
    [['drift', data, data, '--features', 'nothing'], 'NOT_FOUND'],
    [['infer', absent], 'FILE_UNREADABLE'],
    [['check', absent, '--contract', contract], 'FILE_UNREADABLE'],
    [['check', data, '--contract', absent], 'FILE_UNREADABLE'],
    [['config', 'check', absent], 'FILE_UNREADABLE'],
    [['up', path, '--log-level', 'loud'], 'CONFIG_INVALID'],
    [['dashboards', '--out', data], 'FILE_UNREADABLE'],
  ];
  for (const [args, code] of cases) {
    const { code: exit, stdout, stderr } = await tidemark([...args, '--json']).finished;
    expect([args, exit, stderr.includes('internal error')]).toEqual([args, 2, false]);
    expect([args, JSON.parse(stdout)]).toMatchObject([args, { error: { code } }]);
    expect(stderr).toContain(`[${code}]`);
  }
});

test('what goes well is one JSON object too, and failing data ends with 1', async () => {
  const { path, directory } = await writePipeline({ more: 'models: [{ name: late }]\n' });
  const data = join(directory, 'data.csv');
  await writeFile(data, `amount,country\n${'text,CH\n'.repeat(50)}`);
  const cases: readonly (readonly [args: readonly string[], exit: number])[] = [
    [['models', 'list', path], 0],
    [['incidents', path], 0],
    [['jobs', path], 0],
    [['config', 'check', path], 0],
    [['check', data, '--contract', join(directory, 'contract.yaml')], 1],
    [['drift', data, data], 0],
    [['infer', data], 0],
    [['dashboards', '--out', join(directory, 'boards')], 0],
  ];
  for (const [args, expected] of cases) {
    const { code, stdout, stderr } = await tidemark([...args, '--json']).finished;
    expect([args, code, stderr]).toEqual([args, expected, '']);
    expect(typeof JSON.parse(stdout)).toBe('object');
  }
});
