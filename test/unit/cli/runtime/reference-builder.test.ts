import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { referenceFromFile } from '../../../../cli/runtime/reference-builder.ts';
import { numberColumn, textColumn } from '../../../../common/columns.ts';
import type { Frame } from '../../../../common/feature.ts';
import { loadPipeline, type PipelineFile } from '../../../../config/load.ts';
import { compileContract } from '../../../../validators/compile.ts';
import { contractOf } from '../../validators/events.ts';

let directory: string;
let file: PipelineFile;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tidemark-reference-'));
  const path = join(directory, 'pipeline.yaml');
  writeFileSync(
    path,
    'pipeline: p\nsource: { http: {} }\nevent: { time: /at, arrival: /got }\ncontract: c.yaml\nreference: r.csv\ndrift: [{ against: training, window: 1h }]\n',
  );
  file = await loadPipeline(path, {});
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const startMs = Date.UTC(2026, 0, 5);
const rows = 100;
const times = (addMs: number) => Array.from({ length: rows }, (_, row) => startMs + row * 60_000 + addMs);

const reference = () => {
  const frame: Frame = {
    rows,
    fields: [
      { name: 'at', type: 'timestamp' },
      { name: 'got', type: 'timestamp' },
      { name: 'shipped', type: 'timestamp' },
      { name: 'amount', type: 'string' },
      { name: 'code', type: 'integer' },
    ],
    columns: [
      numberColumn(times(0)),
      numberColumn(times(2000)),
      numberColumn(times(-5000)),
      // Of every ten rows one is no number and one is absent.
      textColumn(Array.from({ length: rows }, (_, row) => (row % 10 === 0 ? 'x' : row % 10 === 1 ? null : `${row}`))),
      // Of every twenty rows one is rejected.
      numberColumn(Array.from({ length: rows }, (_, row) => (row % 20 === 7 ? 0.5 : row))),
    ],
  };
  const contract = compileContract(
    contractOf(`at: { type: timestamp }
      got: { type: timestamp }
      shipped: { type: timestamp }
      amount: { type: number, onTypeMismatch: flag }
      code: { type: integer }`),
  );
  return referenceFromFile({ config: file.config, contract, frame, origin: 'r.csv' });
};

describe('a reference from a file', () => {
  it('is of the accepted rows, and tells unusable values from absent ones as the worker does', () => {
    const made = reference();
    expect(made.rows).toBe(95);
    expect(made.profile('', 'amount')).toMatchObject({ n: 95, missing: 10, invalid: 10 });
    expect(made.profile('', 'code')).toMatchObject({ n: 95, missing: 0, invalid: 0 });
    expect(made.profile('', '@lag')).toMatchObject({ n: 95, missing: 0, min: -2, max: -2 });
  });

  it('leaves the times of events to their lag, and measures the others', () => {
    const made = reference();
    expect(made.features.map(({ name }) => name)).toEqual([
      'shipped',
      'amount',
      'code',
      '@lag',
      'shipped.lag',
      'shipped.grain',
    ]);
    expect(made.profile('', 'shipped.lag')).toMatchObject({ n: 95, min: 5, max: 5 });
  });
});
