import { jointWindowMs } from '../../actions/monitor/joint-round.ts';
import { type Column, createNumberColumn, isPresent, setPresent } from '../../common/columns.ts';
import { columnOf, type FeatureField, type Frame } from '../../common/feature.ts';
import { parseTimestampMs } from '../../common/timestamp.ts';
import type { PipelineConfig } from '../../config/schema.ts';
import { lagFeature } from '../../consumers/worker/profile-batch.ts';
import { buildReference } from '../../drift/reference/build-reference.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import type { CompiledContract } from '../../validators/compile.ts';
import type { Dataset } from './dataset.ts';

export interface ReferenceRequest {
  readonly config: PipelineConfig;
  readonly dataset: Dataset;
  /** What a model says of the rows, by the name of the feature it is profiled as; shape `[rows]`. */
  readonly predictions: ReadonlyMap<string, Float64Array>;
  readonly origin: string;
  /** Count in the same bins and segments as this one, so that windows across a change of champion add up. */
  readonly like: Reference | undefined;
}

/** The reference of a model version or of a file: its features, the lag of its events, and the model's predictions. */
export function referenceFrom({ config, dataset, predictions, origin, like }: ReferenceRequest): Reference {
  const { features, eventTimesMs, arrivalTimesMs } = dataset;
  const fields: FeatureField[] = [...features.fields, { name: lagFeature, type: 'number' }];
  const columns: Column[] = [
    ...features.columns,
    numbers(eventTimesMs.map((timeMs, row) => (timeMs - (arrivalTimesMs[row] as number)) / 1000)),
  ];
  for (const [name, values] of predictions) {
    fields.push({ name, type: 'number' });
    columns.push(numbers(values));
  }
  // Event times only ever grow: they differ from any reference by their nature.
  const timestamps = features.fields.filter(({ type }) => type === 'timestamp').map(({ name }) => name);
  return buildReference({
    frame: { rows: features.rows, fields, columns },
    timesMs: eventTimesMs,
    origin,
    exclude: timestamps,
    segments: config.segments.map(({ by, top }) => ({ by, top })),
    windowsMs: [...new Set(config.drift.map(({ window }) => window))],
    ...(like === undefined ? {} : { like }),
    ...jointOf(config),
  });
}

function jointOf({ joint, drift }: PipelineConfig): Pick<Parameters<typeof buildReference>[0], 'joint'> {
  const windowMs = jointWindowMs(joint, drift);
  if (joint === undefined || windowMs === undefined) return {};
  return { joint: { features: joint.features ?? [], windowsMs: [windowMs] } };
}

function numbers(values: Float64Array): Column {
  const column = createNumberColumn(values.length);
  column.values.set(values);
  for (let row = 0; row < values.length; row++) if (!Number.isNaN(values[row])) setPresent(column.validity, row);
  return column;
}

/** The reference of a file of ordinary events: what the contract accepts of it. Times are looked up where events have them. */
export function referenceFromFile(input: {
  readonly config: PipelineConfig;
  readonly contract: CompiledContract;
  readonly frame: Frame;
  readonly origin: string;
}): Reference {
  const { config, contract, frame, origin } = input;
  const checked = contract.checkFrame(frame);
  const times = (pointer: string | undefined) => timesOf(frame, pointer, checked.frame.rows);
  const eventTimesMs = times(config.event.time);
  const arrivalTimesMs = times(config.event.arrival);
  const dataset: Dataset = { features: checked.frame, eventTimesMs, arrivalTimesMs };
  return referenceFrom({ config, dataset, predictions: new Map(), origin, like: undefined });
}

/** NaN where there is none, and everywhere where rows were rejected: then rows and times do not belong together any more. */
function timesOf(frame: Frame, pointer: string | undefined, rows: number): Float64Array {
  const unknown = new Float64Array(rows).fill(Number.NaN);
  const column = pointer === undefined ? undefined : columnOf(frame, pointer.slice(1));
  if (column === undefined || rows !== frame.rows) return unknown;
  return unknown.map((_, row) => {
    if (!isPresent(column.validity, row)) return Number.NaN;
    const value = column.kind === 'number' ? column.values[row] : column.dictionary.values[column.codes[row] as number];
    return parseTimestampMs(value) ?? Number.NaN;
  });
}
