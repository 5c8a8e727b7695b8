import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numberColumn, textColumn } from '../../../common/columns.ts';
import type { FeatureField, Frame } from '../../../common/feature.ts';
import { maxRunRows } from '../../../serving/model/runner.ts';
import { loadModel } from '../../../serving/model/session.ts';
import {
  encodeModel,
  fields,
  type GraphSpec,
  matrixInput,
  signature,
  twoInputs,
  types,
  writeModel,
  zipMap,
} from './graphs.ts';

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'models-'));
});
afterAll(() => rm(root, { recursive: true }));

const write = (onnx?: Uint8Array | string, document?: object) =>
  writeModel(join(root, String(count++)), onnx, document);
const load = (directory: string, contract: readonly FeatureField[] = fields) =>
  loadModel(directory, { fields: contract, intraOpThreads: 1 });
/** Why a version is refused. */
async function refusal(onnx?: Uint8Array | string, document?: object, contract?: readonly FeatureField[]) {
  const error = await load(await write(onnx, document), contract).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: 'MODEL_INVALID' });
  return (error as Error).message;
}
const variant = (change: Partial<GraphSpec>) => encodeModel({ ...twoInputs, ...change });

const frame: Frame = {
  rows: 4,
  fields,
  columns: [textColumn(['ATL', 'BOS', 'XXX', null]), numberColumn([0, 1000, 500, null]), numberColumn([1, 2, 3, 4])],
};
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe('a model that fits', () => {
  it('scores every row, unknown and absent ones among them', async () => {
    const model = await load(await write());
    const values = await model.score(frame);
    for (const [row, value] of [sigmoid(1), sigmoid(0), sigmoid(0.5), 0.5].entries())
      expect(values[row]).toBeCloseTo(value, 6);
    await model.release();
  });

  it('scores chosen rows, in their order, and none', async () => {
    const model = await load(await write());
    const values = await model.score(frame, Int32Array.of(2, 0));
    expect(values).toHaveLength(2);
    expect(values[1]).toBeCloseTo(sigmoid(1), 6);
    expect(await model.score(frame, new Int32Array(0))).toHaveLength(0);
    await model.release();
  });

  it('scores more rows than one run takes as it scores them one by one', async () => {
    const rows = 2 * maxRunRows + 3;
    const distance = Array.from({ length: rows }, (_, row) => row);
    const origin = distance.map((row) => (row % 2 === 0 ? 'ATL' : 'BOS'));
    const large: Frame = {
      rows,
      fields,
      columns: [textColumn(origin), numberColumn(distance), numberColumn(distance)],
    };
    const model = await load(await write());
    const values = await model.score(large);
    for (const row of [0, 1, maxRunRows - 1, maxRunRows, 2 * maxRunRows, rows - 1]) {
      const [alone] = await model.score(large, Int32Array.of(row));
      expect(values[row]).toBe(alone);
      expect(values[row]).toBeCloseTo(sigmoid((row % 2 === 0 ? 1 : -1) + row / 1000), 5);
    }
    await model.release();
  });

  it('keeps overlapping calls apart, and is released after the last of them', async () => {
    const model = await load(await write());
    const first = model.score(frame, Int32Array.of(0));
    const second = model.score(frame, Int32Array.of(1));
    const released = model.release();
    expect((await first)[0]).toBeCloseTo(sigmoid(1), 6);
    expect((await second)[0]).toBeCloseTo(0.5, 6);
    await released;
    await model.release();
    await expect(model.score(frame)).rejects.toThrow('released');
  });

  it('takes one input of several columns and one column of several classes', async () => {
    const onnx = encodeModel({
      nodes: [{ opType: 'Softmax', input: ['x'], output: ['p'] }],
      inputs: [matrixInput.spec],
      outputs: [{ name: 'p', type: types.FLOAT, dims: ['n', 2] }],
    });
    const model = await load(
      await write(onnx, { ...signature, inputs: matrixInput.inputs, output: { name: 'p', index: 1 } }),
    );
    const values = await model.score({
      ...frame,
      columns: [frame.columns[0]!, numberColumn([1, 1, 1, 1]), numberColumn([1, 2, 3, null])],
    });
    for (const [row, value] of [0.5, sigmoid(1), sigmoid(2), sigmoid(-1)].entries())
      expect(values[row]).toBeCloseTo(value, 6);
    await model.release();
  });

  it.each([
    ['double', types.DOUBLE],
    ['int32', types.INT32],
    ['int64', types.INT64],
    ['bool', types.BOOL],
  ])('casts numbers to an input of type %s', async (_, type) => {
    const cast = (input: string): GraphSpec['nodes'] => [
      { opType: 'Cast', input: [input], output: ['y'], attribute: [{ name: 'to', type: 2, i: types.FLOAT }] },
    ];
    const onnx = encodeModel({
      nodes: cast('hour'),
      inputs: [{ name: 'hour', type, dims: ['n', 1] }],
      outputs: [{ name: 'y', type: types.FLOAT, dims: ['n', 1] }],
    });
    const hour = { input: 'hour', feature: 'hour', encoding: { kind: 'number', missing: 0 } };
    const model = await load(
      await write(onnx, { ...signature, task: 'regression', inputs: [hour], output: { name: 'y' } }),
    );
    const expected = type === types.BOOL ? [1, 1, 1, 1] : [1, 2, 3, 4];
    expect([...(await model.score(frame))]).toEqual(expected);
    await model.release();
  });
});

describe('a model that does not fit the contract', () => {
  it('needs a feature that the contract lacks', async () => {
    expect(await refusal(undefined, undefined, [fields[1]!])).toContain(
      'feature origin, which the contract does not have',
    );
  });

  it('takes a text for a number, or a number for a text', async () => {
    expect(
      await refusal(undefined, undefined, [
        { name: 'origin', type: 'string' },
        { name: 'distance', type: 'string' },
      ]),
    ).toContain('feature distance is of type string, but input distance encodes it as number');
    expect(await refusal(undefined, undefined, [{ name: 'origin', type: 'integer' }, fields[1]!])).toContain(
      'feature origin is of type integer',
    );
  });
});

describe('a graph that does not fit its signature', () => {
  const [origin, distance] = signature.inputs;
  const only = (document: object) => ({ ...signature, ...document });

  it('lacks an input, or has one more', async () => {
    expect(await refusal(undefined, only({ inputs: [origin, distance, { ...distance, input: 'miles' }] }))).toContain(
      'input miles, which the graph does not have (it has origin, distance)',
    );
    expect(await refusal(undefined, only({ inputs: [origin] }))).toContain(
      'an input distance that the signature does not bind',
    );
  });

  it('wants another element type', async () => {
    const half = variant({ inputs: [twoInputs.inputs[0]!, { name: 'distance', type: types.FLOAT16, dims: ['n'] }] });
    expect(await refusal(half)).toMatch(/float16|refuses the model/);
    const whole = encodeModel({
      nodes: [
        { opType: 'Cast', input: ['distance'], output: ['y'], attribute: [{ name: 'to', type: 2, i: types.FLOAT }] },
      ],
      inputs: [{ name: 'distance', type: types.INT64, dims: ['n'] }],
      outputs: [{ name: 'y', type: types.FLOAT, dims: ['n'] }],
    });
    const inputs = [{ input: 'distance', feature: 'distance', encoding: { kind: 'number' } }];
    expect(await refusal(whole, only({ inputs, output: { name: 'y' } }))).toContain(
      'cannot say that distance is absent',
    );
    const text = { ...origin, encoding: { kind: 'text' } };
    expect(await refusal(undefined, only({ inputs: [text, distance] }))).toContain(
      'feature origin is text, but input origin is of type int64',
    );
  });

  it('has a fixed number of rows, or another number of columns', async () => {
    const fixed = twoInputs.inputs.map((input) => ({ ...input, dims: [1] }));
    const outputs = [{ name: 'probability', type: types.FLOAT, dims: [1] }];
    expect(await refusal(variant({ inputs: fixed, outputs }))).toContain('fixed number of rows, 1');
    const wide = encodeModel({
      nodes: [{ opType: 'Softmax', input: ['x'], output: ['p'] }],
      inputs: [{ ...matrixInput.spec, dims: ['n', 3] }],
      outputs: [{ name: 'p', type: types.FLOAT, dims: ['n', 3] }],
    });
    expect(await refusal(wide, only({ inputs: matrixInput.inputs, output: { name: 'p', index: 1 } }))).toContain(
      'has 3 columns, but the signature binds 2',
    );
  });

  it('has no such output, or one that is no probability', async () => {
    expect(await refusal(undefined, only({ output: { name: 'score' } }))).toContain(
      'no output score (it has probability)',
    );
    expect(await refusal(undefined, only({ output: { name: 'probability', index: 1 } }))).toContain(
      'none with index 1',
    );
    const logit = variant({
      nodes: twoInputs.nodes.slice(0, 3),
      outputs: [{ name: 'logit', type: types.FLOAT, dims: ['n'] }],
    });
    expect(await refusal(logit, only({ output: { name: 'logit' } }))).toContain('which is no probability');
    const classes = encodeModel({
      nodes: [{ opType: 'Softmax', input: ['x'], output: ['p'] }],
      inputs: [matrixInput.spec],
      outputs: [{ name: 'p', type: types.FLOAT, dims: ['n', 2] }],
    });
    expect(await refusal(classes, only({ inputs: matrixInput.inputs, output: { name: 'p' } }))).toContain(
      'p has 2 columns',
    );
    const label = variant({
      nodes: [
        ...twoInputs.nodes,
        {
          opType: 'Cast',
          input: ['probability'],
          output: ['label'],
          attribute: [{ name: 'to', type: 2, i: types.INT64 }],
        },
      ],
      outputs: [{ name: 'label', type: types.INT64, dims: ['n'] }],
    });
    expect(await refusal(label, only({ output: { name: 'label' } }))).toContain('of type int64');
  });

  it('answers with maps', async () => {
    expect(await refusal(encodeModel(zipMap), only({ inputs: matrixInput.inputs }))).toContain('ZipMap');
  });

  it('has fewer weights than the vocabulary has values', async () => {
    const values = ['ATL', 'BOS', 'DFW', 'JFK'];
    const longer = { ...origin, encoding: { kind: 'vocabulary', values } };
    expect(await refusal(undefined, only({ inputs: [longer, distance] }))).toContain('the model fails on a batch');
  });
});

describe('a file that is no model', () => {
  it.each([
    ['an empty file', '', 'the file is empty'],
    ['a text file', 'these are words, not a model', 'not an ONNX model'],
    ['half a model', encodeModel(twoInputs).slice(0, 90), 'not an ONNX model'],
    [
      'a model of a later opset',
      encodeModel({ ...twoInputs, opset: 99 }),
      'written in opset 99; the runtime knows opsets up to',
    ],
    [
      'an operator nobody knows',
      encodeModel({ ...twoInputs, nodes: [{ opType: 'Guess', input: ['distance'], output: ['probability'] }] }),
      'the runtime refuses the model',
    ],
  ])('is refused: %s', async (_, onnx, message) => {
    expect(await refusal(onnx)).toContain(message);
  });

  it('is refused where the file or the signature is missing', async () => {
    const directory = await write();
    await rm(join(directory, 'model.onnx'));
    await expect(load(directory)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      place: join(directory, 'model.onnx'),
    });
    await expect(load(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  it('is refused where it is not the artifact that the registry names', async () => {
    const directory = await write();
    const { artifactId, release } = await load(directory);
    await release();
    await writeFile(join(directory, 'model.json'), JSON.stringify({ ...signature, importance: { origin: 1 } }));
    await expect(loadModel(directory, { fields, intraOpThreads: 1, artifactId })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    });
  });
});
