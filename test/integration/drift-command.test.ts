import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnOf } from '../../common/feature.ts';
import type { FeatureComparison } from '../../drift/compare.ts';
import type { JointComparison } from '../../drift/joint/compare-joint.ts';
import { categoricalBinning, numericBinning } from '../../drift/profile/binning.ts';
import { accumulate, createProfileSet, profileOf } from '../../drift/profile/profile-set.ts';
import { jensenShannonDistance } from '../../drift/statistics/jensen-shannon.ts';
import { readFrame } from '../../store/read-file.ts';
import { openScratchEngine } from '../../store/scratch-engine.ts';
import { errorsOfProfiles } from '../unit/drift/profile/accuracy.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const flights = join(root, 'node_modules/vega-datasets/data/flights-3m.parquet');
let directory: string;
const path = (name: string): string => join(directory, name);

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tidemark-test-'));
  const engine = openScratchEngine();
  const half = 'cityHash64(rowNumberInAllBlocks(), 1) % 2';
  const ids =
    "concat('ORD-', toString(rowNumberInAllBlocks() * 7919)) AS order_id, hex(sipHash128(rowNumberInAllBlocks())) AS uuid";
  const writeParquet = (name: string, columns: string, where: string): Promise<unknown> =>
    engine.client.command({
      query: `INSERT INTO FUNCTION file('${path(name)}', 'Parquet') SELECT ${columns} FROM file('${flights}') WHERE ${where}`,
    });
  await writeParquet('january.parquet', '*', 'toMonth(date) = 1');
  await writeParquet('june.parquet', '*', 'toMonth(date) = 6');
  await writeParquet('half-a.parquet', `*, ${ids}`, `${half} = 0 AND toMonth(date) < 3`);
  await writeParquet('half-b.parquet', `*, ${ids}`, `${half} = 1 AND toMonth(date) < 3`);
  await engine.close();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function write(name: string, content: string): string {
  writeFileSync(path(name), content);
  return path(name);
}

function drift(...args: string[]): { readonly code: number | null; readonly out: string; readonly error: string } {
  const run = spawnSync(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'drift', ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return { code: run.status, out: run.stdout, error: run.stderr };
}

function features(out: string): FeatureComparison[] {
  return (JSON.parse(out) as { features: FeatureComparison[] }).features;
}

describe('tidemark drift', () => {
  it('finds nothing in two random halves of the flights, identifiers included', () => {
    const { code, out } = drift(path('half-a.parquet'), path('half-b.parquet'), '--json');
    expect(features(out).filter(({ alarm }) => alarm)).toEqual([]);
    const { joint } = JSON.parse(out) as { joint: readonly JointComparison[] };
    expect(joint.map(({ name, alarm }) => [name, alarm])).toEqual([
      ['@joint:correlation', false],
      ['@joint:mutual-information', false],
      ['@joint:pca', false],
      ['@joint:classifier', false],
    ]);
    expect(features(out).map(({ name, type }) => [name, type])).toEqual(
      expect.arrayContaining([
        ['order_id', 'identifier'],
        ['uuid', 'identifier'],
        ['date', 'timestamp'],
        ['origin', 'categorical'],
      ]),
    );
    expect(code).toBe(0);
  });

  it('finds the later flights of June, and says what did not change enough', () => {
    const { code, out } = drift(path('january.parquet'), path('june.parquet'), '--json');
    const found = features(out);
    expect(found.filter(({ alarm }) => alarm).map(({ name }) => name)).toEqual(['delay']);
    expect(found[0]).toMatchObject({ name: 'delay', type: 'numeric', n_reference: 508_239, n_current: 502_222 });
    expect(found[0]?.why).toContain('the share above 59 went from');
    for (const { statistics } of found)
      for (const { value, reason } of Object.values(statistics))
        expect(value === null ? typeof reason : Number.isFinite(value)).toBe(value === null ? 'string' : true);
    expect(code).toBe(1);
  });

  it('prints a table for people, the worst first', () => {
    const { code, out } = drift(
      path('january.parquet'),
      path('june.parquet'),
      '--features',
      'distance,delay',
      '--limit',
      '400000',
    );
    const lines = out.trim().split('\n');
    expect(lines[0]).toContain('wasserstein/sd');
    expect(lines[1]).toMatch(/^ALARM +delay +numeric/);
    expect(lines[2]).toMatch(/^ok +distance +numeric/);
    expect(lines.at(-3)).toMatch(/^ok +@joint:classifier +.*AUC of a classifier 0\.5\d*, where 0\.5 is chance/);
    expect(lines.at(-1)).toBe(
      '1 of 2 features drifted; 0 of 3 joint tests alarmed; 400000 rows of reference, 400000 current',
    );
    expect(code).toBe(1);
  });

  it('stands ten rows, one-sided, constant, all-missing and mixed columns, in different formats', () => {
    const rows = Array.from({ length: 10 }, (_, row) => row);
    const reference = write(
      'ten.csv',
      `x,same,gone,none,mixed\n${rows.map((row) => `${row * 1.5},7,${row},,${row}`).join('\n')}\n`,
    );
    const current = write(
      'ten.ndjson',
      rows
        .map((row) => JSON.stringify({ x: row * 1.5 + 2, same: 7, none: null, mixed: row % 5 ? row : 'n/a', extra: 1 }))
        .join('\n'),
    );
    const { code, out } = drift(reference, current, '--json');
    expect(Object.fromEntries(features(out).map(({ name, type, alarm }) => [name, [type, alarm]]))).toEqual({
      gone: ['only_in_reference', true],
      x: ['numeric', false],
      same: ['constant', false],
      none: ['all_missing', false],
      mixed: ['mixed', false],
      extra: ['only_in_current', false],
    });
    expect(code).toBe(1);
  });

  it('says few where no test could decide, and ok only where one did', () => {
    const rows = Array.from(
      { length: 500 },
      (_, row) => `${row % 17},${row % 3 === 0 ? 'u' : 'v'},${row < 5 ? row : ''}`,
    );
    const reference = write('many.csv', `a,b,rare\n${rows.join('\n')}\n`);
    const current = write('one.csv', 'a,b,rare\n3,u,2\n');
    const { code, out } = drift(reference, current);
    const lines = out.trim().split('\n');
    expect(lines[1]).toMatch(/^few +a .* only 1 row in the current data; 20 are needed to judge$/);
    expect(out).toMatch(/\nfew +@joint:correlation +only 1 row; 200 are needed on each side\n/);
    expect(out).not.toMatch(/^ok/m);
    expect(lines.at(-1)).toBe(
      '0 of 3 features drifted; 3 of 3 features could not be judged: too few rows; 500 rows of reference, 1 current',
    );
    expect(code).toBe(0);
    const json = JSON.parse(drift(reference, current, '--json').out) as Record<string, unknown>;
    expect(json).toMatchObject({ alarm: false, counts: { features: { total: 3, alarms: 0, too_few_rows: 3 } } });
    expect(features(JSON.stringify(json))[0]).toMatchObject({
      alarm: false,
      judged: false,
      not_judged_because: 'too_few_rows',
    });
    const itself = drift(reference, reference).out.trim().split('\n');
    expect(itself[1]).toMatch(/^ok +a /);
    expect(itself.join('\n')).toMatch(/\nfew +rare .* only 5 usable values in the .*; 20 are needed to judge\n/);
  });

  it('counts joint alarms apart from those of features', () => {
    const rows = Array.from({ length: 600 }, (_, row) => [row, (row * 7) % 600, (row * 11) % 600]);
    const file = (name: string, b: (row: number) => number) =>
      write(name, `a,b,c\n${rows.map(([a = 0, mixed = 0, c]) => `${a},${b(a) + mixed / 6000},${c}`).join('\n')}\n`);
    const reference = file('together.csv', (a) => a);
    const current = file('apart.csv', (a) => (a * 13) % 600);
    const { code, out } = drift(reference, current);
    expect(out.trim().split('\n').at(-1)).toMatch(
      /^0 of 3 features drifted; [1-4] of 4 joint tests alarmed; 600 rows of reference, 600 current$/,
    );
    expect(code).toBe(1);
    const { counts } = JSON.parse(drift(reference, current, '--json').out) as { counts: object };
    expect(counts).toMatchObject({ features: { total: 3, alarms: 0 }, joint: { total: 4 } });
  });

  it('ends with 2 and one JSON object for a file that is not there or a feature nobody has', () => {
    const missing = drift(path('none.csv'), path('june.parquet'), '--json');
    expect(missing.code).toBe(2);
    expect(JSON.parse(missing.out)).toMatchObject({ error: { code: 'FILE_UNREADABLE', place: path('none.csv') } });
    const unknown = drift(path('january.parquet'), path('june.parquet'), '--features', 'nose');
    expect(unknown.code).toBe(2);
    expect(unknown.error).toContain('neither file has a feature nose');
    expect(drift(path('january.parquet')).code).toBe(2);
    expect(drift(path('january.parquet'), path('june.parquet'), '--limit', '0').code).toBe(2);
  });
});

describe('profiles of the flights', () => {
  it('give the statistics of January against June within 0.005 of the exact ones', async () => {
    const engine = openScratchEngine();
    const january = await readFrame(path('january.parquet'), { client: engine.client });
    const june = await readFrame(path('june.parquet'), { client: engine.client });
    await engine.close();
    for (const name of ['delay', 'distance']) {
      const before = columnOf(january, name);
      const now = columnOf(june, name);
      if (before?.kind !== 'number' || now?.kind !== 'number') throw new Error('numbers');
      const errors = errorsOfProfiles(before.values, now.values, numericBinning(before.values));
      for (const [statistic, error] of Object.entries(errors))
        expect(error, `${name} ${statistic}`).toBeLessThan(0.005);
    }
    for (const name of ['origin', 'destination']) {
      const [before, now] = [columnOf(january, name), columnOf(june, name)];
      if (before?.kind !== 'text' || now?.kind !== 'text') throw new Error('texts');
      const exact = [new Map<string, number>(), new Map<string, number>()] as const;
      for (const [counts, column, rows] of [
        [exact[0], before, january.rows],
        [exact[1], now, june.rows],
      ] as const)
        for (let row = 0; row < rows; row++) {
          const value = column.dictionary.values[column.codes[row] as number] as string;
          counts.set(value, (counts.get(value) ?? 0) + 1);
        }
      const values = [...new Set([...exact[0].keys(), ...exact[1].keys()])];
      const binning = categoricalBinning([...exact[0].keys()], [...exact[0].values()], 1024);
      const [a, b] = [before, now].map((column, side) => {
        const rows = side === 0 ? january.rows : june.rows;
        const set = createProfileSet(binning, 1);
        accumulate(set, column, new Int32Array(rows), rows);
        const profile = profileOf(set, 0);
        return [...profile.bins, profile.unseen];
      });
      const counted = jensenShannonDistance(a as number[], b as number[]) as number;
      const wanted = jensenShannonDistance(
        values.map((value) => exact[0].get(value) ?? 0),
        values.map((value) => exact[1].get(value) ?? 0),
      ) as number;
      expect(Math.abs(counted - wanted), name).toBeLessThan(0.005);
    }
  });
});
