import {
  type Column,
  createNumberColumn,
  createTextColumn,
  encode,
  setPresent,
  vectorColumn,
} from '../../common/columns.ts';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import type { FeatureField, Frame } from '../../common/feature.ts';
import type { Runner } from './runner.ts';
import type { ModelSignature } from './signature.ts';

/**
 * Runs a graph on three made-up rows: all absent, zeros with the first value of every vocabulary, ones with the last.
 * @throws MODEL_INVALID where the graph fails, or where a binary model answers outside [0, 1]
 */
export async function tryOut(options: {
  readonly runner: Runner;
  readonly signature: ModelSignature;
  readonly fields: readonly FeatureField[];
  readonly place: string;
}): Promise<void> {
  const { signature, place } = options;
  const values = await options.runner(madeUpRows(signature, options.fields));
  if (signature.task !== 'binary') return;
  const outside = values.find((value) => value < 0 || value > 1);
  if (outside === undefined) return;
  throw new TidemarkError(
    ErrorCode.MODEL_INVALID,
    `output ${signature.output.name} of a binary model answered ${outside}, which is no probability`,
    { place, cure: 'Name the output that holds the probability, or end the graph with Sigmoid or Softmax.' },
  );
}

function madeUpRows(signature: ModelSignature, fields: readonly FeatureField[]): Frame {
  const rows = 3;
  const columns = fields.map(({ name, type, dimension }): Column => {
    if (dimension !== undefined) return vectorColumn(dimension, [null, zeros(dimension), zeros(dimension).fill(1)]);
    if (type !== 'string') {
      const column = createNumberColumn(rows);
      column.values.set([0, 0, 1]);
      setPresent(column.validity, 1);
      setPresent(column.validity, 2);
      return column;
    }
    const column = createTextColumn(rows);
    const encoding = signature.inputs.find(({ feature }) => feature === name)?.encoding;
    const known = encoding?.kind === 'vocabulary' ? encoding.values : ['a'];
    [known[0], known.at(-1)].forEach((value, at) => {
      column.codes[at + 1] = encode(column.dictionary, value as string);
      setPresent(column.validity, at + 1);
    });
    return column;
  });
  return { rows, fields, columns };
}

function zeros(dimension: number): Float32Array {
  return new Float32Array(dimension);
}
