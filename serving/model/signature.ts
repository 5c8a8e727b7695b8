import { z } from 'zod';
import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';

/**
 * What stands in `model.json` beside `model.onnx`: how the features of a contract become the tensors of the graph, which
 * output is the prediction, where the model comes from and how good it was. `docs/models.md` shows a whole one.
 */

const finite = z.number();
const share = z.number().min(0).max(1);

/** Text becomes its position in `values` plus one (or an integer the trainer chose for `unknown`); absent is `unknown`. */
const vocabularyEncoding = z.strictObject({
  kind: z.literal('vocabulary'),
  values: z.array(z.string()).min(1),
  unknown: z.int().default(0),
});

/** A number, cast to the type of the input. Absent is `missing`, by default NaN; an integer input has to state it. */
const numberEncoding = z.strictObject({ kind: z.literal('number'), missing: finite.optional() });

/** Text as it is, for graphs with string inputs. Absent is `missing`, by default the empty text. */
const textEncoding = z.strictObject({ kind: z.literal('text'), missing: z.string().default('') });

/**
 * A vector, its components in columns that follow each other from `column` on. Absent is `missing` in each of them, by default
 * NaN; an integer input has to state it.
 */
const vectorEncoding = z.strictObject({ kind: z.literal('vector'), missing: finite.optional() });

const inputSchema = z.strictObject({
  input: z.string().min(1).describe('name of the ONNX input'),
  feature: z.string().min(1).describe('feature of the contract'),
  column: z
    .int()
    .nonnegative()
    .default(0)
    .describe('column of the input, where several features share one [N, columns]'),
  encoding: z.discriminatedUnion('kind', [vocabularyEncoding, numberEncoding, textEncoding, vectorEncoding]),
});

const metricsSchema = z
  .strictObject({
    trainRows: z.int().nonnegative(),
    holdoutRows: z.int().nonnegative(),
    logLoss: finite.optional().describe('mean over the hold-out, nats'),
    brier: finite.optional().describe('mean squared error of the probability, or of the number'),
    auc: share.optional(),
    baseRate: share.optional().describe('share of positive outcomes in the hold-out'),
    baselineLogLoss: finite.optional().describe('log-loss on the hold-out of always saying the training base rate'),
  })
  .readonly();

const holdoutWindowSchema = z.strictObject({
  startMs: z.int(),
  windowMs: z.int().positive().default(86_400_000),
  n: z.int().positive(),
  positives: z.int().nonnegative().optional(),
  logLoss: finite,
  brier: finite,
  meanPrediction: finite.optional(),
  auc: share.optional(),
});

const signatureObject = z.strictObject({
  model: z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/i, 'expected letters, digits, - and _, beginning with a letter'),
  version: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/i, 'expected letters, digits, ., - and _'),
  task: z.enum(['binary', 'regression']),
  inputs: z.array(inputSchema).min(1),
  output: z.strictObject({
    name: z.string().min(1),
    index: z.int().nonnegative().optional().describe('column of an output [N, classes]; needed where classes > 1'),
  }),
  importance: z.record(z.string(), share).default({}).describe('share of each feature in what the model knows'),
  lineage: z.strictObject({
    dataset: z.strictObject({
      id: z.string().min(1).describe('sha256 of the training file'),
      rows: z.int().nonnegative(),
      from: z.int().describe('first event time, ms since 1970'),
      to: z.int().describe('last event time, ms since 1970'),
    }),
    code: z.string().describe('what trained it: a commit, or a hash of the program'),
    parameters: z.record(z.string(), z.unknown()).default({}),
    seed: z.int().optional(),
    job: z.string().optional(),
  }),
  metrics: metricsSchema,
  holdoutWindows: z
    .array(holdoutWindowSchema)
    .default([])
    .describe('the model on windows it was not trained on: what an ordinary window looks like'),
});

/** What the registry keeps of a signature: the vocabularies stay in the artifact. */
export const summarySchema = signatureObject
  .pick({ task: true, importance: true, lineage: true, metrics: true, holdoutWindows: true })
  .extend({ features: z.array(z.string()).describe('features the version reads') });

export const signatureSchema = signatureObject.superRefine((signature, context) => {
  const taken = new Set<string>();
  signature.inputs.forEach((binding, at) => {
    const key = `${binding.input}[${binding.column}]`;
    if (taken.has(key))
      context.addIssue({ code: 'custom', path: ['inputs', at, 'column'], message: `${key} is bound twice` });
    taken.add(key);
    if (binding.encoding.kind !== 'vocabulary') return;
    const { values } = binding.encoding;
    if (new Set(values).size !== values.length)
      context.addIssue({
        code: 'custom',
        path: ['inputs', at, 'encoding', 'values'],
        message: 'a value stands in the vocabulary twice, so its index is ambiguous',
      });
  });
});

export type ModelSignature = z.output<typeof signatureSchema>;
export type VersionSummary = z.output<typeof summarySchema>;
export type InputBinding = ModelSignature['inputs'][number];
export type InputEncoding = InputBinding['encoding'];
export type HoldoutWindow = z.output<typeof holdoutWindowSchema>;

export function summaryOf({
  task,
  importance,
  lineage,
  metrics,
  holdoutWindows,
  inputs,
}: ModelSignature): VersionSummary {
  const features = [...new Set(inputs.map(({ feature }) => feature))];
  return { task, importance, lineage, metrics, holdoutWindows, features };
}

/**
 * Checks the text of a `model.json`.
 * @throws MODEL_INVALID naming the file and every key that is wrong
 */
export function parseSignature(text: string, place: string): ModelSignature {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new TidemarkError(ErrorCode.MODEL_INVALID, `the signature is not JSON: ${messageOf(cause)}`, {
      place,
      cure: 'The training command has to write model.json whole.',
      cause,
    });
  }
  const parsed = signatureSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.length === 0 ? '(top)' : path.join('.')}: ${message}`)
    .join('; ');
  throw new TidemarkError(ErrorCode.MODEL_INVALID, `the signature is wrong at ${wrong}`, {
    place,
    cure: 'docs/models.md lists the keys of model.json.',
  });
}
