import onnxProto, { type onnx } from 'onnx-proto';
import type { LogisticModel } from './fit.ts';
import { distanceEdges, type Term } from './terms.ts';

// A CommonJS package whose names Node cannot see.
const { AttributeProto, ModelProto, TensorProto } = onnxProto.onnx;
const { FLOAT, INT32, INT64 } = TensorProto.DataType;
const opset = 13;

/**
 * The model as ONNX: inputs `origin`, `destination` (int32, 0 is unknown) and `distance`, `hour`, `weekday` (float), each
 * `[rows]`; output `probability` (float, `[rows]`). Total: an index out of range, NaN and the infinities are unknown, and
 * unknown weighs nothing.
 */
export function encodeGraph(model: LogisticModel, terms: readonly Term[], airports: number): Uint8Array {
  const graph = createGraph();
  const codes = airports + 1;
  const one = graph.constant('one_f', FLOAT, Float32Array.of(1));
  const zero = graph.constant('zero_f', FLOAT, Float32Array.of(0));
  const zeroInt = graph.constant('zero', INT32, Int32Array.of(0));

  const airport = (name: string): string => {
    const above = graph.node('Greater', [name, zeroInt]);
    const below = graph.node('Less', [name, graph.constant(`${name}_codes`, INT32, Int32Array.of(codes))]);
    return graph.node('Where', [graph.node('And', [above, below]), name, zeroInt]);
  };
  // NaN fails both comparisons, so that it never reaches the cast.
  const slot = (name: string, size: number): string => {
    const above = graph.node('GreaterOrEqual', [name, zero]);
    const below = graph.node('Less', [name, graph.constant(`${name}_size`, FLOAT, Float32Array.of(size))]);
    const next = graph.node('Add', [graph.node('Floor', [name]), one]);
    return toInt(graph.node('Where', [graph.node('And', [above, below]), next, zero]));
  };
  const toInt = (input: string): string => graph.node('Cast', [input], [intAttribute('to', INT32)]);
  const distance = (): string => {
    const axes = graph.constant('axis_1', INT64, BigInt64Array.of(1n));
    const edges = graph.constant('edges', FLOAT, Float32Array.from([Number.NEGATIVE_INFINITY, ...distanceEdges]));
    const reached = graph.node('GreaterOrEqual', [graph.node('Unsqueeze', ['distance', axes]), edges]);
    return graph.node('ReduceSum', [toInt(reached), axes], [intAttribute('keepdims', 0)]);
  };
  const cross = (a: string, b: string, size: number): string => {
    const level = graph.node('Add', [
      graph.node('Mul', [a, graph.constant(`times_${size}`, INT32, Int32Array.of(size))]),
      b,
    ]);
    const known = graph.node('And', [graph.node('Greater', [a, zeroInt]), graph.node('Greater', [b, zeroInt])]);
    return graph.node('Where', [known, level, zeroInt]);
  };

  const origin = airport('origin');
  const destination = airport('destination');
  const hour = slot('hour', 24);
  const weekday = slot('weekday', 7);
  const levels: Readonly<Record<string, string>> = {
    hour,
    weekday_hour: cross(weekday, hour, 25),
    origin,
    destination,
    distance: distance(),
    origin_hour: cross(origin, hour, 25),
    destination_hour: cross(destination, hour, 25),
    route: cross(origin, destination, codes),
  };
  const parts = terms.map(({ name }, t) => {
    const table = graph.constant(`w_${name}`, FLOAT, Float32Array.from(model.weights[t] as Float64Array));
    return graph.node('Gather', [table, levels[name] as string]);
  });
  const logit = graph.node('Sum', [graph.constant('intercept', FLOAT, Float32Array.of(model.intercept)), ...parts]);
  graph.node('Sigmoid', [logit], [], 'probability');
  return graph.encode({
    inputs: { origin: INT32, destination: INT32, distance: FLOAT, hour: FLOAT, weekday: FLOAT },
    outputs: { probability: FLOAT },
  });
}

function intAttribute(name: string, value: number): onnx.IAttributeProto {
  return { name, i: value, type: AttributeProto.AttributeType.INT };
}

type Types = Readonly<Record<string, number>>;

/** Nodes and constants in the order in which they are asked for; a constant of one name is kept once. */
function createGraph() {
  const nodes: onnx.INodeProto[] = [];
  const constants = new Map<string, onnx.ITensorProto>();
  return {
    constant(name: string, dataType: number, data: Float32Array | Int32Array | BigInt64Array): string {
      const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      constants.set(name, { name, dataType, dims: [data.length], rawData });
      return name;
    },
    node(opType: string, input: string[], attribute: onnx.IAttributeProto[] = [], output?: string): string {
      const name = output ?? `${opType.toLowerCase()}_${nodes.length}`;
      nodes.push({ opType, input, output: [name], name, attribute });
      return name;
    },
    encode({ inputs, outputs }: { readonly inputs: Types; readonly outputs: Types }): Uint8Array {
      const values = (types: Types) =>
        Object.entries(types).map(([name, elemType]) => ({
          name,
          type: { tensorType: { elemType, shape: { dim: [{ dimParam: 'rows' }] } } },
        }));
      const model = ModelProto.create({
        irVersion: 7,
        producerName: 'tidemark/examples/flights',
        opsetImport: [{ domain: '', version: opset }],
        graph: {
          name: 'late',
          node: nodes,
          initializer: [...constants.values()],
          input: values(inputs),
          output: values(outputs),
        },
      });
      return ModelProto.encode(model).finish();
    },
  };
}
