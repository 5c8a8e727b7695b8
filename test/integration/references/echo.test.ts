import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Base, openBase } from '../../../cli/runtime/base.ts';
import { explain } from '../../../cli/runtime/explain/explaining.ts';
import { referenceOfFile } from '../../../cli/runtime/references.ts';
import { loadPipeline } from '../../../config/load.ts';
import { cleanUp, type Finished, temporary, tidemark } from '../bad-input/harness.ts';
import { exact, forget, type JudgedRow, judgementsOf, monitorBy } from './replay.ts';
import {
  dayMs,
  faultHoursMs,
  hourMs,
  type Sale,
  streamMs,
  streamWeeks,
  weekMs,
  writePipeline,
  writeShop,
} from './season.ts';

/** Three days on which amounts come in another currency. */
const fault = { fromMs: streamMs + 23 * dayMs, toMs: streamMs + 26 * dayMs };
const endMs = streamMs + streamWeeks * weekMs;
const inFault = (ms: number): boolean => ms >= fault.fromMs && ms < fault.toMs;
const foreign = (sale: Sale): Sale =>
  inFault(Date.parse(sale.at)) ? { ...sale, amount: Math.round(sale.amount * 300) / 100 } : sale;

/** Windows after a fault are compared with windows that have it. */
describe('a fault among the earlier windows', () => {
  let base: Base;
  let path: string;
  let judged: readonly JudgedRow[];
  let tested: Finished;

  beforeAll(async () => {
    const directory = await temporary();
    await writeShop(directory, { change: foreign, holidays: false });
    path = await writePipeline(directory, {
      name: 'echo',
      drift: '[{ against: rolling, window: 6h }, { against: seasonal, window: 6h, season: hour-of-week }]',
    });
    const ended = await tidemark(['up', path, '--once', '--no-console']).finished;
    expect(ended.code, ended.stderr).toBe(0);
    tested = await tidemark(['backtest', '--config', path, '--json']).finished;
    base = await openBase(await loadPipeline(path, {}), directory);
    judged = await judgementsOf(base);
  });
  afterAll(async () => {
    await base?.store.close();
    await cleanUp();
  });

  const amounts = (comparison: string): readonly JudgedRow[] =>
    judged.filter((row) => row.comparison.startsWith(comparison) && row.segment === '' && row.feature === 'amount');
  const without = ({ detail }: JudgedRow): string | undefined =>
    / without \d+ windows? that alarmed$/.exec(
      (JSON.parse(detail) as { compared?: { with: string } }).compared?.with ?? '',
    )?.[0];

  it.each([
    ['rolling', ' without 12 windows that alarmed'],
    ['seasonal', ' without 1 window that alarmed'],
  ])('alarms while it lasts, and not again when it is looked back on: %s', (comparison, text) => {
    const rows = amounts(comparison);
    const alarms = rows.filter(({ alarm }) => alarm === 1).map(({ startMs }) => startMs);
    expect(alarms.filter(inFault)).toHaveLength(12);
    // The hours in which the shop is as at another time of the day are a fault of their own.
    const others = alarms.filter(
      (ms) => !inFault(ms) && !faultHoursMs.some((hour) => hour >= ms && hour < ms + 6 * hourMs),
    );
    expect(others.length).toBeLessThanOrEqual(1);
    const echoes = rows.filter((row) => row.startMs >= fault.toMs && row.alarm === 0 && without(row) === text);
    expect(echoes.length).toBeGreaterThanOrEqual(4);
  });

  it('is what the windows within it are no longer compared with', () => {
    const last = amounts('rolling').find(({ startMs }) => startMs === fault.toMs - 6 * hourMs);
    expect(without(last as JudgedRow)).toBe(' without 11 windows that alarmed');
    const seasonal = amounts('seasonal').find(({ startMs }) => startMs === fault.toMs - 6 * hourMs);
    expect(seasonal?.why).toMatch(/amount is (2\.9\d?|3|3\.0\d?) times the reference/);
  });

  it('is judged alike in rounds of a day, by another monitor from the middle of it on', async () => {
    await forget(base);
    const file = await loadPipeline(path, {});
    let monitor = await monitorBy(base, file);
    for (let ms = streamMs + dayMs; ms < endMs; ms += dayMs) {
      if (ms === fault.fromMs + 2 * dayMs) monitor = await monitorBy(base, file);
      await monitor.round(ms + 30_000);
    }
    await monitor.round(Number.POSITIVE_INFINITY);
    expect((await judgementsOf(base)).map(exact)).toEqual(judged.map(exact));
  });

  it('is left out again where a judgement is worked out again', async () => {
    const file = await loadPipeline(path, {});
    const day = amounts('rolling').filter((row) => without(row) !== undefined);
    const [alarm, echo] = [1, 0].map((kind) => day.find((row) => row.alarm === kind));
    for (const row of [alarm, echo]) {
      const name = `${row?.comparison}|${new Date(row?.startMs ?? 0).toISOString()}||amount`;
      const told = await explain(
        { ...base, config: file.config, referenceOfFile: () => referenceOfFile({ ...base, file }) },
        name,
      );
      expect(told.notes).toEqual([]);
      expect(told.judgement.alarm).toBe(row?.alarm === 1);
    }
  });

  it('is found alike by a backtest', () => {
    expect(tested.code, tested.stderr).toBe(0);
    const { alarms } = JSON.parse(tested.stdout) as { alarms: { was: number; now: number } };
    expect(alarms.now).toBe(alarms.was);
  });
});
