import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Base, openBase, openRuntime } from '../../../cli/runtime/runtime.ts';
import { noMetrics, silentLogger } from '../../../common/ports.ts';
import { loadPipeline } from '../../../config/load.ts';
import type { Judgement } from '../../../drift/judge/judgement.ts';
import { readingOf } from '../../support/sensors/event.ts';
import { registerSensorModel, writeSensorPipeline } from '../../support/sensors/pipeline.ts';

const stream = { startMs: Date.parse('2026-01-05T08:00:00Z'), stepMs: 100 };
const count = 18_000;
const shaken = 12_000;
let directory: string;
let base: Base;

/** Half an hour of readings; in its last ten minutes everything shakes four times as much. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidemark-care-'));
  const lines = Array.from({ length: count }, (_, index) => {
    const reading = readingOf(index);
    const time = new Date(stream.startMs + index * stream.stepMs).toISOString();
    const vibration = reading.vibration * (index >= shaken ? 4 : 1);
    return JSON.stringify({ id: `r${index}`, time, ...reading, vibration });
  });
  await writeFile(join(directory, 'events.ndjson'), `${lines.join('\n')}\n`);
  const source = { file: { path: 'events.ndjson' } };
  const pipeline = await writeSensorPipeline({ directory, source, storeUrl: 'embedded:./store' });
  await registerSensorModel(pipeline, stream, directory);
  base = await openBase(await loadPipeline(pipeline, process.env), directory);
  const options = { logger: silentLogger, metrics: noMetrics, once: true, consoleUrl: () => undefined };
  const runtime = await openRuntime(base, options);
  await runtime.run();
  await runtime.close();
});
afterAll(async () => {
  await base.store.close();
  await rm(directory, { recursive: true, force: true });
});

describe('an alarm on a feature of a model', () => {
  it('says what the change does to the predictions, asking the champion', async () => {
    const rows = await base.store.query<{ start: string; why: string; detail: string }>(
      `SELECT toUnixTimestamp64Milli(window_start) AS start, why, detail FROM \`${base.store.database}\`.judgements FINAL
       WHERE feature = 'vibration' AND segment = '' AND alarm = 1`,
    );
    expect(rows.map(({ start }) => Number(start))).toEqual([stream.startMs + shaken * stream.stepMs]);
    const { care } = JSON.parse(rows[0]?.detail ?? '{}') as Judgement['detail'];
    expect(care?.model).toBe('fault');
    expect(rows[0]?.why).toContain('its values now move the mean prediction of fault from');
    // Only vibration changed, so what the champion said of the stream is what it says of the reference with current values.
    const stored = await base.store.query<{ early: number; late: number }>(
      `SELECT avgIf(value, event_time < fromUnixTimestamp64Milli(${stream.startMs + shaken * stream.stepMs})) AS early,
         avgIf(value, event_time >= fromUnixTimestamp64Milli(${stream.startMs + shaken * stream.stepMs})) AS late
       FROM \`${base.store.database}\`.predictions FINAL`,
    );
    expect(Math.abs((care?.prediction?.before ?? 0) - (stored[0]?.early ?? 1))).toBeLessThan(0.02);
    // Some three hundred events of the window are in the sample.
    expect(Math.abs((care?.prediction?.after ?? 0) - (stored[0]?.late ?? 1))).toBeLessThan(0.05);
  });

  it('keeps predictions with the sample, under the name that references have for them', async () => {
    const version = base.registry.state('fault').champion;
    const name = `@prediction:fault:${version}`;
    const fields = [{ name, type: 'number' as const }];
    const { startMs } = stream;
    const sample = await base.stores.monitor.windowSample({
      startMs,
      endMs: startMs + 600_000,
      paneMs: 60_000,
      fields,
    });
    const [column] = sample?.columns ?? [];
    const values = column?.kind === 'number' ? column.values.subarray(0, sample?.rows) : new Float64Array(0);
    expect(values.length).toBeGreaterThan(200);
    expect(values.every((value) => value > 0 && value < 1)).toBe(true);
  });
});
