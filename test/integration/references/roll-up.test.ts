import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../../store/client.ts';
import { migrate } from '../../../store/migrations.ts';
import { createMonitorStore, type MonitorStore } from '../../../store/monitor-store.ts';
import { cleanUp, temporary } from '../bad-input/harness.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const startMs = Date.UTC(2026, 5, 1);
const lengthsMs = [hourMs, dayMs];
const bins = () => 3;
const all = { lengthsMs, segments: true, apart: false, binCountOf: bins };

/** Three days of panes of ten minutes, and one of an hour for a segment; each pane has its number of events. */
describe('sums of panes', () => {
  let store: Store;
  let monitor: MonitorStore;

  beforeAll(async () => {
    const directory = await temporary();
    store = await openStore({ url: `embedded:${directory}`, database: 'tidemark_sums', workingDirectory: '/' });
    await migrate(store);
    monitor = createMonitorStore(store);
  });
  afterAll(async () => {
    await store?.close();
    await cleanUp();
  });
  beforeEach(async () => {
    for (const name of ['sealed_profiles', 'rolled_profiles'])
      await store.command(`TRUNCATE TABLE tidemark_sums.${name}`);
    const rows = [];
    for (let at = startMs; at < startMs + 3 * dayMs; at += 10 * minuteMs) {
      rows.push(pane(at, 10 * minuteMs, '', nOf(at)));
      if (at % hourMs === 0) rows.push(pane(at, hourMs, 'city=Ulm', 2));
    }
    await store.insertRows('sealed_profiles', rows);
  });

  const nOf = (ms: number) => 1 + (((ms - startMs) / (10 * minuteMs)) % 7);

  function pane(ms: number, paneMs: number, segment: string, n: number, revision = 1) {
    return {
      pane: new Date(ms).toISOString(),
      pane_ms: paneMs,
      segment,
      feature: 'price',
      binning: 'b',
      revision,
      n,
      missing: 0,
      invalid: 0,
      zero: 0,
      nan: 0,
      pos_inf: 0,
      neg_inf: 0,
      min: ms / hourMs,
      max: n,
      sum_z: n / 2,
      sum_z2: n / 4,
      bin_index: [0, 2],
      bin_count: [n - 1, 1],
      unseen: 1,
      unseen_value: [`v${ms % 100}`],
      unseen_count: [1],
    };
  }

  const rollUp = (more: Partial<Parameters<MonitorStore['rollUp']>[0]> = {}) =>
    monitor.rollUp({
      afterMs: startMs,
      throughMs: startMs + 3 * dayMs,
      latePanesMs: [],
      lengthsMs,
      revision: 1,
      ...more,
    });

  const sums = () =>
    store.query('SELECT * EXCEPT revision FROM tidemark_sums.rolled_profiles FINAL ORDER BY pane_ms, pane, segment');

  const read = async (fromMs: number, toMs: number) => {
    const rows = await monitor.spanProfiles({ ...all, sums: [[[{ fromMs, toMs }]]] });
    return Object.fromEntries(rows.map(({ segment, profile }) => [segment, profile]));
  };

  it('are those of the panes, for hours and days, and again after another summing', async () => {
    await rollUp();
    const rows = (await sums()) as { pane_ms: number; segment: string; n: string; bin_count: string[] }[];
    const of = (length: number, segment: string) =>
      rows.filter((row) => row.pane_ms === length && row.segment === segment);
    expect([of(hourMs, '').length, of(dayMs, '').length]).toEqual([72, 3]);
    // Panes of an hour are an hour already; of the day they are summed.
    expect([of(hourMs, 'city=Ulm').length, of(dayMs, 'city=Ulm').length]).toEqual([0, 3]);
    expect(of(hourMs, '')[0]).toMatchObject({ n: '21', bin_count: ['15', '6'] });
    expect(of(dayMs, 'city=Ulm')[0]?.n).toBe('48');
    await rollUp({ revision: 2 });
    expect(await sums()).toEqual(rows);
  });

  it('come in steps as event time goes on, and hold what all at once holds', async () => {
    await rollUp();
    const atOnce = await sums();
    await store.command('TRUNCATE TABLE tidemark_sums.rolled_profiles');
    let afterMs = startMs;
    for (const throughMs of [
      startMs + 90 * minuteMs,
      startMs + 25 * hourMs,
      startMs + 2.9 * dayMs,
      startMs + 3 * dayMs,
    ]) {
      await rollUp({ afterMs, throughMs, revision: throughMs });
      afterMs = throughMs;
    }
    expect(await sums()).toEqual(atOnce);
  });

  it('change with a pane that late events changed, and with no other', async () => {
    await rollUp();
    const before = (await sums()) as { pane: string; n: string }[];
    const late = startMs + 30 * hourMs + 20 * minuteMs;
    await store.insertRows('sealed_profiles', [pane(late, 10 * minuteMs, '', nOf(late) + 5, 2)]);
    await rollUp({ afterMs: startMs + 3 * dayMs, latePanesMs: [late], revision: 2 });
    const after = (await sums()) as { pane: string; n: string }[];
    const changed = after.filter((row, at) => row.n !== before[at]?.n);
    expect(changed.map(({ pane: start }) => start)).toEqual(['2026-06-02 06:00:00.000', '2026-06-02 00:00:00.000']);
  });

  it('are read in place of panes, to the same profile', async () => {
    const spans = [
      [startMs, startMs + 3 * dayMs],
      [startMs + 5 * hourMs, startMs + 2 * dayMs + 3 * hourMs],
      [startMs + 50 * minuteMs, startMs + dayMs + 70 * minuteMs],
    ] as const;
    const whole = { lengthsMs: [], segments: true, apart: false, binCountOf: bins };
    await rollUp();
    for (const [fromMs, toMs] of spans) {
      const panes = await monitor.spanProfiles({ ...whole, sums: [[[{ fromMs, toMs }]]] });
      const plain = Object.fromEntries(panes.map(({ segment, profile }) => [segment, profile]));
      const summed = await read(fromMs, toMs);
      // A segment's pane belongs to where it starts; the third span cuts through one.
      expect(summed['']).toEqual(plain['']);
      if (fromMs % hourMs === 0) expect(summed['city=Ulm']).toEqual(plain['city=Ulm']);
    }
  });

  it('are read for many windows in one statement, with occasions apart or together', async () => {
    await rollUp();
    const day = (at: number) => [{ fromMs: startMs + at * dayMs, toMs: startMs + (at + 1) * dayMs }];
    const rows = await monitor.spanProfiles({ ...all, sums: [[day(0), day(1)], [day(1), day(2)], [day(2)]] });
    const whole = rows.filter(({ segment }) => segment === '').sort((a, b) => a.sum - b.sum);
    const counts = [0, 1, 2].map((at) => {
      let sum = 0;
      for (let ms = startMs + at * dayMs; ms < startMs + (at + 1) * dayMs; ms += 10 * minuteMs) sum += nOf(ms);
      return sum;
    }) as [number, number, number];
    expect(whole.map(({ profile, occasions, firstMs }) => [profile.n, occasions, (firstMs - startMs) / dayMs])).toEqual(
      [
        [counts[0] + counts[1], 2, 0],
        [counts[1] + counts[2], 2, 1],
        [counts[2], 1, 2],
      ],
    );
    const apart = await monitor.spanProfiles({ ...all, sums: [[day(0), day(2)]], apart: true, segments: false });
    expect(apart.map(({ occasion, profile }) => [occasion, profile.n]).sort()).toEqual([
      [0, counts[0]],
      [1, counts[2]],
    ]);
  });

  it('outlive their panes, and are forgotten by their own length', async () => {
    await rollUp();
    const before = await read(startMs, startMs + 3 * dayMs);
    const cut = startMs + 2 * dayMs;
    await monitor.expireProfiles({ panes: cut, hours: startMs, days: startMs });
    expect(await read(startMs, startMs + 3 * dayMs)).toEqual(before);
    expect(await monitor.firstProfile()).toBe(startMs);
    await monitor.expireProfiles({ panes: cut, hours: cut, days: startMs });
    const rows = await store.query(
      'SELECT pane_ms, count() AS n FROM tidemark_sums.rolled_profiles FINAL GROUP BY pane_ms ORDER BY pane_ms',
    );
    expect(rows).toEqual([
      { pane_ms: hourMs, n: '24' },
      { pane_ms: dayMs, n: '6' },
    ]);
    expect((await read(startMs, startMs + 3 * dayMs))['']).toEqual(before['']);
    await monitor.expireProfiles({ panes: cut, hours: cut, days: startMs + 3 * dayMs });
    expect(await monitor.firstProfile()).toBe(cut);
  });

  it('keep at most 64 names of unknown values, the most frequent', async () => {
    const names = Array.from({ length: 80 }, (_, at) => `name ${at}`);
    await store.insertRows('sealed_profiles', [
      {
        ...pane(startMs, 10 * minuteMs, 'city=Hof', 10),
        unseen: 3240,
        unseen_value: names,
        unseen_count: names.map((_, at) => at + 1),
      },
    ]);
    await rollUp();
    const profile = (await read(startMs, startMs + dayMs))['city=Hof'];
    expect(profile?.unseen).toBe(3240);
    expect(profile?.unseenValues.size).toBe(64);
    expect(Math.min(...(profile?.unseenValues.values() ?? []))).toBe(17);
  });
});
