import type { InferenceSession } from 'onnxruntime-node';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import type { FeatureField } from '../../common/feature.ts';
import type { InputBinding, InputEncoding, ModelSignature } from './signature.ts';

/** Element types of inputs that a feature can be written into. */
export const inputTypes = ['float32', 'float64', 'int32', 'int64', 'bool', 'string'] as const;
export type InputType = (typeof inputTypes)[number];

/** One ONNX input and what fills its columns. */
export interface PlannedInput {
  readonly name: string;
  readonly type: InputType;
  /** Columns of a tensor `[rows, width]`, or 1. */
  readonly width: number;
  /** 1 where the graph wants `[rows]`, 2 where it wants `[rows, width]`. */
  readonly rank: 1 | 2;
  readonly bindings: readonly InputBinding[];
}

export interface ModelPlan {
  readonly inputs: readonly PlannedInput[];
  readonly output: { readonly name: string; readonly index: number | undefined };
}

export interface GraphMetadata {
  readonly inputs: readonly InferenceSession.ValueMetadata[];
  readonly outputs: readonly InferenceSession.ValueMetadata[];
}

export interface PlanOptions {
  readonly signature: ModelSignature;
  readonly graph: GraphMetadata;
  /** Features of the contract. */
  readonly fields: readonly FeatureField[];
  /** The model's file, for errors. */
  readonly place: string;
}

/**
 * Holds the signature against the graph and against the contract.
 * @throws MODEL_INVALID naming the input, the feature or the output that does not fit
 */
export function planModel({ signature, graph, fields, place }: PlanOptions): ModelPlan {
  const fail = (message: string, cure: string): never => {
    throw new TidemarkError(ErrorCode.MODEL_INVALID, message, { place, cure });
  };
  for (const binding of signature.inputs) checkFeature(binding, fields, fail);
  const bindingsOf = (name: string) => signature.inputs.filter(({ input }) => input === name);
  const known = graph.inputs.map(({ name }) => name);
  for (const { input: name } of signature.inputs) {
    if (!known.includes(name)) {
      fail(
        `the signature binds input ${name}, which the graph does not have (it has ${list(known)})`,
        "Correct inputs in model.json, or the names of the graph's inputs.",
      );
    }
  }
  const inputs = graph.inputs.map((metadata) => planInput(metadata, bindingsOf(metadata.name), fields, fail));
  return { inputs, output: planOutput(signature, graph.outputs, fail) };
}

type Fail = (message: string, cure: string) => never;

function checkFeature({ feature, input, encoding }: InputBinding, fields: readonly FeatureField[], fail: Fail): void {
  const field = fields.find(({ name }) => name === feature);
  if (field === undefined) {
    fail(
      `input ${input} needs feature ${feature}, which the contract does not have (it has ${list(fields.map(({ name }) => name))})`,
      'Add the feature to the contract, or train the model without it.',
    );
  } else if (!encodingsOf(field).includes(encoding.kind)) {
    fail(
      `feature ${feature} is of type ${field.type}, but input ${input} encodes it as ${encoding.kind}`,
      cureOfEncoding(field),
    );
  }
}

function encodingsOf({ type }: FeatureField): readonly InputEncoding['kind'][] {
  if (type === 'string') return ['vocabulary', 'text'];
  return type === 'vector' ? ['vector'] : ['number'];
}

function cureOfEncoding({ type }: FeatureField): string {
  if (type === 'string') return 'Texts need the encoding vocabulary or text.';
  return type === 'vector' ? 'Vectors need the encoding vector.' : 'Numbers need the encoding number.';
}

/** Columns of an input that a binding fills: a vector as many as it has components. */
function columnsOf({ feature, column, encoding }: InputBinding, fields: readonly FeatureField[]): number[] {
  const dimension = fields.find(({ name }) => name === feature)?.dimension ?? 1;
  return Array.from({ length: encoding.kind === 'vector' ? dimension : 1 }, (_, at) => column + at);
}

function planInput(
  metadata: InferenceSession.ValueMetadata,
  bindings: readonly InputBinding[],
  fields: readonly FeatureField[],
  fail: Fail,
): PlannedInput {
  const { name } = metadata;
  if (bindings.length === 0) {
    fail(`the graph has an input ${name} that the signature does not bind`, `Add ${name} to inputs in model.json.`);
  }
  if (!metadata.isTensor) return fail(`input ${name} is no tensor`, 'Export the model with tensor inputs.');
  const type = inputTypes.find((candidate) => candidate === metadata.type);
  if (type === undefined) {
    return fail(`input ${name} is of type ${metadata.type}`, `Export the model with inputs of ${list(inputTypes)}.`);
  }
  const shape = metadata.shape;
  if (shape.length > 2) {
    fail(`input ${name} has ${shape.length} dimensions`, 'Inputs are [rows] or [rows, columns].');
  }
  if (typeof shape[0] === 'number' && shape[0] >= 0) {
    fail(
      `input ${name} has a fixed number of rows, ${shape[0]}`,
      'Export the model with a free first dimension, so that batches of any size can be scored.',
    );
  }
  const bound = bindings.flatMap((binding) => columnsOf(binding, fields));
  const width = bound.reduce((most, column) => Math.max(most, column + 1), 0);
  if (new Set(bound).size !== width)
    fail(`input ${name} has a column that no feature is bound to`, 'Bind every column.');
  if (bound.length !== width) {
    fail(
      `input ${name} has a column that two features are bound to`,
      'A vector fills as many columns as it has components; give the others columns behind it.',
    );
  }
  const wanted = shape.length === 2 ? shape[1] : 1;
  if (typeof wanted === 'number' && wanted >= 0 && wanted !== width) {
    fail(
      `input ${name} has ${wanted} columns, but the signature binds ${width}`,
      'Bind one feature to each column; a vector fills as many as it has components.',
    );
  }
  for (const binding of bindings) checkType(binding, type, fail);
  return { name, type, width, rank: shape.length === 2 ? 2 : 1, bindings };
}

function checkType({ feature, input, encoding }: InputBinding, type: InputType, fail: Fail): void {
  if (encoding.kind === 'text' && type !== 'string') {
    fail(`feature ${feature} is text, but input ${input} is of type ${type}`, 'Encode it with a vocabulary.');
  }
  if (encoding.kind !== 'text' && type === 'string') {
    fail(
      `input ${input} is of type string, but feature ${feature} is encoded as ${encoding.kind}`,
      'Use encoding text.',
    );
  }
  if (encoding.kind === 'vocabulary' && type === 'bool') {
    fail(`input ${input} is of type bool, which holds no index of ${feature}`, 'Use int32 or int64.');
  }
  const holdsNan = type === 'float32' || type === 'float64';
  if ((encoding.kind === 'number' || encoding.kind === 'vector') && !holdsNan && encoding.missing === undefined) {
    fail(
      `input ${input} is of type ${type}, which cannot say that ${feature} is absent`,
      'State encoding.missing, the number that stands for an absent value.',
    );
  }
}

function planOutput(
  { output }: ModelSignature,
  outputs: readonly InferenceSession.ValueMetadata[],
  fail: Fail,
): ModelPlan['output'] {
  const metadata = outputs.find(({ name }) => name === output.name);
  const names = list(outputs.map(({ name }) => name));
  if (metadata === undefined) {
    return fail(`the graph has no output ${output.name} (it has ${names})`, 'Correct output.name in model.json.');
  }
  if (!metadata.isTensor) {
    return fail(
      `output ${output.name} is a map or a sequence (ZipMap), not a tensor`,
      'Export the model without ZipMap (skl2onnx: options={"zipmap": False}).',
    );
  }
  if (metadata.type !== 'float32' && metadata.type !== 'float64') {
    fail(
      `output ${output.name} is of type ${metadata.type}, not a probability or a number`,
      `Name the output that holds it; the graph has ${names}.`,
    );
  }
  checkClasses(output, metadata.shape, fail);
  return { name: output.name, index: output.index };
}

/** Where the shape is known: `[rows]`, `[rows, 1]`, or `[rows, classes]` with an index. */
function checkClasses(output: ModelSignature['output'], shape: readonly (number | string)[], fail: Fail): void {
  if (shape.length > 2) fail(`output ${output.name} has ${shape.length} dimensions`, 'It has to be [rows, columns].');
  const columns = shape.length === 2 ? shape[1] : undefined;
  if (typeof columns !== 'number' || columns < 0) return;
  if (output.index === undefined && columns > 1) {
    fail(`output ${output.name} has ${columns} columns`, 'State output.index, the column of the prediction.');
  }
  if (output.index !== undefined && output.index >= columns) {
    fail(`output ${output.name} has ${columns} columns, none with index ${output.index}`, 'Correct output.index.');
  }
}

function list(names: readonly string[]): string {
  return names.length > 12 ? `${names.slice(0, 12).join(', ')}, ...` : names.join(', ');
}
