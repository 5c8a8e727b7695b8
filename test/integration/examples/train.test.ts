import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dictionary, Int32, Table, tableToIPC, Utf8, type Vector, vectorFromArray } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numberColumn, textColumn } from '../../../common/columns.ts';
import type { FeatureField, Frame } from '../../../common/feature.ts';
import { createRandom } from '../../../common/random.ts';
import { readFlights } from '../../../examples/flights/training/dataset.ts';
import { predict } from '../../../examples/flights/training/fit.ts';
import { designOf } from '../../../examples/flights/training/terms.ts';
import { trainModel } from '../../../examples/flights/training/train-model.ts';
import { loadModel } from '../../../serving/model/session.ts';
import { parseSignature } from '../../../serving/model/signature.ts';

let work: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'train-'));
});
afterAll(() => rm(work, { recursive: true }));

const airports = ['ATL', 'BOS', 'DFW', 'JFK', 'LAX', 'ORD'];
const fields: readonly FeatureField[] = [
  { name: 'origin', type: 'string' },
  { name: 'destination', type: 'string' },
  { name: 'distance', type: 'number' },
  { name: 'hour', type: 'integer' },
  { name: 'weekday', type: 'integer' },
];

/** Twelve days of flights that are late in the evening and at ORD. */
function flights(rows = 6000): Record<string, Float64Array | string[]> {
  const random = createRandom(3);
  const columns = {
    event_time: new Float64Array(rows),
    f_origin: new Array<string>(rows),
    f_destination: new Array<string>(rows),
    f_distance: new Float64Array(rows),
    f_hour: new Float64Array(rows),
    f_weekday: new Float64Array(rows),
    label: new Float64Array(rows),
    something_else: new Float64Array(rows),
  };
  for (let row = 0; row < rows; row++) {
    const hour = random.below(24);
    const day = Math.floor((row * 12) / rows);
    const origin = airports[random.below(6)] as string;
    columns.event_time[row] = Date.UTC(2001, 0, 1 + day, hour);
    columns.f_origin[row] = origin;
    columns.f_destination[row] = airports[random.below(6)] as string;
    columns.f_distance[row] = 100 + random.below(2400);
    columns.f_hour[row] = hour;
    columns.f_weekday[row] = day % 7;
    columns.label[row] = Number(random.next() < 0.1 + hour / 60 + (origin === 'ORD' ? 0.3 : 0));
  }
  return columns;
}

function write(name: string, columns: Record<string, Float64Array | string[]>): string {
  const path = join(work, name);
  const vectors: Record<string, Vector> = {};
  for (const [key, values] of Object.entries(columns)) {
    // Text as a dictionary, as the store writes it.
    vectors[key] = Array.isArray(values)
      ? vectorFromArray(values, new Dictionary(new Utf8(), new Int32()))
      : vectorFromArray(values);
  }
  writeFileSync(path, tableToIPC(new Table(vectors), 'file'));
  return path;
}

function train(dataset: string, out: string, ...more: string[]) {
  const script = join(import.meta.dirname, '../../../examples/flights/train.ts');
  const args = ['--import', 'tsx', script, '--dataset', dataset, '--out', out, ...more];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

describe('train.ts', () => {
  it('writes a version that onnxruntime scores as the trainer does, deterministically', async () => {
    const path = write('good.arrow', flights());
    const out = join(work, 'good');
    const run = train(path, out);
    expect(run.stderr).toMatch(/late 20010112-[0-9a-f]{8}: 6000 rows; hold-out of/);
    expect(run.status).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['model.json', 'model.onnx']);
    expect(readdirSync(work).filter((name) => name.startsWith('.'))).toEqual([]);

    const data = await readFlights(path);
    const again = trainModel({ data, name: 'late', seed: 1, code: 'test', place: path });
    expect(Buffer.compare(readFileSync(join(out, 'model.onnx')), Buffer.from(again.onnx))).toBe(0);

    const frame: Frame = {
      rows: data.rows,
      fields,
      columns: [
        textColumn(Array.from(data.origin, (code) => airports[code - 1] as string)),
        textColumn(Array.from(data.destination, (code) => airports[code - 1] as string)),
        numberColumn([...data.distance]),
        numberColumn([...data.hour]),
        numberColumn([...data.weekday]),
      ],
    };
    const expected = predict(
      again.model,
      designOf(data, again.terms),
      Int32Array.from({ length: data.rows }, (_, row) => row),
    );
    const model = await loadModel(out, { fields, intraOpThreads: 1 });
    const values = await model.score(frame);
    await model.release();
    let worst = 0;
    for (let row = 0; row < data.rows; row++)
      worst = Math.max(worst, Math.abs((values[row] as number) - (expected[row] as number)));
    expect(worst).toBeLessThan(1e-5);
  });

  it('measures itself on what it did not see', () => {
    const out = join(work, 'good');
    const { metrics, holdoutWindows, importance, lineage } = parseSignature(
      readFileSync(join(out, 'model.json'), 'utf8'),
      out,
    );
    expect(metrics.logLoss).toBeLessThan(metrics.baselineLogLoss as number);
    expect(metrics.auc).toBeGreaterThan(0.6);
    expect(holdoutWindows).toHaveLength(12);
    expect((importance['hour'] ?? 0) + (importance['origin'] ?? 0)).toBeGreaterThan(0.9);
    expect(lineage.dataset).toMatchObject({
      rows: 6000,
      from: Date.UTC(2001, 0, 1),
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('answers for airports, hours and distances that nobody has seen', async () => {
    const model = await loadModel(join(work, 'good'), { fields, intraOpThreads: 1 });
    const values = await model.score({
      rows: 4,
      fields,
      columns: [
        textColumn(['DFX', null, 'ORD', 'ATL']),
        textColumn(['ATL', 'DFX', null, 'ATL']),
        numberColumn([500, null, Number.POSITIVE_INFINITY, -1]),
        numberColumn([12, null, 99, -5]),
        numberColumn([3, null, Number.NaN, 1e12]),
      ],
    });
    await model.release();
    for (const value of values) {
      expect(value).toBeGreaterThan(0.05);
      expect(value).toBeLessThan(0.95);
    }
    expect(values[2]).toBeGreaterThan((values[1] as number) + 0.1);
  });

  it('replaces a version of an earlier run, and nothing else', () => {
    const path = write('again.arrow', flights(3000));
    expect(train(path, join(work, 'good')).status).toBe(0);
    const foreign = join(work, 'foreign');
    mkdirSync(foreign);
    writeFileSync(join(foreign, 'thesis.txt'), 'years of work');
    const run = train(path, foreign);
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('the directory holds other files (thesis.txt)');
    expect(readdirSync(foreign)).toEqual(['thesis.txt']);
  });

  const without = (name: string) => Object.fromEntries(Object.entries(flights(500)).filter(([key]) => key !== name));
  const constant = (value: number) => ({ ...flights(500), label: new Float64Array(500).fill(value) });
  it.each<[string, () => string, string]>([
    ['no such file', () => join(work, 'nowhere.arrow'), 'no such file'],
    ['not Arrow', () => join(import.meta.dirname, 'train.test.ts'), 'not Arrow IPC'],
    ['no rows', () => write('empty.arrow', { ...flights(0) }), 'no labelled row'],
    [
      'no label column',
      () => write('unlabelled.arrow', without('label')),
      'column label is missing; the file has event_time',
    ],
    ['no origin column', () => write('placeless.arrow', without('f_origin')), 'column f_origin is missing'],
    [
      'text for a number',
      () => write('text.arrow', { ...flights(500), f_hour: new Array<string>(500).fill('noon') }),
      'column f_hour is of type',
    ],
    [
      'one class',
      () => write('punctual.arrow', constant(0)),
      'every one of the 500 labels is 0; both outcomes are needed',
    ],
    ['a label that is no outcome', () => write('minutes.arrow', constant(17)), 'column label holds 17'],
    ['too few rows', () => write('few.arrow', flights(50)), 'the data set has 50 labelled rows'],
  ])('writes nothing and says why: %s', (name, path, message) => {
    const out = join(work, 'never', name);
    const run = train(path(), out);
    expect(run.stderr).toContain(message);
    expect(run.stderr).not.toContain('    at ');
    expect(run.status).toBe(1);
    expect(existsSync(out)).toBe(false);
  });

  it('says how it is used', () => {
    const script = join(import.meta.dirname, '../../../examples/flights/train.ts');
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ['--import', 'tsx', script, ...args], { encoding: 'utf8' });
    expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('usage: train.ts') });
    expect(run()).toMatchObject({ status: 1, stderr: expect.stringContaining('--dataset and --out are needed') });
    expect(run('--colour', 'red').status).toBe(1);
  });
});
