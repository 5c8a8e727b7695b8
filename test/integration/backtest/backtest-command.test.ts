import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backtest } from '../../../common/backtest.ts';
import { silentLogger } from '../../../common/ports.ts';
import { openStore } from '../../../store/client.ts';
import { startStoreFront } from '../../../store/http-front/server.ts';
import { createShop, dayMs, type Shop, streamDays, streamStartMs } from './shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await createShop();
}, 120_000);
afterAll(() => shop.remove());

async function backtest(config: string, ...args: readonly string[]): Promise<Backtest> {
  const { code, out, err } = await shop.run('backtest', '--config', config, '--json', ...args);
  expect(code, err).toBe(0);
  return JSON.parse(out) as Backtest;
}

const day = (ms: number | null | undefined) => (typeof ms === 'number' ? (ms - streamStartMs) / dayMs : ms);
const shown = ({ incidents }: Backtest) =>
  incidents.map(({ verdict, was, now }) => [verdict, (now ?? was)?.cause, day(was?.openedAt), day(now?.openedAt)]);

/** Every row of every table, and the columns of the tables. */
async function contents(): Promise<Record<string, string>> {
  const store = await openStore({
    url: `embedded:${join(shop.directory, 'store')}`,
    database: 'tidemark_shop',
    workingDirectory: '/',
    readOnly: true,
  });
  try {
    const tables = await store.query<{ name: string; engine: string; made: string }>(
      "SELECT name, engine, create_table_query AS made FROM system.tables WHERE database = 'tidemark_shop' ORDER BY name",
    );
    const all: Record<string, string> = {};
    for (const { name, made } of tables) {
      const rows = await store.query(`SELECT * FROM tidemark_shop.\`${name}\` ORDER BY ALL`);
      all[name] = `${rows.length} ${createHash('sha256').update(made).update(JSON.stringify(rows)).digest('hex')}`;
    }
    return all;
  } finally {
    await store.close();
  }
}

describe('tidemark backtest', () => {
  it('gives the incidents that were, where nothing is changed', async () => {
    const same = await backtest(shop.pipeline);
    expect(shown(same)).toEqual([
      ['same', 'drift', 10, 10],
      ['same', 'missing', 18, 18],
    ]);
    for (const { was, now } of same.incidents) expect(now).toEqual(was);
    expect(same.alarms.was).toBeGreaterThan(5);
    expect(same.alarms.now).toBe(same.alarms.was);
    expect(same).toMatchObject({ from: streamStartMs, to: streamStartMs + streamDays * dayMs, windows: streamDays });
    // No event says when it arrived, so that its lag is nothing that could be judged.
    expect(same.notJudged).toEqual([]);
  });

  it('shows which incidents another budget would not have opened, and which it would', async () => {
    const strict = await backtest(await shop.changed('strict.yaml', { budget: { minEffect: 0.4 } }));
    expect(shown(strict)).toEqual([
      ['only-then', 'drift', 10, undefined],
      ['only-then', 'missing', 18, undefined],
    ]);
    expect(strict.alarms.now).toBe(0);
    const hasty = await backtest(await shop.changed('hasty.yaml', { incidents: { open: { alarms: 1, of: 1 } } }));
    // One alarm is enough: everything begins a day earlier.
    expect(Math.min(...hasty.incidents.map(({ now }) => day(now?.openedAt) ?? Number.POSITIVE_INFINITY))).toBe(9);
    expect(shown(hasty)).toContainEqual(['same', 'missing', 18, 17]);
  });

  it('judges other comparisons, and without segments that are not named any more', async () => {
    const other = await shop.changed('other.yaml', {
      segments: [],
      drift: [
        { against: 'previous', window: '1d' },
        { against: 'training', window: '1d', features: ['price'] },
      ],
    });
    const { incidents, judgements, windows } = await backtest(other);
    // The first window has none before it.
    expect(windows).toBe(2 * streamDays - 1);
    expect(judgements).toBe((streamDays - 1) * 2 + streamDays);
    expect(incidents.some(({ now }) => now?.features.includes('price') === true)).toBe(true);
  });

  it('judges only windows that lie whole in the span', async () => {
    const from = new Date(streamStartMs + 2.5 * dayMs).toISOString();
    const { windows } = await backtest(shop.pipeline, '--from', from, '--to', '2026-02-09T18:00Z');
    expect(windows).toBe(4);
  });

  it('says what cannot be judged, and why', async () => {
    const path = await shop.changed('finer.yaml', {
      segments: [{ by: ['city'], top: 2 }, { by: ['price'] }],
      drift: [
        { against: 'training', window: '3h' },
        { against: 'training', window: '12h' },
      ],
      windows: { pane: '1h' },
    });
    const { notJudged, windows } = await backtest(path);
    expect(windows).toBe(2 * streamDays);
    expect(notJudged).toEqual(
      expect.arrayContaining([
        {
          comparison: 'training:3h',
          what: 'all features',
          judgements: 0,
          why: 'panes of 6h are stored: windows of 3h are no sums of them',
        },
      ]),
    );
  });

  it('says that a changed contract is not tried', async () => {
    const text = await readFile(join(shop.directory, 'contract.yaml'), 'utf8');
    await writeFile(join(shop.directory, 'strict.yaml'), text.replace('type: number', 'type: number\n    max: 20'));
    const path = await shop.changed('strict-pipeline.yaml', { contract: 'strict.yaml' });
    const whats = async (pipeline: string) => (await backtest(pipeline)).notJudged.map(({ what }) => what);
    expect(await whats(path)).toContain('contract');
    expect(await whats(shop.pipeline)).not.toContain('contract');
  });

  it('writes nothing', async () => {
    const before = await contents();
    expect(Object.keys(before)).toEqual(expect.arrayContaining(['incident_log', 'judgements', 'sealed_profiles']));
    await backtest(await shop.changed('loud.yaml', { budget: { falseAlarmsPerWeek: 100, minEffect: 0.001 } }));
    expect(await contents()).toEqual(before);
  });

  it('gives the same by the HTTP interface', async () => {
    const same = await backtest(shop.pipeline);
    const front = await startStoreFront({
      directory: join(shop.directory, 'store'),
      host: '127.0.0.1',
      port: 0,
      login: undefined,
      logger: silentLogger,
    });
    try {
      const remote = await shop.changed('remote.yaml', { store: { url: front.url } });
      expect(await backtest(remote)).toEqual(same);
      const explained = await shop.run('drift', 'explain', '--config', remote, same.incidents[0]?.was?.id ?? '');
      expect(explained.code, explained.err).toBe(0);
    } finally {
      await front.close();
    }
  });

  it('prints a table for people', async () => {
    const { code, out } = await shop.run('backtest', '--config', shop.pipeline);
    expect(code).toBe(0);
    expect(out).toContain('shop, 2026-02-02 00:00 to 2026-02-26 00:00 (event time, UTC)');
    expect(out).toMatch(/the same +[0-9a-f]{8} +2026-02-12 00:00 +2026-02-\d\d 00:00/);
  });

  it.each([
    [['--from', '2026-03-01', '--to', '2026-02-01'], 2, 'CONFIG_INVALID', 'is not before'],
    [['--from', 'yesterday'], 2, 'CONFIG_INVALID', 'yesterday is no time'],
    [['--from', '2027-01-01'], 2, 'NOT_FOUND', 'Panes are stored from 2026-02-02T00:00:00Z'],
  ])('refuses %j with %i', async (args, code, error, text) => {
    const ended = await shop.run('backtest', '--config', shop.pipeline, '--json', ...args);
    expect(ended.code).toBe(code);
    expect(JSON.parse(ended.out).error.code).toBe(error);
    expect(ended.err).toContain(text);
  });

  it('refuses the file of another pipeline, and a store that is not there', async () => {
    const other = await shop.run('backtest', '--config', await shop.changed('other-name.yaml', { pipeline: 'till' }));
    expect(other).toMatchObject({ code: 2, out: '' });
    expect(other.err).toContain('the store has no pipeline till. It has: shop [CONFIG_INVALID]');
    const url = `embedded:${join(shop.directory, 'nowhere')}`;
    const nowhere = await shop.run('backtest', '--config', await shop.changed('nowhere.yaml', { store: { url } }));
    expect(nowhere).toMatchObject({ code: 3, out: '' });
    expect(nowhere.err).toContain('nowhere: there is no store.');
  });

  it('refuses a store that does not answer, and one of a newer program', async () => {
    const url = 'http://127.0.0.1:1';
    const deaf = await shop.run('backtest', '--config', await shop.changed('deaf.yaml', { store: { url } }));
    expect(deaf).toMatchObject({ code: 3, out: '' });
    expect(deaf.err).toContain('[STORE_UNAVAILABLE]');
    const store = await openStore({
      url: `embedded:${join(shop.directory, 'store')}`,
      database: 'tidemark_shop',
      workingDirectory: '/',
    });
    await store.insertRows('schema_migrations', [
      { version: 999, name: 'of tomorrow', applied_at: '2027-01-01 00:00:00' },
    ]);
    await store.close();
    const newer = await shop.run('backtest', '--config', shop.pipeline);
    expect(newer).toMatchObject({ code: 3, out: '' });
    expect(newer.err).toContain('[STORE_TOO_NEW]');
  });
});
