import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datasetOf } from '../../../cli/runtime/dataset.ts';
import { referenceFrom } from '../../../cli/runtime/reference-builder.ts';
import { type Column, numberColumn, textColumn, valueAt } from '../../../common/columns.ts';
import { loadPipeline } from '../../../config/load.ts';
import { createLabelStore } from '../../../store/label-store.ts';
import { featureColumn } from '../../../store/migrations.ts';
import { readFrame } from '../../../store/read-file.ts';
import { compileContract } from '../../../validators/compile.ts';
import { parseContract } from '../../../validators/parse.ts';
import { type OrderChange, orders, startMs } from '../../support/kinds/orders.ts';
import {
  cleanUp,
  countsOf,
  type PipelineFiles,
  send,
  tidemark,
  up,
  withStore,
  writePipeline,
} from '../bad-input/harness.ts';

afterAll(cleanUp);

const hourMs = 3_600_000;
const contract = `contract: orders
features:
  amount: { type: number }
  review: { type: string, kind: text }
  code: { type: string }
  embedding: { type: vector, dimension: 16, onTypeMismatch: flag }
  shipped: { type: timestamp }
`;

/** Orders as events, 600 an hour, from the hour `hour` after the start on. */
function events(hour: number, count: number, seed: number, change: OrderChange = {}): Record<string, unknown>[] {
  const { frame, timesMs } = orders({ count, seed, fromMs: startMs + hour * hourMs }, change);
  return Array.from({ length: count }, (_, row) => ({
    id: `${hour}-${row}`,
    at: new Date(timesMs[row] as number).toISOString(),
    ...Object.fromEntries(frame.fields.map(({ name }, at) => [name, valueAt(frame.columns[at] as never, row)])),
  }));
}

const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n');

interface Judged {
  readonly feature: string;
  readonly hour: number;
  readonly alarm: number;
  readonly statistic: string;
  readonly why: string;
  readonly detail: string;
}

describe('a pipeline over texts, vectors and timestamps from a file', () => {
  let files: PipelineFiles;
  let judged: readonly Judged[];

  beforeAll(async () => {
    files = await writePipeline({
      contract,
      source: '{ file: { path: events.ndjson } }',
      flush: '{ rows: 500 }',
      more: `reference: reference.ndjson
windows: { pane: 10m, lateness: 0s }
drift: [{ against: training, window: 1h }]
`,
    });
    await writeFile(join(files.directory, 'reference.ndjson'), lines(events(0, 14_400, 1)));
    const stream = [
      ...events(24, 1200, 2),
      ...events(26, 600, 3, { topic: 'kitchen' }),
      ...events(27, 600, 4, { shiftCluster: 5 }),
      ...events(28, 600, 5, { shippedLaterMs: -5 * hourMs }),
      ...events(29, 600, 6).map((event, row) =>
        row % 4 === 0 ? { ...event, embedding: (event['embedding'] as number[]).slice(1) } : event,
      ),
      // Closes the last hour.
      ...events(30, 10, 7),
    ];
    await writeFile(join(files.directory, 'events.ndjson'), lines(stream));
    const { code, stderr } = await tidemark(['up', files.path, '--once', '--json']).finished;
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    judged = await withStore(files.store, (store) =>
      store.query<Judged>(
        `SELECT feature, toFloat64(toHour(window_start)) + 24 * (toDate(window_start) - toDate('2026-01-05')) AS hour, alarm, statistic, why, detail
         FROM tidemark_orders.judgements FINAL ORDER BY hour, feature`,
      ),
    );
  }, 120_000);

  const alarmsOf = (hour: number) => judged.filter((one) => one.hour === hour && one.alarm === 1);
  const named = (hour: number) => alarmsOf(hour).map(({ feature, statistic }) => `${feature} ${statistic}`);

  it('judges every feature and measure of an hour, and alarms in no ordinary one', () => {
    const features = judged.filter(({ hour }) => hour === 24).map(({ feature }) => feature);
    expect(features).toEqual(expect.arrayContaining(['amount', 'review', 'review.unknown', 'code.pattern']));
    expect(features).toEqual(expect.arrayContaining(['embedding', 'embedding.p8', 'shipped', 'shipped.lag']));
    // No event says when it arrived.
    expect(features).not.toContain('@lag');
    expect(named(24)).toEqual([]);
    expect(named(25)).toEqual([]);
    expect(judged.find(({ feature }) => feature === 'review')?.why).toContain('judged by their measures');
  });

  it('finds another topic, a moved cluster, a clock and vectors of another dimension', () => {
    expect(named(26)).toEqual(['review.unknown js_distance']);
    expect(named(27).length).toBeGreaterThan(0);
    for (const name of named(27)) expect(name).toMatch(/^embedding\.\w+ js_distance$/);
    expect(named(28)).toEqual(['shipped.lag js_distance']);
    expect(alarmsOf(28)[0]?.why).toContain('a clock 5 hours off, as in another time zone?');
    expect(named(29)).toEqual(['embedding invalid']);
    expect(alarmsOf(29)[0]?.why).toContain('25 %');
  });

  it('estimates how many different codes and texts an hour had', () => {
    const distinctOf = (feature: string) => {
      const detail = judged.find((one) => one.hour === 24 && one.feature === feature)?.detail ?? '{}';
      const { statistics } = JSON.parse(detail) as { statistics: Record<string, { value: number }> };
      return [statistics['distinct']?.value ?? 0, statistics['distinct_reference']?.value ?? 0] as const;
    };
    const different = (hour: number, count: number, seed: number, name: string) =>
      new Set(events(hour, count, seed).map((event) => event[name])).size;
    for (const feature of ['code', 'review']) {
      const [now, before] = distinctOf(feature);
      // Four standard errors of 3.3 %; the second hour of the stream is not in this one.
      const exact = new Set(
        events(24, 1200, 2)
          .slice(0, 600)
          .map((event) => event[feature]),
      ).size;
      expect(Math.abs(now / exact - 1)).toBeLessThan(0.13);
      expect(Math.abs(before / different(0, 14_400, 1, feature) - 1)).toBeLessThan(0.13);
    }
  });

  it('stores vectors and counts every event once, those without a usable vector as invalid', async () => {
    await withStore(files.store, async (store) => {
      expect(await countsOf(store)).toMatchObject({ read: 3610, flagged: 150, rejected: 0, events: 3610 });
      const [row] = await store.query<Record<string, number | string>>(
        `SELECT countIf(empty(f_embedding)) AS empty, countIf(length(f_embedding) = 16) AS whole, any(toTypeName(f_embedding)) AS type
         FROM tidemark_orders.events FINAL`,
      );
      expect(row).toMatchObject({ empty: '150', whole: '3460', type: 'Array(Float32)' });
      const [counts] = await store.query<Record<string, string>>(
        `SELECT sum(n) AS n, sum(missing) AS missing, sum(invalid) AS invalid, sum(unseen) AS unseen
         FROM tidemark_orders.sealed_profiles FINAL WHERE feature = 'embedding' AND segment = '' AND pane >= '2026-01-06 05:00:00' AND pane < '2026-01-06 06:00:00'`,
      );
      expect(counts).toEqual({ n: '600', missing: '0', invalid: '150', unseen: '450' });
      const [norm] = await store.query<Record<string, string>>(
        `SELECT sum(n) AS n, sum(missing) AS missing FROM tidemark_orders.sealed_profiles FINAL
         WHERE feature = 'embedding.norm' AND segment = '' AND pane >= '2026-01-06 05:00:00' AND pane < '2026-01-06 06:00:00'`,
      );
      expect(norm).toEqual({ n: '450', missing: '0' });
    });
  });

  it('hands labelled events with their vectors to a training command, and makes a reference of them', async () => {
    await withStore(files.store, async (store) => {
      await store.insertRows(
        'labels',
        Array.from({ length: 600 }, (_, row) => ({
          source: 'labels',
          partition: 0,
          offset: row,
          epoch: 1,
          id: `29-${row}`,
          label_time: '2026-01-06 06:00:00.000',
          value: row % 2,
        })),
      );
      const path = join(files.directory, 'dataset.arrow');
      const { fields } = compileContract(parseContract(contract, 'contract.yaml'));
      await createLabelStore(store).exportDataset({
        startMs: startMs + 29 * hourMs,
        endMs: startMs + 30 * hourMs,
        knownByMs: startMs + 31 * hourMs,
        features: fields.map(({ name, type }) => ({ column: featureColumn(name), isText: type === 'string' })),
        path,
      });
      const dataset = datasetOf(await readFrame(path, { client: store.client }), fields, path);
      const at = fields.findIndex(({ name }) => name === 'embedding');
      const column = dataset.features.columns[at];
      const sent = events(29, 600, 6);
      expect([dataset.features.rows, column?.kind]).toEqual([600, 'vector']);
      for (const row of [0, 1, 4, 599]) {
        const expected = row % 4 === 0 ? null : sent[row]?.['embedding'];
        expect(valueAt(column as Column, row)).toEqual(expected);
      }
      const { config } = await loadPipeline(files.path, process.env);
      const reference = referenceFrom({ config, dataset, predictions: new Map(), origin: 'x', like: undefined });
      expect(reference.profile('', 'embedding')).toMatchObject({ n: 600, missing: 150 });
      expect(reference.profile('', 'embedding.norm')).toMatchObject({ n: 450, missing: 0 });
      // One vector of another length is absent, as in the store: the others stay.
      const stray = textColumn(['[1,2]', JSON.stringify(Array.from({ length: 16 }, (_, k) => k)), null]);
      const times = numberColumn([0, 1, 2]);
      const mixed = datasetOf(
        {
          rows: 3,
          fields: [
            { name: 'f_embedding', type: 'string' },
            { name: 'event_time', type: 'number' },
            { name: 'arrival_time', type: 'number' },
          ],
          columns: [stray, times, times],
        },
        [{ name: 'embedding', type: 'vector', dimension: 16 }],
        'mixed.arrow',
      );
      expect(
        [0, 1, 2].map((row) => (valueAt(mixed.features.columns[0] as Column, row) as number[] | null)?.[3]),
      ).toEqual([undefined, 3, undefined]);
    });
  });

  it('tells how often which rule was broken, by hour', async () => {
    await withStore(files.store, async (store) => {
      const rows = await store.query<{ violation: string; hour: string; n: string }>(
        `SELECT toString(toHour(event_time)) AS hour, arrayJoin(splitByChar(' ', violations)) AS violation, count() AS n
         FROM tidemark_orders.events FINAL WHERE violations != '' GROUP BY hour, violation`,
      );
      expect(rows).toEqual([{ hour: '5', violation: 'type_mismatch:/embedding', n: '150' }]);
    });
  });
});

describe('a pipeline over vectors from HTTP', () => {
  it('answers with what is wrong with a vector, and stores those that are right', async () => {
    const files = await writePipeline({
      contract: `contract: orders
features:
  embedding: { type: vector, dimension: 3, required: true, min: -10, max: 10, otherwise: reject }
`,
    });
    const running = await up(files.path);
    const at = '2026-01-05T00:00:00Z';
    const event = (id: number, embedding: unknown) => JSON.stringify({ id: String(id), at, embedding });
    const body = [
      event(1, [1, 2, 3]),
      event(2, [1, 2]),
      event(3, [1, [2], 3]),
      event(4, [1, 2, 11]),
      event(5, []),
      event(6, [1e39, 0, 0]),
      event(7, [-1, 0, 0.5]),
    ].join('\n');
    const answer = await send(running.url, body);
    const refused = answer.body.results?.filter(({ verdict }) => verdict === 'rejected');
    const said = refused?.map(({ index, violations }) => `${index} ${violations?.[0]?.message}`);
    expect([answer.body.accepted, answer.body.rejected]).toEqual([2, 5]);
    expect(said).toEqual([
      '1 expected a vector of 3 numbers, found a vector of 2',
      '2 expected a vector of 3 numbers, found a list whose component 1 (from 0) is a list itself',
      '3 expected a value from -10 to 10, found 11 as component 2 (from 0)',
      '4 expected a vector of 3 numbers, found an empty array',
      '5 expected a vector of 3 numbers, found a list whose component 0 (from 0) is beyond the range of 32-bit floats',
    ]);
    await running.stop('SIGTERM');
    await withStore(files.store, async (store) => {
      const rows = await store.query<{ e: readonly number[] }>(
        'SELECT f_embedding AS e FROM tidemark_orders.events FINAL ORDER BY id',
      );
      expect(rows.map(({ e }) => e)).toEqual([
        [1, 2, 3],
        [-1, 0, 0.5],
      ]);
    });
  });
});
