import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SkewReport } from '../../cli/skew/join-files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let directory: string;
const at = (name: string): string => join(directory, name);

function tidemark(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    const command = ['--import', 'tsx', join(root, 'cli/main.ts'), ...args];
    const child = execFile(process.execPath, command, { cwd: root }, (_error, out, err) => {
      done({ code: child.exitCode ?? -1, out, err: err.replace(/^npm warn.*\n/gm, '') });
    });
  });
}

async function skew(...args: readonly string[]): Promise<{ code: number; report: SkewReport }> {
  const { code, out, err } = await tidemark('skew', ...args, '--json');
  expect(err).toBe('');
  return { code, report: JSON.parse(out) as SkewReport };
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidemark-skew-test-'));
  copyFileSync(join(root, 'examples/compose/reference.csv'), at('orders.csv'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('tidemark skew of two files', () => {
  const rows = Array.from({ length: 400 }, (_, row) => row);
  beforeAll(() => {
    const training = rows.map(
      (row) => `${row},u${row % 7},${row * 1.25},2024-01-${10 + (row % 20)} 08:00:00,${row % 3}`,
    );
    // Row 3 stands twice, one row has no key.
    training.push('3,u1,-1,2024-01-10 08:00:00,0', ',u1,1,2024-01-10 08:00:00,0');
    writeFileSync(at('training.csv'), `id,user,amount,at,kind\n${training.join('\n')}\n`);
    const serving = rows
      .filter((row) => row >= 10)
      .concat(1000, 1001)
      .reverse()
      .map((row) =>
        JSON.stringify({
          order: String(row),
          user: `U${row % 7}`,
          amount: row * 125,
          at: `2024-01-${10 + (row % 20)}T10:00:00Z`,
          kind: row % 3 === 0 ? null : row % 3,
          extra: 1,
        }),
      );
    writeFileSync(at('serving.ndjson'), serving.join('\n'));
  });

  it('joins in any order and format, accounts for every row, and names what happened to each feature', async () => {
    const { code, report } = await skew(at('training.csv'), at('serving.ndjson'), '--key', 'id=order');
    expect(code).toBe(1);
    expect(report).toMatchObject({
      training: { rows: 402, without_key: 1 },
      serving: { rows: 392, without_key: 0 },
      joined: 390,
      training_only: { rows: 10 },
      serving_only: { rows: 2 },
      duplicates: { kept: 'first', training: { keys: 1, rows: 1, examples: ['3'] }, serving: { keys: 0 } },
      only_in_serving: ['extra'],
      failed: 4,
    });
    const storyOf = (name: string) => report.features.find((feature) => feature.name === name)?.stories[0];
    expect(storyOf('amount')).toMatchObject({ kind: 'unit', factor: 100, share: 1 });
    expect(storyOf('at')).toMatchObject({ kind: 'time-zone', text: expect.stringContaining('2 h later') });
    expect(storyOf('user')).toMatchObject({ kind: 'case', share: 1 });
    expect(storyOf('kind')).toMatchObject({ kind: 'missing-instead' });
  });

  it('prints for people what a person would look for', async () => {
    const { code, out } = await tidemark('skew', at('training.csv'), at('serving.ndjson'), '--key', 'id=order');
    expect(code).toBe(1);
    expect(out).toContain('390 events joined by id=order: 402 rows of');
    expect(out).toMatch(
      /SKEW +amount +number +100 %.*serving is 100 times training: hundredths instead of whole units\?/,
    );
    expect(out).toContain('missing in serving alone in 130 pairs (33 %)');
    expect(out).toContain('not compared, since only serving has them: extra');
    expect(out.trim().split('\n').at(-1)).toBe('4 of 4 features differ');
  });

  it('passes where the sides are equal, within what is allowed, and for the features asked for', async () => {
    expect((await skew(at('training.csv'), at('training.csv'), '--key', 'id')).code).toBe(0);
    const pair = [at('training.csv'), at('serving.ndjson'), '--key', 'id=order', '--features', 'kind'] as const;
    expect((await skew(...pair)).code).toBe(1);
    expect((await skew(...pair, '--max-mismatch', '0.4')).code).toBe(0);
  });

  it('joins by several columns, and takes the last row where asked to', async () => {
    const { report } = await skew(at('training.csv'), at('training.csv'), '--key', 'user,at', '--keep', 'last');
    expect(report.joined).toBe(new Set(rows.map((row) => `${row % 7} ${row % 20}`)).size);
    expect(report.key).toEqual(['user', 'at']);
    expect(report.failed).toBe(0);
  });

  it('says why where nothing joins, no key is given or known, or a file is empty', async () => {
    writeFileSync(at('other.csv'), 'id,amount\nA-1,2\nA-2,3\n');
    writeFileSync(at('empty.csv'), 'id,amount\n');
    const failure = async (...args: readonly string[]) => {
      const { code, out } = await tidemark('skew', ...args, '--json');
      return [code, (JSON.parse(out) as { error: { code: string; message: string; cure: string } }).error] as const;
    };
    const [code, nothing] = await failure(at('training.csv'), at('other.csv'), '--key', 'id');
    expect([code, nothing.code]).toEqual([2, 'NOT_FOUND']);
    expect(nothing.message).toContain('serving has keys such as A-1, A-2');
    expect((await failure(at('training.csv'), at('empty.csv'), '--key', 'id'))[1].message).toContain(
      'has no rows below its header',
    );
    expect((await failure(at('training.csv'), at('other.csv')))[1]).toMatchObject({ code: 'CONFIG_INVALID' });
    expect((await failure(at('training.csv')))[1].message).toContain('nothing to compare with');
    const [, unknown] = await failure(at('training.csv'), at('other.csv'), '--key', 'idd');
    expect(unknown.message).toContain('no column idd; did you mean id?');
    expect(
      (await failure(at('training.csv'), at('other.csv'), '--key', 'id', '--features', 'user'))[1].message,
    ).toContain('do not both have a feature user');
  });

  it('stands columns of any name, and keys that no double holds', async () => {
    const name = 'a `b` \\ "c" é';
    const quoted = `"${name.replaceAll('"', '""')}"`;
    writeFileSync(at('a.csv'), `${quoted},x\n9007199254740993,1\n9007199254740992,2\n`);
    writeFileSync(at('b.csv'), `${quoted},x\n9007199254740992,2\n9007199254740993,5\n`);
    const { report } = await skew(at('a.csv'), at('b.csv'), '--key', name);
    expect(report.joined).toBe(2);
    expect(report.features[0]).toMatchObject({ mismatches: 1, examples: [{ key: '9007199254740993' }] });
  });
});

describe('tidemark skew against stored events', () => {
  it('joins by the id of the event, and cuts by time', async () => {
    const contract = readFileSync(join(root, 'examples/compose/contract.yaml'), 'utf8');
    writeFileSync(at('contract.yaml'), contract);
    const lines = readFileSync(at('orders.csv'), 'utf8').trim().split('\n');
    const [head = '', ...body] = lines;
    const names = head.split(',');
    const events = body.slice(0, 600).map((line) => {
      const cells = line.split(',');
      return JSON.stringify(
        Object.fromEntries(
          names.map((name, column) => [name, name === 'amount' ? Number(cells[column]) * 100 : cells[column]]),
        ),
      );
    });
    writeFileSync(at('events.ndjson'), `${events.join('\n')}\n`);
    writeFileSync(
      at('pipeline.yaml'),
      'pipeline: orders\nsource: { file: { path: events.ndjson } }\nevent: { id: /id, time: /time }\ncontract: contract.yaml\n' +
        'reference: orders.csv\ndrift: [{ against: skew, window: 1h, limits: { features: { amount: { jsDivergence: 0.1 } } } }]\n' +
        `server: { port: 0 }\nstore: { url: "embedded:${at('store')}" }\n`,
    );
    const up = await tidemark('up', at('pipeline.yaml'), '--once', '--json', '--no-console');
    expect(up.code).toBe(0);
    const summary = JSON.parse(up.out) as { judgements: number; alarms: number; incidents: { title: string }[] };
    // The other way to see it: every window of serving against training, by a limit of one's own.
    expect(summary.alarms).toBe(summary.judgements);
    // Of an hour's orders the factor is measured to some ten per cent.
    const titles = summary.incidents.map(({ title }) => title);
    expect(titles).toEqual([
      expect.stringMatching(/^amount is [\d.]+ times the reference: hundredths instead of whole units/),
    ]);
    const { code, report } = await skew(at('orders.csv'), '--config', at('pipeline.yaml'));
    expect(code).toBe(1);
    expect(report).toMatchObject({
      joined: 600,
      serving: { rows: 600, path: 'events of orders' },
      serving_only: { rows: 0 },
    });
    expect(report.training_only.rows).toBe(body.length - 600);
    expect(report.features.filter(({ failed }) => failed).map(({ name }) => name)).toEqual(['amount']);
    expect(report.features[0]?.stories[0]).toMatchObject({ kind: 'unit', factor: 100 });
    expect(report.features.find(({ name }) => name === 'time')).toMatchObject({ compared_as: 'time', mismatches: 0 });
    const time = (line: string | undefined) => line?.split(',')[names.indexOf('time')] ?? '';
    const cut = await skew(
      at('orders.csv'),
      '--config',
      at('pipeline.yaml'),
      '--from',
      time(body[100]),
      '--to',
      time(body[200]),
    );
    expect(cut.report.joined).toBe(100);
  }, 60_000);
});
