import { createHash } from 'node:crypto';
import { ErrorCode, TidemarkError } from '../../../common/error.ts';
import { type ModelSignature, signatureSchema } from '../../../serving/model/signature.ts';
import type { FlightData } from './dataset.ts';
import { dayMs, type Evaluation, evaluate } from './evaluate.ts';
import { fitLogistic, type LogisticModel } from './fit.ts';
import { encodeGraph } from './graph.ts';
import { designOf, type Term, termsOf } from './terms.ts';

export interface Trained {
  readonly onnx: Uint8Array;
  readonly signature: ModelSignature;
  readonly model: LogisticModel;
  readonly terms: readonly Term[];
}

export interface TrainOptions {
  readonly data: FlightData;
  readonly name: string;
  readonly seed: number;
  /** Names the program, for the lineage. */
  readonly code: string;
  /** The data set's file, for errors. */
  readonly place: string;
}

const sweeps = 4;
const minRows = 200;

/**
 * Fits, measures on what the fit did not see, and fits once more on every row. The same file gives the same bytes.
 * @throws FILE_MALFORMED where the rows cannot teach a model: too few, or of one class
 */
export function trainModel({ data, name, seed, code, place }: TrainOptions): Trained {
  const positives = data.label.reduce((sum, y) => sum + y, 0);
  if (data.rows < minRows) {
    throw refuse(`the data set has ${data.rows} labelled rows; at least ${minRows} are needed`, place);
  }
  if (positives === 0 || positives === data.rows) {
    throw refuse(`every one of the ${data.rows} labels is ${positives === 0 ? 0 : 1}; both outcomes are needed`, place);
  }
  const terms = termsOf(data.airports.length);
  const { label, weight, timeMs } = data;
  const day = Int32Array.from(timeMs, (ms) => Math.floor(ms / dayMs));
  const fit = { terms, design: designOf(data, terms), label, weight, day, sweeps };
  const evaluation = evaluate(data, fit, seed);
  const model = fitLogistic({ ...fit, rows: Int32Array.from({ length: data.rows }, (_, row) => row) });
  const onnx = encodeGraph(model, terms, data.airports.length);
  const digest = createHash('sha256').update(onnx).digest('hex');
  const lastDay = new Date(data.timeMs[data.rows - 1] as number).toISOString().slice(0, 10).replaceAll('-', '');
  const signature = signatureSchema.parse({
    ...signatureOf(data, evaluation),
    model: name,
    version: `${lastDay}-${digest.slice(0, 8)}`,
    lineage: {
      dataset: { id: data.id, rows: data.rows, from: data.timeMs[0], to: data.timeMs[data.rows - 1] },
      code,
      parameters: {
        method: 'logistic regression on one-hot terms, ridge, block Newton',
        sweeps,
        ridge: Object.fromEntries(terms.map((term) => [term.name, term.ridge])),
        ridgeDays: Object.fromEntries(terms.map((term) => [term.name, term.ridgeDays])),
        holdout: 'the last fifth of the time; the windows are of five fits, each without its fifth',
        refit: 'on all rows',
      },
      seed,
    },
  });
  return { onnx, signature, model, terms };
}

function signatureOf({ airports }: FlightData, { holdout, days, ...about }: Evaluation) {
  const airport = { kind: 'vocabulary', values: airports, unknown: 0 };
  const number = { kind: 'number' };
  return {
    task: 'binary',
    inputs: [
      { input: 'origin', feature: 'origin', encoding: airport },
      { input: 'destination', feature: 'destination', encoding: airport },
      { input: 'distance', feature: 'distance', encoding: number },
      { input: 'hour', feature: 'hour', encoding: number },
      { input: 'weekday', feature: 'weekday', encoding: number },
    ],
    output: { name: 'probability' },
    importance: about.importance,
    metrics: {
      trainRows: about.trainRows,
      holdoutRows: holdout.n,
      logLoss: holdout.logLoss,
      brier: holdout.brier,
      ...(holdout.auc === undefined ? {} : { auc: holdout.auc }),
      baseRate: holdout.positives / holdout.n,
      baselineLogLoss: about.baselineLogLoss,
    },
    holdoutWindows: days.map(({ startMs, n, positives, logLoss, brier, meanPrediction, auc }) => ({
      startMs,
      windowMs: dayMs,
      n,
      positives,
      logLoss,
      brier,
      meanPrediction,
      ...(auc === undefined ? {} : { auc }),
    })),
  };
}

function refuse(message: string, place: string): TidemarkError {
  return new TidemarkError(ErrorCode.FILE_MALFORMED, message, { place, cure: 'Give it more labelled flights.' });
}
