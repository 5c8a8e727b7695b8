import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numberColumn, vectorColumn } from '../../../common/columns.ts';
import type { FeatureField, Frame } from '../../../common/feature.ts';
import { loadModel } from '../../../serving/model/session.ts';
import { encodeModel, type GraphSpec, signature, types, writeModel } from './graphs.ts';

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'models-'));
});
afterAll(() => rm(root, { recursive: true }));

const fields: readonly FeatureField[] = [
  { name: 'embedding', type: 'vector', dimension: 3 },
  { name: 'distance', type: 'number' },
];

/** sigmoid(x · (1, 10, 100, 1000)), which tells every column apart. */
const dot = (columns: number): GraphSpec => ({
  nodes: [
    { opType: 'MatMul', input: ['x', 'w'], output: ['logit'] },
    { opType: 'Sigmoid', input: ['logit'], output: ['probability'] },
  ],
  inputs: [{ name: 'x', type: types.FLOAT, dims: ['n', columns] }],
  outputs: [{ name: 'probability', type: types.FLOAT, dims: ['n'] }],
  constants: { w: [1, 10, 100, 1000].slice(0, columns) },
});
const vector = { input: 'x', feature: 'embedding', column: 0, encoding: { kind: 'vector', missing: 0 } };
const number = { input: 'x', feature: 'distance', column: 3, encoding: { kind: 'number', missing: 0 } };

async function load(columns: number, inputs: readonly object[], contract = fields) {
  const directory = join(root, String(count++));
  await writeModel(directory, encodeModel(dot(columns)), { ...signature, inputs });
  return loadModel(directory, { fields: contract, intraOpThreads: 1 });
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const frame: Frame = {
  rows: 4,
  fields,
  columns: [
    vectorColumn(3, [[0.1, 0.02, 0.003], [1, 0, 0], null, [0, 0.1, -0.01]]),
    numberColumn([0.001, 0, 0.0005, -0.001]),
  ],
};

describe('a model of a vector', () => {
  it('gets its components in columns that follow each other, others beside them, absent ones as missing', async () => {
    const model = await load(4, [vector, number]);
    const expected = [1.6, 1, 0.5, -1];
    for (const [row, value] of (await model.score(frame)).entries())
      expect(value).toBeCloseTo(sigmoid(expected[row] as number), 5);
    const [alone] = await model.score(frame, Int32Array.of(3));
    expect(alone).toBeCloseTo(sigmoid(-1), 5);
    await model.release();
  });

  it.each([
    [3, [{ ...vector, encoding: { kind: 'number' } }], 'embedding is of type vector, but input x encodes it as number'],
    [3, [{ ...vector, feature: 'distance' }], 'distance is of type number, but input x encodes it as vector'],
    [4, [vector], 'input x has 4 columns, but the signature binds 3'],
    [3, [vector, number], 'input x has 3 columns, but the signature binds 4'],
    [4, [vector, { ...number, column: 2 }], 'input x has a column that two features are bound to'],
    [4, [{ ...vector, column: 1 }], 'input x has a column that no feature is bound to'],
  ])('of %i columns is refused where its signature does not fit (%#)', async (columns, inputs, reason) => {
    await expect(load(columns, inputs)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining(reason),
    });
  });
});
