import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMonitor, type Monitor } from '../../actions/monitor/monitor.ts';
import type { ModelDesk } from '../../actions/monitor/ports.ts';
import { type Base, openBase } from '../../cli/runtime/base.ts';
import { referencesOf } from '../../cli/runtime/references.ts';
import { soleLeadership } from '../../common/leadership.ts';
import { createLiveFeed } from '../../common/live.ts';
import { noMetrics, silentLogger, systemClock } from '../../common/ports.ts';
import { loadPipeline } from '../../config/load.ts';
import { createReadModel } from '../../store/read-model.ts';
import { cleanUp, temporary, tidemark } from './bad-input/harness.ts';
import { firstMs, order, writeOrders } from './processes/orders.ts';

/** 100 minutes of orders; amounts are a little higher in 40 of them. */
const count = 6000;
const minuteMs = 60_000;
const decided = ['monitor_state', 'sealed_profiles', 'judgements', 'incident_log', 'action_log'];
const models: ModelDesk = {
  models: [],
  champion: () => undefined,
  importance: () => ({}),
  holdout: () => [],
  review: async () => [],
  retrain: async () => 'nothing is trained here',
};

function raised(at: number): string {
  const one = JSON.parse(order(at, { partitions: 1 })) as { amount: number };
  return JSON.stringify({ ...one, amount: at < 2400 || at >= 4800 ? one.amount : one.amount + 8 });
}

interface Judged {
  readonly comparison: string;
  readonly segment: string;
  readonly feature: string;
  readonly alarm: number;
  readonly why: string;
  readonly detail: string;
}

describe('detectors in the monitor, on sealed panes of the embedded engine', () => {
  let base: Base;
  let straight: Awaited<ReturnType<typeof outcome>>;

  beforeAll(async () => {
    const directory = await temporary();
    const path = await writeOrders({
      directory,
      pipeline: 'slices',
      brokers: 'none:1',
      topic: 'none',
      storeUrl: `embedded:${join(directory, 'store')}`,
      source: '{ file: { path: orders.ndjson } }',
      more: 'detectors: { kinds: [evidence, adwin, page-hinkley, kswin], slice: 2m }\n',
    });
    const lines = Array.from({ length: count }, (_, at) => raised(at));
    await writeFile(join(directory, 'orders.ndjson'), lines.join('\n'));
    const read = await tidemark(['up', path, '--once', '--no-console']).finished;
    expect(read.code, read.stderr).toBe(0);
    base = await openBase(await loadPipeline(path, {}), directory);
    await forget();
    const monitor = await monitorOf(0);
    for (let minute = 1; minute <= 100; minute++) await monitor.round(firstMs + minute * minuteMs + 30_000);
    straight = await outcome();
  });
  afterAll(async () => {
    await base?.store.close();
    await cleanUp();
  });

  async function forget(): Promise<void> {
    for (const table of decided) await base.store.command(`TRUNCATE TABLE ${base.store.database}.${table}`);
  }

  async function monitorOf(term: number): Promise<Monitor> {
    const references = referencesOf(base);
    await references.reload();
    const monitor = createMonitor({
      config: base.file.config,
      holidays: undefined,
      store: base.stores.monitor,
      performance: base.stores.labels,
      references,
      models,
      channels: new Map(),
      consoleUrl: () => undefined,
      live: createLiveFeed(),
      clock: systemClock,
      logger: silentLogger,
      metrics: noMetrics,
    });
    await monitor.start(soleLeadership(term));
    return monitor;
  }

  async function outcome() {
    const from = (table: string) => `${base.store.database}.${table} FINAL`;
    const states = await base.store.query<{ key: string; document: string }>(
      `SELECT key, document FROM ${from('monitor_state')} WHERE key IN ('monitor', 'detectors') ORDER BY key`,
    );
    const [detectors, own] = states.map(({ document }) => document);
    const { round: _, seen: __, ...rest } = JSON.parse(own ?? '{}') as Record<string, unknown>;
    return {
      detectors,
      rest,
      judgements: await base.store.query<Judged>(
        `SELECT * EXCEPT revision FROM ${from('judgements')} ORDER BY window_start, comparison, segment, feature`,
      ),
      incidents: await base.store.query<{ kind: string; state: string }>(
        `SELECT * EXCEPT revision FROM ${from('incident_log')} ORDER BY at, incident_id, seq`,
      ),
    };
  }

  it('finds a small rise within a few slices, and says so in words', () => {
    const alarms = straight.judgements.filter(({ comparison, alarm }) => comparison === 'over-time:2m' && alarm === 1);
    const [first] = alarms;
    expect(first).toMatchObject({ segment: '', feature: 'amount' });
    expect(first?.why).toMatch(
      /^amount has been rising since Mon 2 Mar 00:\d\d: evidence more than a billion where 100,800 was asked for/,
    );
    const { windowStart, sinceMs } = {
      windowStart: Date.parse(
        `${String((first as unknown as { window_start: string }).window_start).replace(' ', 'T')}Z`,
      ),
      ...(JSON.parse(first?.detail ?? '{}') as { overTime: { sinceMs: number } }).overTime,
    };
    expect((sinceMs - firstMs) / minuteMs).toBeGreaterThanOrEqual(36);
    expect((sinceMs - firstMs) / minuteMs).toBeLessThanOrEqual(42);
    expect((windowStart - firstMs) / minuteMs).toBeLessThanOrEqual(48);
    expect(straight.judgements.some(({ comparison }) => comparison === 'over-time/page-hinkley:2m')).toBe(true);
  });

  it('makes one incident of it, though windows of ten minutes find it, too', () => {
    const opened = straight.incidents.filter(({ kind }) => kind === 'opened');
    expect(opened).toHaveLength(1);
    const last = JSON.parse(straight.incidents.at(-1)?.state ?? '{}') as { evidence: string[]; comparison: string };
    expect(new Set(last.evidence.map((id) => id.split('|')[0])).size).toBeGreaterThan(1);
  });

  it('shows it to API and console: the line of evidence, what changed since it began, and all it rests on', async () => {
    const model = createReadModel((sql, params) => base.store.query(sql, params), base.store.database);
    const view = await model.feature({ feature: 'amount', comparison: 'over-time:2m' });
    // Recorded once an hour, and with every alarm.
    expect(view?.series.length).toBeGreaterThan(5);
    expect(view?.series.some(({ alarm, statistic }) => alarm && statistic === 'evidence')).toBe(true);
    expect((await model.feature({ feature: 'amount' }))?.comparison).toBe('training:10m');
    const id = (await model.incidents(10))[0]?.id ?? '';
    const incident = await model.incident(id);
    // As the command line prints it.
    expect((await model.incident(id.slice(0, 8)))?.id).toBe(id);
    expect(await model.incident('')).toBeUndefined();
    expect(new Set(incident?.judgements.map(({ comparison }) => comparison)).size).toBeGreaterThan(1);
    expect(new Set((await model.windows(1000)).map(({ comparison }) => comparison))).toEqual(new Set(['training:10m']));
    expect((await model.summary()).windowsJudged).toBe(10);
    const { strips } = await model.drift(100);
    expect(strips.map(({ comparison }) => comparison)).toContain('over-time:2m');
  });

  it('does the same with another process after every round', async () => {
    await forget();
    for (let minute = 1; minute <= 100; minute++) {
      const monitor = await monitorOf(minute);
      await monitor.round(firstMs + minute * minuteMs + 30_000);
    }
    expect(await outcome()).toEqual(straight);
  });

  it('does the same when it catches up in one round', async () => {
    await forget();
    const monitor = await monitorOf(0);
    await monitor.round(firstMs + 100 * minuteMs + 30_000);
    expect(await outcome()).toEqual(straight);
  });

  it('counts no slice twice when late events change it, and says so in the next record', async () => {
    await forget();
    const { store } = base;
    const monitor = await monitorOf(0);
    await monitor.round(firstMs + 20 * minuteMs + 30_000);
    const before = await outcome();
    const late = JSON.stringify({ id: 'late', at: new Date(firstMs + 5 * minuteMs).toISOString() });
    const chunk = `late@${late.length}`;
    await store.command(
      `INSERT INTO ${store.database}.profiles SELECT '${chunk}' AS chunk_id, * EXCEPT chunk_id FROM ${store.database}.profiles
       WHERE pane = fromUnixTimestamp64Milli(${firstMs + 4 * minuteMs})`,
    );
    await store.command(
      `INSERT INTO ${store.database}.chunks SELECT * REPLACE ('${chunk}' AS chunk_id, 'late' AS source, [${firstMs + 4 * minuteMs}] AS panes)
       FROM ${store.database}.chunks LIMIT 1`,
    );
    await monitor.round(firstMs + 20 * minuteMs + 30_000);
    const sums = (text: string | undefined) => (JSON.parse(text ?? '{}') as { detectors: unknown }).detectors;
    const after = await outcome();
    expect(sums(after.detectors)).toEqual(sums(before.detectors));
    await monitor.round(firstMs + 100 * minuteMs + 30_000);
    const told = (await outcome()).judgements.filter(({ why }) =>
      why.includes('late events of a slice counted before'),
    );
    expect(told.length).toBeGreaterThan(0);
    expect(new Set(told.map(({ comparison }) => comparison.split(':')[0]?.split('/')[0]))).toEqual(
      new Set(['over-time']),
    );
  });
});
