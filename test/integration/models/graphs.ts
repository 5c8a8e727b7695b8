import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import onnxProto, { type onnx } from 'onnx-proto';
import type { FeatureField } from '../../../common/feature.ts';

const { AttributeProto, ModelProto, TensorProto } = onnxProto.onnx;
export const types = TensorProto.DataType;

type Dims = readonly (number | string)[];
interface ValueSpec {
  readonly name: string;
  readonly type: number;
  readonly dims: Dims;
}

export interface GraphSpec {
  readonly nodes: readonly onnx.INodeProto[];
  readonly inputs: readonly ValueSpec[];
  readonly outputs: readonly (ValueSpec | onnx.IValueInfoProto)[];
  readonly constants?: Readonly<Record<string, readonly number[]>>;
  readonly opset?: number;
}

const shapeOf = (dims: Dims) => ({
  dim: dims.map((dim) => (typeof dim === 'number' ? { dimValue: dim } : { dimParam: dim })),
});
const describe = (value: ValueSpec | onnx.IValueInfoProto): onnx.IValueInfoProto =>
  'dims' in value
    ? { name: value.name, type: { tensorType: { elemType: value.type, shape: shapeOf(value.dims) } } }
    : value;

/** A small real ONNX file. */
export function encodeModel({ nodes, inputs, outputs, constants = {}, opset = 13 }: GraphSpec): Uint8Array {
  const model = ModelProto.create({
    irVersion: 7,
    opsetImport: [
      { domain: '', version: opset },
      { domain: 'ai.onnx.ml', version: 2 },
    ],
    graph: {
      name: 'test',
      node: [...nodes],
      input: inputs.map(describe),
      output: outputs.map(describe),
      initializer: Object.entries(constants).map(([name, values]) => ({
        name,
        dataType: types.FLOAT,
        dims: [values.length],
        floatData: [...values],
      })),
    },
  });
  return ModelProto.encode(model).finish();
}

/** sigmoid(weights[origin] + distance / 1000): text through a vocabulary and a number. */
export const twoInputs: GraphSpec = {
  nodes: [
    { opType: 'Gather', input: ['weights', 'origin'], output: ['w'] },
    { opType: 'Div', input: ['distance', 'thousand'], output: ['d'] },
    { opType: 'Add', input: ['w', 'd'], output: ['logit'] },
    { opType: 'Sigmoid', input: ['logit'], output: ['probability'] },
  ],
  inputs: [
    { name: 'origin', type: types.INT64, dims: ['n'] },
    { name: 'distance', type: types.FLOAT, dims: ['n'] },
  ],
  outputs: [{ name: 'probability', type: types.FLOAT, dims: ['n'] }],
  constants: { weights: [0, 1, -1], thousand: [1000] },
};

export const fields: readonly FeatureField[] = [
  { name: 'origin', type: 'string' },
  { name: 'distance', type: 'number' },
  { name: 'hour', type: 'integer' },
];

const originInput = {
  input: 'origin',
  feature: 'origin',
  encoding: { kind: 'vocabulary', values: ['ATL', 'BOS'], unknown: 0 },
};
const distanceInput = { input: 'distance', feature: 'distance', encoding: { kind: 'number', missing: 0 } };

export const signature = {
  model: 'late',
  version: 'v1',
  task: 'binary',
  inputs: [originInput, distanceInput],
  output: { name: 'probability' } as { name: string; index?: number },
  lineage: { dataset: { id: 'd', rows: 10, from: 0, to: 1 }, code: 'c' },
  metrics: { trainRows: 8, holdoutRows: 2 },
};

/** A graph with one input `x` of two columns, and what binds `distance` and `hour` to it. */
export const matrixInput = {
  spec: { name: 'x', type: types.FLOAT, dims: ['n', 2] },
  inputs: [
    { input: 'x', feature: 'distance', column: 0, encoding: { kind: 'number', missing: 0 } },
    { input: 'x', feature: 'hour', column: 1, encoding: { kind: 'number', missing: 0 } },
  ],
} as const;

/** Class probabilities as scikit-learn exports them by default: a sequence of maps. */
export const zipMap: GraphSpec = {
  nodes: [
    { opType: 'Softmax', input: ['x'], output: ['p'] },
    {
      opType: 'ZipMap',
      domain: 'ai.onnx.ml',
      input: ['p'],
      output: ['probability'],
      attribute: [{ name: 'classlabels_int64s', type: AttributeProto.AttributeType.INTS, ints: [0, 1] }],
    },
  ],
  inputs: [matrixInput.spec],
  outputs: [
    {
      name: 'probability',
      type: {
        sequenceType: {
          elemType: { mapType: { keyType: types.INT64, valueType: { tensorType: { elemType: types.FLOAT } } } },
        },
      },
    },
  ],
};

export async function writeModel(
  directory: string,
  onnx: Uint8Array | string = encodeModel(twoInputs),
  document: object = signature,
): Promise<string> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'model.onnx'), onnx);
  await writeFile(join(directory, 'model.json'), JSON.stringify(document));
  return directory;
}
