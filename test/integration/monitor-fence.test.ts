import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertKey } from '../../actions/alerts/alert.ts';
import { createMonitor, type Monitor } from '../../actions/monitor/monitor.ts';
import type { ModelDesk, MonitorStore } from '../../actions/monitor/ports.ts';
import { type Base, openBase } from '../../cli/runtime/base.ts';
import { referencesOf } from '../../cli/runtime/references.ts';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import type { Leadership } from '../../common/leadership.ts';
import { createLiveFeed } from '../../common/live.ts';
import { noMetrics, silentLogger, systemClock } from '../../common/ports.ts';
import { loadPipeline } from '../../config/load.ts';
import { cleanUp, temporary, tidemark } from './bad-input/harness.ts';
import { firstMs, order, writeOrders } from './processes/orders.ts';

/** 80 minutes of orders, of which half an hour is in cents. */
const count = 4800;
const faults = { partitions: 1, cents: [1800, 3600] as const };
interface Judged {
  readonly comparison: string;
  readonly alarm: number;
}
const decided = [
  'monitor_state',
  'sealed_profiles',
  'rolled_profiles',
  'judgements',
  'incident_log',
  'action_log',
  'job_log',
];

describe('a leader that is replaced in the middle of a round', () => {
  let base: Base;
  let undisturbed: unknown;

  beforeAll(async () => {
    const directory = await temporary();
    const storeUrl = `embedded:${join(directory, 'store')}`;
    const pipeline = (more: string) =>
      writeOrders({
        directory,
        pipeline: 'fence',
        brokers: 'none:1',
        topic: 'none',
        storeUrl,
        source: '{ file: { path: orders.ndjson } }',
        more,
      });
    const lines = Array.from({ length: count }, (_, at) => order(at, faults));
    await writeFile(join(directory, 'orders.ndjson'), lines.join('\n'));
    // What this run decides is forgotten before each test; what it has read stays.
    const read = await tidemark(['up', await pipeline(''), '--once', '--no-console']).finished;
    expect(read.code, read.stderr).toBe(0);
    const path = await pipeline(`alerts: [{ name: ops, webhook: { url: "http://127.0.0.1:9/" } }]
detectors: { kinds: [evidence, adwin, page-hinkley], slice: 10m }
models: [{ name: basket, retrain: { command: ["true"] } }]
labels: { source: { file: { path: none.ndjson } }, id: /id, value: /value, time: /at }
actions: [{ when: severity >= low, alert: [ops], retrain: basket, cooldown: 1s }]
`);
    base = await openBase(await loadPipeline(path, {}), directory);
    await forget();
    undisturbed = await outcome([await leadToEnd(monitorOf(1))]);
  });
  afterAll(async () => {
    await base?.store.close();
    await cleanUp();
  });

  async function forget(): Promise<void> {
    for (const table of decided) await base.store.command(`TRUNCATE TABLE ${base.store.database}.${table}`);
  }

  interface Acted {
    readonly monitor: Monitor;
    readonly term: number;
    /** Keys of alerts and ids of jobs, as often as they were sent and started. */
    readonly effects: string[];
  }

  /** A monitor over the tables, with effects that are counted instead of had. */
  function monitorOf(term: number, wrap: (store: MonitorStore) => MonitorStore = (store) => store): Acted {
    const effects: string[] = [];
    const models: ModelDesk = {
      models: [],
      champion: () => undefined,
      importance: () => ({}),
      holdout: () => [],
      review: async () => [],
      async retrain({ jobId }) {
        effects.push(`job ${jobId}`);
        return `retraining started (job ${jobId})`;
      },
    };
    const references = referencesOf(base);
    const monitor = createMonitor({
      config: base.file.config,
      holidays: undefined,
      store: wrap(base.stores.monitor),
      performance: base.stores.labels,
      references,
      models,
      channels: new Map([
        ['ops', { name: 'ops', send: async (message) => void effects.push(`alert ${alertKey(message)}`) }],
      ]),
      consoleUrl: () => undefined,
      live: createLiveFeed(),
      clock: systemClock,
      logger: silentLogger,
      metrics: noMetrics,
    });
    return {
      term,
      effects,
      monitor: {
        ...monitor,
        async start(leadership) {
          await references.reload();
          await monitor.start(leadership);
        },
      },
    };
  }

  const leadership = (term: number, confirm: () => Promise<void>): Leadership => ({
    term,
    confirm,
    signal: new AbortController().signal,
  });
  const isLost = () => {
    throw new TidemarkError(ErrorCode.LEADERSHIP_LOST, 'another leads');
  };

  /** Rounds at growing watermarks, as a stream that goes on gives them. */
  async function leadToEnd(one: Acted): Promise<Acted> {
    await one.monitor.start(leadership(one.term, async () => {}));
    await rounds(one.monitor);
    return one;
  }

  async function rounds(monitor: Monitor): Promise<void> {
    for (const minute of [25, 45, 65]) await monitor.round(firstMs + minute * 60_000);
    await monitor.round(firstMs + (count - 1) * 1000);
  }

  /** What stands in the tables, without who wrote it in which round, and what had effects. */
  async function outcome(all: readonly Acted[]): Promise<unknown> {
    const from = (table: string) => `${base.store.database}.${table} FINAL`;
    const query = (sql: string) => base.store.query(sql);
    const states = await base.store.query<{ key: string; document: string }>(
      `SELECT key, document FROM ${from('monitor_state')} WHERE key IN ('monitor', 'detectors') ORDER BY key`,
    );
    const rest = states.map(({ key, document }) => {
      const { round: _, ...known } = JSON.parse(document) as Record<string, unknown>;
      return { key, known };
    });
    return {
      rest,
      incidents: await query(`SELECT * EXCEPT revision FROM ${from('incident_log')} ORDER BY incident_id, seq`),
      judgements: await query(
        `SELECT * EXCEPT revision FROM ${from('judgements')} ORDER BY window_start, comparison, segment, feature`,
      ),
      sealed: await query(
        `SELECT * EXCEPT (revision, sum_z, sum_z2) FROM ${from('sealed_profiles')} ORDER BY pane, pane_ms, segment, feature, binning`,
      ),
      rolled: await query(
        `SELECT * EXCEPT (revision, sum_z, sum_z2) FROM ${from('rolled_profiles')} ORDER BY pane_ms, pane, segment, feature, binning`,
      ),
      actions: await query(`SELECT * EXCEPT revision FROM ${from('action_log')} ORDER BY action_key, stage`),
      effects: all.flatMap(({ effects }) => effects).sort(),
    };
  }

  it('decides something, so that there is something to decide twice', () => {
    const { effects, incidents } = undisturbed as { effects: readonly string[]; incidents: readonly object[] };
    expect(effects.filter((effect) => effect.startsWith('alert')).length).toBeGreaterThan(0);
    expect(effects.filter((effect) => effect.startsWith('job')).length).toBeGreaterThan(0);
    expect(incidents.length).toBeGreaterThan(2);
    const { rest, judgements } = undisturbed as { rest: readonly object[]; judgements: readonly Judged[] };
    expect(rest).toHaveLength(2);
    expect(judgements.some(({ comparison, alarm }) => comparison === 'over-time:10m' && alarm === 1)).toBe(true);
  });

  it('leaves the rest to the next, wherever it learns of it', async () => {
    let lostAt = 0;
    for (let wasLost = true; wasLost; lostAt++) {
      await forget();
      let confirmed = 0;
      wasLost = false;
      const old = monitorOf(1);
      await old.monitor.start(
        leadership(1, async () => {
          if (confirmed++ < lostAt) return;
          wasLost = true;
          isLost();
        }),
      );
      await rounds(old.monitor).catch((error: unknown) =>
        expect(error).toMatchObject({ code: ErrorCode.LEADERSHIP_LOST }),
      );
      const next = await leadToEnd(monitorOf(2));
      expect(await outcome([old, next]), `lost at confirmation ${lostAt}`).toEqual(undisturbed);
    }
    expect(lostAt).toBeGreaterThan(8);
  });

  it('overwrites nothing when it was paused in a writing and goes on after the next has led', async () => {
    const writes = ['seal', 'writeJudgements', 'writeIncidentEntries', 'writeStates'] as const;
    let pausedAt = 0;
    for (let paused = true; paused; pausedAt++) {
      await forget();
      paused = false;
      let written = 0;
      let stalled = false;
      let reached: () => void = () => {};
      let wake: () => void = () => {};
      const asleep = new Promise<void>((resolve) => (reached = resolve));
      const woken = new Promise<void>((resolve) => (wake = resolve));
      const old = monitorOf(1, (store) => {
        const wrapped: Record<string, unknown> = { ...store };
        for (const name of writes) {
          const write = store[name] as (...args: unknown[]) => Promise<void>;
          wrapped[name] = async (...args: unknown[]) => {
            if (written++ === pausedAt) {
              stalled = true;
              reached();
              await woken;
            }
            return write(...args);
          };
        }
        return wrapped as unknown as MonitorStore;
      });
      await old.monitor.start(leadership(1, async () => (stalled ? isLost() : undefined)));
      const going = rounds(old.monitor).then(
        () => 'ended' as const,
        (error: unknown) => error,
      );
      await Promise.race([asleep, going]);
      paused = stalled;
      const next = await leadToEnd(monitorOf(2));
      wake();
      const end = await going;
      // After its very last writing it asks nobody any more.
      if (stalled && end !== 'ended') expect(end).toMatchObject({ code: ErrorCode.LEADERSHIP_LOST });
      expect(await outcome([old, next]), `paused at writing ${pausedAt}`).toEqual(undisturbed);
    }
    expect(pausedAt).toBeGreaterThan(10);
  });
});
