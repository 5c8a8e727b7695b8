import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Base, openBase, openRuntime } from '../../cli/runtime/runtime.ts';
import { noMetrics, silentLogger } from '../../common/ports.ts';
import { loadPipeline } from '../../config/load.ts';
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

const judgements = (where: string): Promise<Row[]> =>
  base.store.query<Row>(
    `SELECT toUnixTimestamp64Milli(window_start) AS start, feature, alarm, why, statistic, detail
     FROM \`${base.store.database}\`.judgements FINAL WHERE ${where} ORDER BY window_start, feature`,
  );

describe('several features at once, from events to incidents', () => {
  it('sees that two features no longer go together, though each is as before', async () => {
    const joint = await judgements("feature LIKE '@joint:%'");
    expect(joint).toHaveLength(4 * 28);
    const alarms = joint.filter(({ alarm }) => alarm === 1);
    console.log(
      joint.map((j) => [new Date(Number(j.start)).toISOString(), j.feature, j.alarm, j.why].join(' ')).join('\n'),
    );
    expect(alarms.filter(({ start }) => Number(start) < unpairedFromMs)).toEqual([]);
    const correlations = alarms.filter(({ feature }) => feature === '@joint:correlation');
    expect(correlations).toHaveLength(16);
    expect(correlations[0]?.why).toMatch(
      /^distance and duration no longer go together as before: rank correlation 0\.9\d in the reference, -?0\.\d\d now/,
    );
    const singles = await judgements("feature IN ('distance', 'duration') AND alarm = 1");
    expect(singles).toEqual([]);
  });
});
