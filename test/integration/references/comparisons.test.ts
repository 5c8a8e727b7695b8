import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Base, openBase } from '../../../cli/runtime/base.ts';
import { loadPipeline } from '../../../config/load.ts';
import { cleanUp, temporary, tidemark } from '../bad-input/harness.ts';
import { asOfBefore, exact, forget, type JudgedRow, judgementsOf, monitorBy } from './replay.ts';
import {
  dayMs,
  faultHoursMs,
  holidayDays,
  hourMs,
  lastHolidayMs,
  streamMs,
  streamWeeks,
  weekMs,
  windowComparison,
  writePipeline,
  writeShop,
} from './season.ts';

const endMs = streamMs + streamWeeks * weekMs;
const { from, to } = windowComparison;
const all = `
  - { against: training, window: 1h }
  - { against: rolling, window: 1h }
  - { against: seasonal, window: 1h }
  - { against: window, window: 1h, from: ${from}, to: ${to} }`;

/** A shop with a weekly season, holidays and a fault in one hour of the week; six weeks in hourly windows. */
describe('comparisons with earlier windows', () => {
  let directory: string;
  let base: Base;
  let judged: readonly JudgedRow[];

  beforeAll(async () => {
    directory = await temporary();
    await writeShop(directory);
    const path = await writePipeline(directory, { name: 'with-calendar', drift: all, more: 'calendar: holidays.yaml' });
    const reading = await writePipeline(directory, { name: 'reading', drift: '[]' });
    const read = await tidemark(['up', reading, '--once', '--no-console']).finished;
    expect(read.code, read.stderr).toBe(0);
    base = await openBase(await loadPipeline(path, {}), directory);
    judged = await replay('with-calendar', { stepMs: dayMs });
  });
  afterAll(async () => {
    await base?.store.close();
    await cleanUp();
  });

  /** Judges the whole stream in rounds of so much event time, with another monitor from `restartMs` on. */
  async function replay(
    name: string,
    { stepMs, restartMs = endMs, change }: { stepMs: number; restartMs?: number; change?: typeof asOfBefore },
  ) {
    await forget(base);
    const file = await loadPipeline(`${directory}/${name}.yaml`, {});
    let monitor = await monitorBy(base, file, change);
    let restarted = false;
    for (let ms = streamMs + stepMs; ms < endMs + stepMs; ms += stepMs) {
      if (!restarted && ms > restartMs) {
        monitor = await monitorBy(base, file, change);
        restarted = true;
      }
      await monitor.round(ms >= endMs ? Number.POSITIVE_INFINITY : ms + 30_000);
    }
    return judgementsOf(base);
  }

  const of = (rows: readonly JudgedRow[], kind: string) => rows.filter(({ comparison }) => comparison.startsWith(kind));
  const alarms = (rows: readonly JudgedRow[]) => rows.filter(({ alarm }) => alarm === 1);
  const whole = (rows: readonly JudgedRow[], feature = 'amount') =>
    rows.filter((row) => row.feature === feature && row.segment === '');
  const onHoliday = ({ startMs }: JudgedRow) => holidayDays.includes(Math.floor((startMs - streamMs) / dayMs));

  it('judges every window of every comparison, under a name of its own', () => {
    const windows = new Map<string, Set<number>>();
    for (const { comparison, startMs } of judged)
      windows.set(comparison, (windows.get(comparison) ?? new Set()).add(startMs));
    expect([...windows].map(([name, starts]) => [name, starts.size])).toEqual([
      ['rolling:1h:7d', 1008],
      ['seasonal:1h:hour-of-week:28d', 1008],
      ['training:1h', 1008],
      [`window:1h:${from}..${to}`, 1008],
    ]);
  });

  it('finds a shift within one hour of the week by its season, where training sees nothing', () => {
    const faulty = ({ startMs }: JudgedRow) => faultHoursMs.includes(startMs);
    const seasonal = alarms(whole(of(judged, 'seasonal'))).filter((row) => !onHoliday(row));
    expect(seasonal.filter(faulty).map(({ startMs }) => startMs)).toEqual(faultHoursMs);
    expect(alarms(whole(of(judged, 'training'))).filter(faulty)).toEqual([]);
    expect(seasonal.find(faulty)?.why).toContain('amount is 14.8 below the reference throughout');
  });

  it('keeps its budget on ordinary windows, under each comparison', () => {
    for (const kind of ['training', 'rolling', 'seasonal', 'window']) {
      const ordinary = alarms(of(judged, kind)).filter((row) => !onHoliday(row) && !faultHoursMs.includes(row.startMs));
      // Six weeks at one false alarm a week, for all four together.
      expect(ordinary.length, kind).toBeLessThanOrEqual(3);
    }
  });

  it('judges a holiday by earlier holidays, and says so where there are too few', () => {
    const holidays = whole(of(judged, 'seasonal')).filter(onHoliday);
    expect(alarms(holidays)).toEqual([]);
    const whys = new Set(holidays.filter(({ startMs }) => startMs < lastHolidayMs).map(({ why }) => why));
    expect([...whys]).toEqual([
      'amount is not judged: not enough reference: 0 earlier holidays, 3 are needed',
      'amount is not judged: not enough reference: 1 earlier holidays, 3 are needed',
      'amount is not judged: not enough reference: 2 earlier holidays, 3 are needed',
    ]);
    const last = holidays.filter(({ startMs }) => startMs >= lastHolidayMs);
    expect(last).toHaveLength(24);
    expect(last.every(({ critical, n_reference }) => critical !== 'inf' && n_reference === '300')).toBe(true);
  });

  it('says what is lacking instead of judging', () => {
    const why = (kind: string, ms: number) => whole(of(judged, kind)).find(({ startMs }) => startMs === ms)?.why;
    expect(why('seasonal', streamMs + 2 * weekMs + 8 * hourMs)).toBe(
      'amount is not judged: not enough reference: 2 earlier Mondays 08:00, 3 are needed',
    );
    expect(why('rolling', streamMs + dayMs)).toBe(
      'amount is not judged: not enough reference: it begins at 2026-02-09, at least half of the 7d before are needed',
    );
    expect(why('window', streamMs + dayMs)).toBe(
      `amount is not judged: not enough reference: ${from} to ${to} is not over`,
    );
    // What is lacking is counted for each feature and segment: three weeks later all are judged.
    const later = of(judged, 'seasonal').filter(({ startMs }) => startMs === streamMs + 3 * weekMs + 8 * hourMs);
    expect(later).toHaveLength(7);
    expect(later.filter(({ feature }) => feature === 'amount').every(({ critical }) => critical !== 'inf')).toBe(true);
  });

  it('sums spans to what the windows of them hold', () => {
    const at = streamMs + 3 * weekMs + 8 * hourMs;
    const counts = (kind: string) => whole(of(judged, kind)).find(({ startMs }) => startMs === at)?.n_reference;
    expect(counts('seasonal')).toBe('300');
    // Seven days without the holiday in them, and two weeks.
    expect(counts('rolling')).toBe(String(6 * 24 * 100));
    expect(counts('window')).toBe(String(14 * 24 * 100));
  });

  it('alarms on the holiday without a calendar', async () => {
    await writePipeline(directory, { name: 'without', drift: '[{ against: seasonal, window: 1h }]' });
    const rows = await replay('without', { stepMs: weekMs });
    const holiday = alarms(whole(rows)).filter(({ startMs }) => startMs >= lastHolidayMs && onHolidayAt(startMs));
    expect(holiday.length).toBeGreaterThan(12);
  });

  it('learns what is ordinary from the windows it judges, where the reference does not show it', async () => {
    await writePipeline(directory, { name: 'without', drift: '[{ against: seasonal, window: 1h }]' });
    const rows = await replay('without', { stepMs: dayMs, change: asOfBefore });
    const day = 21 * dayMs;
    const at = (ms: number) => whole(rows).find(({ startMs }) => startMs === streamMs + ms);
    expect(at(day + 5 * hourMs)?.why).toContain(
      'its distribution is not judged: not enough reference: 0 windows of it and 0 judged so far could be compared so; 4 or 24 are needed',
    );
    // The first day that could be compared is enough for the next.
    expect(at(day + dayMs)?.critical).not.toBe('inf');
    const found = alarms(whole(rows)).map(({ startMs }) => startMs);
    expect(found).toEqual(expect.arrayContaining([faultHoursMs[0] as number]));
    const quiet = found.filter((ms) => !faultHoursMs.includes(ms) && !onHolidayAt(ms));
    expect(quiet.length).toBeLessThanOrEqual(3);
    const again = await replay('without', { stepMs: 3 * dayMs, restartMs: streamMs + 30 * dayMs, change: asOfBefore });
    expect(again.map(exact)).toEqual(rows.map(exact));
  });

  const onHolidayAt = (startMs: number) => Math.floor((startMs - streamMs) / dayMs) === 32;

  it('decides the same in rounds of other lengths, after a restart in the middle, and with panes kept for two days', async () => {
    const more = 'calendar: holidays.yaml';
    await writePipeline(directory, { name: 'forgetful', drift: all, more, kept: '{ panes: 2d, hours: 40d }' });
    const again = await replay('forgetful', { stepMs: 5 * dayMs + 7 * hourMs, restartMs: streamMs + 20 * dayMs });
    const differing = again.filter((row, at) => exact(row) !== exact(judged[at] as JudgedRow));
    expect(differing.map(exact).slice(0, 3)).toEqual([]);
    expect(again).toHaveLength(judged.length);
  });

  /** Where the replay before left off: panes of the last days, hours of all. */
  it('counts late events into a window, its hour and its day, whether its panes are still there or not', async () => {
    const [last] = await base.store.query<{ ms: string }>(
      `SELECT toUnixTimestamp64Milli(min(pane)) AS ms FROM ${base.store.database}.sealed_profiles FINAL WHERE pane_ms < 3600000`,
    );
    const keptMs = Number(last?.ms);
    expect(keptMs).toBeGreaterThan(endMs - 4 * dayMs);
    const recent = endMs - dayMs + 9 * hourMs;
    const old = streamMs + 30 * dayMs + 9 * hourMs;
    const summed = async (ms: number) => {
      const rows = await base.store.query<{ pane_ms: number; n: string }>(
        `SELECT pane_ms, n FROM ${base.store.database}.rolled_profiles FINAL WHERE segment = '' AND feature = 'amount'
         AND (pane_ms, toUnixTimestamp64Milli(pane)) IN ((3600000, ${ms}), (86400000, ${Math.floor(ms / dayMs) * dayMs})) ORDER BY pane_ms`,
      );
      return rows.map(({ n }) => Number(n));
    };
    expect([await summed(recent), await summed(old)]).toEqual([
      [100, 2400],
      [100, 2400],
    ]);
    await addLate([recent, old]);
    const file = await loadPipeline(`${directory}/forgetful.yaml`, {});
    const monitor = await monitorBy(base, file);
    await monitor.round(Number.POSITIVE_INFINITY);
    expect([await summed(recent), await summed(old)]).toEqual([
      [101, 2401],
      [101, 2401],
    ]);
    const counts = await base.store.query<{ ms: string; n: string }>(
      `SELECT toUnixTimestamp64Milli(window_start) AS ms, n_current AS n FROM ${base.store.database}.judgements FINAL
       WHERE comparison = 'training:1h' AND feature = 'amount' AND segment = '' AND ms IN (${recent}, ${old}) ORDER BY ms`,
    );
    // The window whose panes are forgotten stays as it was judged.
    expect(counts.map(({ n }) => n)).toEqual(['100', '101']);
  });

  /** One more event in the first pane of each of these hours, in a chunk of its own. */
  async function addLate(hours: readonly number[]): Promise<void> {
    const { database } = base.store;
    await base.store.command(
      `INSERT INTO ${database}.chunks SELECT * REPLACE ('late' AS chunk_id, to_offset AS from_offset, to_offset + 1 AS to_offset,
         [${hours.join(', ')}] AS panes) FROM ${database}.chunks FINAL ORDER BY to_offset DESC LIMIT 1`,
    );
    await base.store.command(
      `INSERT INTO ${database}.profiles SELECT * REPLACE ('late' AS chunk_id, 1 AS n, [bin_index[1]] AS bin_index, [1] AS bin_count)
       FROM ${database}.profiles FINAL WHERE segment = '' AND feature = 'amount' AND toUnixTimestamp64Milli(pane) IN (${hours.join(', ')})
       LIMIT 1 BY pane`,
    );
  }
});
