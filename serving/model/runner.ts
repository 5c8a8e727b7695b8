import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { columnOf, type Frame } from '../../common/feature.ts';
import { createFeatureWriter, type FeatureWriter, type RowRange, type TensorData } from './encode.ts';
import type { ModelPlan, PlannedInput } from './plan.ts';
import { runtimeReason } from './runtime-reason.ts';

/** Rows of one run: enough for the fixed cost of a run to vanish, few enough for the event loop to breathe. */
export const maxRunRows = 16_384;

export type Runner = (frame: Frame, rows?: Int32Array) => Promise<Float64Array>;

interface Feed {
  readonly input: PlannedInput;
  readonly writers: readonly FeatureWriter[];
  data: TensorData;
}

/** The graph as a function of frames. Its buffers are reused from run to run, so calls must not overlap. */
export function createRunner(options: {
  readonly session: InferenceSession;
  readonly plan: ModelPlan;
  readonly place: string;
}): Runner {
  const { session, plan, place } = options;
  const { name: output, index } = plan.output;
  let capacity = 0;
  const feeds: Feed[] = plan.inputs.map((input) => ({
    input,
    writers: input.bindings.map(createFeatureWriter),
    data: allocate(input, 0),
  }));
  return async (frame, rows) => {
    const total = rows?.length ?? frame.rows;
    const values = new Float64Array(total);
    const wanted = Math.min(total, maxRunRows);
    if (wanted > capacity) {
      capacity = wanted;
      for (const feed of feeds) feed.data = allocate(feed.input, capacity);
    }
    for (let from = 0; from < total; from += maxRunRows) {
      const range: RowRange = { rows, from, to: Math.min(total, from + maxRunRows) };
      const tensors: Record<string, Tensor> = {};
      for (const feed of feeds) tensors[feed.input.name] = fill(feed, frame, range);
      try {
        const result = await session.run(tensors, [output]);
        copyOut(result[output], { index, count: range.to - from, at: from, values });
      } catch (cause) {
        throw new TidemarkError(ErrorCode.MODEL_INVALID, `the model fails on a batch: ${runtimeReason(cause)}`, {
          place,
          cure: 'Make the graph total: every number, NaN among them, and every index of the vocabulary has to have an answer.',
          cause,
        });
      }
    }
    return values;
  };
}

function allocate({ type, width }: PlannedInput, rows: number): TensorData {
  const size = rows * width;
  switch (type) {
    case 'float32':
      return new Float32Array(size);
    case 'float64':
      return new Float64Array(size);
    case 'int32':
      return new Int32Array(size);
    case 'int64':
      return new BigInt64Array(size);
    case 'bool':
      return new Uint8Array(size);
    case 'string':
      return new Array<string>(size).fill('');
  }
}

function fill({ input, writers, data }: Feed, frame: Frame, range: RowRange): Tensor {
  input.bindings.forEach((binding, at) => {
    const column = columnOf(frame, binding.feature);
    if (column === undefined) throw new Error(`the frame has no column ${binding.feature}, which the contract has`);
    (writers[at] as FeatureWriter)(column, range, { data, width: input.width, column: binding.column });
  });
  const rows = range.to - range.from;
  const dims = input.rank === 1 ? [rows] : [rows, input.width];
  const size = rows * input.width;
  if (Array.isArray(data)) return new Tensor('string', data.slice(0, size), dims);
  return new Tensor(input.type, data.subarray(0, size), dims);
}

function copyOut(
  tensor: Tensor | undefined,
  to: {
    readonly index: number | undefined;
    readonly count: number;
    readonly at: number;
    readonly values: Float64Array;
  },
): void {
  const data = tensor?.data;
  if (!(data instanceof Float32Array || data instanceof Float64Array))
    throw new Error('the output is no tensor of floats');
  const columns = data.length / to.count;
  if (!Number.isInteger(columns)) throw new Error(`the output has ${data.length} values for ${to.count} rows`);
  const column = to.index ?? 0;
  if (to.index === undefined && columns !== 1)
    throw new Error(`the output has ${columns} columns and no output.index is stated`);
  if (column >= columns) throw new Error(`the output has ${columns} columns, none with index ${column}`);
  for (let row = 0; row < to.count; row++) to.values[to.at + row] = data[row * columns + column] as number;
}
