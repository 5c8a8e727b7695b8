import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { valueAt, vectorColumn } from '../../../common/columns.ts';
import type { Frame } from '../../../common/feature.ts';
import type { FeatureComparison } from '../../../drift/compare.ts';
import { arrowColumn, encodeArrow } from '../../../store/arrow-encode.ts';
import { readFrame } from '../../../store/read-file.ts';
import { openScratchEngine } from '../../../store/scratch-engine.ts';
import { embeddings, sentences } from '../../support/kinds/topics.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
let directory: string;
const path = (name: string): string => join(directory, name);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidemark-kinds-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(path(name), content);
  return path(name);
}

function ndjson(name: string, rows: readonly object[]): string {
  return write(name, rows.map((row) => JSON.stringify(row)).join('\n'));
}

const values = ({ rows, columns }: Frame, at = 0) =>
  Array.from({ length: rows }, (_, row) => valueAt(columns[at] as Frame['columns'][number], row));

describe('lists of numbers in a file', () => {
  it('are vectors where all have one length or none', async () => {
    const lines = [{ e: [1, 2.5, -3] }, { e: [] }, { e: null }, {}, { e: [4, 5, 1e-3] }, { e: [1, null, 2] }];
    const frame = await readFrame(ndjson('one.ndjson', lines));
    expect(frame.fields).toEqual([{ name: 'e', type: 'vector', dimension: 3 }]);
    expect(values(frame)).toEqual([[1, 2.5, -3], null, null, null, [4, 5, Math.fround(1e-3)], [1, Number.NaN, 2]]);
  });

  it('stay JSON where they have several lengths, are nested, or hold other things', async () => {
    const several = await readFrame(ndjson('several.ndjson', [{ e: [1, 2] }, { e: [1, 2, 3] }]));
    expect(several.fields).toEqual([{ name: 'e', type: 'string' }]);
    expect(values(several)).toEqual(['[1,2]', '[1,2,3]']);
    const nested = await readFrame(ndjson('nested.ndjson', [{ e: [[1, 2]] }, { e: [[3, 4]] }]));
    expect(values(nested)).toEqual(['[[1,2]]', '[[3,4]]']);
    const words = await readFrame(ndjson('words.ndjson', [{ e: ['a', 'b'] }, { e: ['c', 'd'] }]));
    expect(values(words)).toEqual(['["a","b"]', '["c","d"]']);
    const single = await readFrame(ndjson('single.ndjson', [{ e: [1] }, { e: [2] }]));
    expect(values(single)).toEqual(['[1]', '[2]']);
  });

  it('see a stray length however late it comes', async () => {
    const lines = Array.from({ length: 40_000 }, (_, row) => ({ e: row === 39_999 ? [1, 2, 3] : [row, 1] }));
    const frame = await readFrame(ndjson('stray.ndjson', lines));
    expect(frame.fields[0]?.type).toBe('string');
    const { fields } = await readFrame(path('stray.ndjson'), { limitRows: 100 });
    expect(fields[0]).toEqual({ name: 'e', type: 'vector', dimension: 2 });
  });

  it('come from Parquet and Arrow as they were written, absent ones among them', async () => {
    const column = vectorColumn(4, [[1, 2, 3, 4], null, [0.1, 0.2, 0.3, 0.4]]);
    const arrow = write('v.arrow', encodeArrow([arrowColumn.vector('e', 3, column)], 3).bytes);
    const expected = [[1, 2, 3, 4], null, [0.1, 0.2, 0.3, 0.4].map(Math.fround)];
    expect(values(await readFrame(arrow))).toEqual(expected);
    const engine = openScratchEngine();
    await engine.client.command({
      query: `INSERT INTO FUNCTION file('${path('v.parquet')}', 'Parquet') SELECT * FROM file('${arrow}', 'Arrow')`,
    });
    await engine.close();
    expect(values(await readFrame(path('v.parquet')))).toEqual(expected);
  });
});

describe('tidemark drift', () => {
  const dimension = 24;
  const rows = 2000;
  function file(name: string, seed: number, topic: 'sea' | 'kitchen', rotate: number): string {
    const texts = sentences(topic, rows, seed);
    const vectors = embeddings({ dimension, count: rows, seed }, { rotate });
    return ndjson(
      name,
      texts.map((review, row) => ({ review, embedding: Array.from(vectors[row] as Float32Array), n: row % 7 })),
    );
  }
  function drift(reference: string, current: string) {
    const run = spawnSync(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'drift', reference, current, '--json'], {
      cwd: root,
      encoding: 'utf8',
    });
    const { features } = JSON.parse(run.stdout) as { readonly features: FeatureComparison[] };
    return { code: run.status, features };
  }

  it('says nothing of two files that are alike, and finds another topic and rotated vectors', () => {
    const reference = file('reference.ndjson', 1, 'sea', 0);
    const same = drift(reference, file('same.ndjson', 2, 'sea', 0));
    expect(same.features.filter(({ alarm }) => alarm)).toEqual([]);
    expect(same.features.map(({ name, type }) => `${name} ${type}`).sort()).toEqual([
      'embedding vector',
      'n numeric',
      'review text',
    ]);
    expect(same.code).toBe(0);
    const other = drift(reference, file('other.ndjson', 2, 'kitchen', 0.8));
    expect(other.features.filter(({ alarm }) => alarm).map(({ name }) => name)).toEqual(['review', 'embedding']);
    expect(other.code).toBe(1);
  });

  it('reads a file whose lists are not all of one length, and says how many are not', () => {
    const reference = path('reference.ndjson');
    const vectors = embeddings({ dimension, count: rows, seed: 3 });
    const broken = ndjson(
      'broken.ndjson',
      vectors.map((vector, row) => ({ embedding: Array.from(row % 10 === 0 ? vector.subarray(2) : vector) })),
    );
    const found = drift(reference, broken).features.find(({ name }) => name === 'embedding');
    expect(found).toMatchObject({ type: 'vector', alarm: true });
    expect(found?.statistics['invalid_current']?.value).toBeCloseTo(0.1, 6);
  });
});
