import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Incident } from '../../actions/incidents/incident.ts';
import { type Base, openBase, openRuntime } from '../../cli/runtime/runtime.ts';
import { noMetrics, silentLogger } from '../../common/ports.ts';
import { priorityOf, prioritySeed } from '../../common/priority.ts';
import { loadPipeline } from '../../config/load.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import { hourMs, trips, tripsStartMs, writeTrips } from '../support/trips/trips.ts';

const unpairedFromMs = tripsStartMs + 72 * hourMs;
const faultyFromMs = tripsStartMs + 120 * hourMs;
let directory: string;
let base: Base;

interface Row {
  readonly start: string;
  readonly feature: string;
  readonly alarm: number;
  readonly why: string;
  readonly statistic: string;
  readonly detail: string;
}

/** Seven days of trips through worker and monitor on the embedded engine. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidemark-joint-'));
  const events = trips(0, 7 * 24, { unpairedFromMs, faulty: { firmware: 'fw-7', fromMs: faultyFromMs } });
  const pipeline = await writeTrips(directory, events, { flush: { rows: 1700 } });
  base = await openBase(await loadPipeline(pipeline, process.env), directory);
  const runtime = await openRuntime(base, {
    logger: silentLogger,
    metrics: noMetrics,
    once: true,
    consoleUrl: () => undefined,
  });
  await runtime.run();
  await runtime.close();
});
afterAll(async () => {
  await base.store.close();
  await rm(directory, { recursive: true, force: true });
});

const table = (name: string): string => `\`${base.store.database}\`.\`${name}\``;

/** The sample of the six hours that begin so many hours after the start. */
function sampled(hour: number) {
  const fields = [...base.contract.fields, { name: '@lag', type: 'number' as const }];
  const startMs = tripsStartMs + hour * hourMs;
  return base.stores.monitor.windowSample({ startMs, endMs: startMs + 6 * hourMs, paneMs: hourMs, fields });
}

const judgements = (where: string): Promise<Row[]> =>
  base.store.query<Row>(
    `SELECT toUnixTimestamp64Milli(window_start) AS start, feature, alarm, why, statistic, detail
     FROM ${table('judgements')} FINAL WHERE ${where} ORDER BY window_start, feature`,
  );

describe('several features at once, from events to incidents', () => {
  it('sees that two features no longer go together, though each is as before', async () => {
    const joint = await judgements("feature LIKE '@joint:%'");
    expect(joint).toHaveLength(4 * 28);
    const alarms = joint.filter(({ alarm }) => alarm === 1);
    expect(alarms.filter(({ start }) => Number(start) < unpairedFromMs)).toEqual([]);
    const correlations = alarms.filter(({ feature }) => feature === '@joint:correlation');
    expect(correlations).toHaveLength(16);
    expect(correlations[0]?.why).toMatch(
      /^distance and duration no longer go together as before: rank correlation 0\.9\d in the reference, -?0\.\d\d now/,
    );
    const singles = await judgements("feature IN ('distance', 'duration') AND alarm = 1");
    expect(singles).toEqual([]);
  });

  it('says which firmware a shift comes from, though firmware is no segment', async () => {
    const battery = await judgements("feature = 'battery' AND alarm = 1");
    expect(battery.map(({ start }) => Number(start))).toEqual(
      Array.from({ length: 8 }, (_, at) => faultyFromMs + at * 6 * hourMs),
    );
    for (const { why, detail } of battery) {
      expect(why).toMatch(/; it comes from firmware fw-7: \d(\.\d)? % of events carry (9\d|100) % of the change$/);
      const { concentration } = JSON.parse(detail) as Judgement['detail'];
      expect(concentration).toMatchObject({ conditions: [{ feature: 'firmware', value: 'fw-7' }], pValue: 0.005 });
    }
  });

  it('makes one incident of each cause, told by its clearest judgement', async () => {
    const rows = await base.store.query<{ state: string }>(
      `SELECT argMax(state, seq) AS state FROM ${table('incident_log')} GROUP BY incident_id`,
    );
    const incidents = rows.map(({ state }) => JSON.parse(state) as Incident).sort((a, b) => a.since - b.since);
    expect(incidents.map(({ since }) => since)).toEqual([unpairedFromMs, faultyFromMs]);
    expect(incidents.map(({ features }) => features)).toEqual([
      ['@joint:classifier', '@joint:correlation', '@joint:mutual-information', '@joint:pca'],
      ['battery'],
    ]);
    expect(incidents[0]?.title).toContain('distance and duration no longer go together as before');
    expect(incidents[1]?.title).toContain('it comes from firmware fw-7');
  });
});

describe('samples', () => {
  it('are a uniform sample of the window, however its events were cut into chunks', async () => {
    const { fields } = (await sampled(0)) ?? { fields: [] };
    expect(fields.map(({ name }) => name)).toEqual(['distance', 'duration', 'battery', 'region', 'firmware', '@lag']);
    const chunks = await base.store.query<{ n: string }>(`SELECT count() AS n FROM ${table('chunks')} FINAL`);
    expect(Number(chunks[0]?.n)).toBeGreaterThan(10);
    // The events of a window with the smallest priorities, worked out from the events themselves.
    const positions = await base.store.query<{ source: string; partition: number; offset: string; hour: number }>(
      `SELECT source, partition, offset, intDiv(toUnixTimestamp64Milli(event_time) - ${tripsStartMs}, ${hourMs}) AS hour
       FROM ${table('events')} FINAL WHERE event_time < fromUnixTimestamp64Milli(${tripsStartMs + 6 * hourMs}) AND duplicate = 0`,
    );
    const panes = Array.from({ length: 6 }, (_, hour) =>
      positions
        .filter((one) => Number(one.hour) === hour)
        .map(({ source, partition, offset }) => priorityOf(prioritySeed(source, partition), Number(offset)))
        .sort((a, b) => a - b),
    );
    const limit = Math.min(...panes.map((priorities) => priorities[127] as number));
    expect((await sampled(0))?.rows).toBe(panes.flat().filter((priority) => priority <= limit).length);
  });

  it('are the same when a chunk is written again, and without one that was never committed', async () => {
    const before = await sampled(0);
    const all = `SELECT * FROM ${table('events')} WHERE event_time < fromUnixTimestamp64Milli(${tripsStartMs + 6 * hourMs})`;
    // By the owner of before, by a later one, and beyond what was ever committed.
    for (const change of ['epoch', 'epoch + 1 AS epoch', 'offset + 1000000000 AS offset, 0 AS sample_priority'])
      await base.store.command(
        `INSERT INTO ${table('events')} SELECT * REPLACE (${change.includes(' AS ') ? change : `${change} AS ${change}`}) FROM (${all})`,
      );
    expect(await sampled(0)).toEqual(before);
  });

  it('expire with the events', async () => {
    await base.stores.monitor.expire(tripsStartMs + 6 * hourMs);
    expect(await sampled(0)).toBeUndefined();
    expect((await sampled(6))?.rows).toBeGreaterThan(600);
  });
});
