import { jointWindowMs } from '../../actions/monitor/joint-round.ts';
import { type Column, createNumberColumn, isPresent, setPresent, valueAt } from '../../common/columns.ts';
import { columnOf, type FeatureField, type Frame } from '../../common/feature.ts';
import { selectRows } from '../../common/select.ts';
import { parseTimestampMs } from '../../common/timestamp.ts';
import { Verdict } from '../../common/verdict.ts';
import { unusableCodes } from '../../common/violation.ts';
import { pipelineHolidays } from '../../config/calendar.ts';
import { kindOf } from '../../config/comparison.ts';
import { sliceMsOf, watchedRules } from '../../config/detectors.ts';
import type { PipelineConfig } from '../../config/schema.ts';
import { lagFeature } from '../../consumers/worker/profile-batch.ts';
import { buildReference } from '../../drift/reference/build-reference.ts';
import { type EarlierRule, earlierRule } from '../../drift/reference/earlier.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import { referenceFromJson, referenceToJson } from '../../drift/reference/reference-json.ts';
import type { CheckedRows, CompiledContract } from '../../validators/compile.ts';
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
  const sliceMs = sliceMsOf(config);
  const watched = watchedRules(config);
  return buildReference({
    frame: { rows: features.rows, fields, columns },
    timesMs: eventTimesMs,
    origin,
    exclude: timesOfEvents(dataset),
    segments: config.segments.map(({ by, top }) => ({ by, top })),
    // Fixed limits need no habits of windows.
    windowsMs: [...new Set(config.drift.filter(({ against }) => against !== 'skew').map(({ window }) => window))],
    earlier: earlierRules(config),
    ...(sliceMs === undefined ? {} : { sliceMs, sliceSegments: watched.map((at) => config.segments[at]?.by ?? []) }),
    ...(like === undefined ? {} : { like }),
    ...jointOf(config),
    ...(dataset.invalid === undefined ? {} : { invalid: dataset.invalid }),
  });
}

/** Features that are the event's time, or its arrival, in every row: `@lag` says what is to be said of them. */
function timesOfEvents({ features, eventTimesMs, arrivalTimesMs }: Dataset): string[] {
  const isOneOf = (column: Column | undefined, timesMs: Float64Array): boolean => {
    if (column?.kind !== 'number') return false;
    for (let row = 0; row < features.rows; row++)
      if (isPresent(column.validity, row) && column.values[row] !== timesMs[row]) return false;
    return true;
  };
  return features.fields.flatMap(({ name, type }, at) => {
    const column = features.columns[at];
    const known = type === 'timestamp' && (isOneOf(column, eventTimesMs) || isOneOf(column, arrivalTimesMs));
    return known ? [name] : [];
  });
}

/** The comparisons with earlier windows, each once a window length. */
function earlierRules(config: PipelineConfig): EarlierRule[] {
  const holidays = pipelineHolidays(config);
  const rules = new Map<string, EarlierRule>();
  for (const comparison of config.drift) {
    const kind = kindOf(comparison);
    if (kind.kind !== 'rolling' && kind.kind !== 'seasonal') continue;
    const rule = earlierRule(kind, comparison.window, holidays);
    rules.set(`${rule.key} ${rule.windowMs}`, rule);
  }
  return [...rules.values()];
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
  const accepted = Int32Array.from(frameRows(frame).filter((row) => checked.verdicts[row] !== Verdict.REJECTED));
  const dataset: Dataset = {
    features: accepted.length === frame.rows ? checked.frame : selectRows(checked.frame, accepted),
    eventTimesMs: timesOf(frame, config.event.time, accepted),
    arrivalTimesMs: timesOf(frame, config.event.arrival, accepted),
    invalid: unusableRows(contract, checked, accepted),
  };
  const reference = referenceFrom({ config, dataset, predictions: new Map(), origin, like: undefined });
  // As whoever reads it from the store has it: digits that the document does not keep decide nothing.
  return referenceFromJson(referenceToJson(reference));
}

function frameRows({ rows }: Frame): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => row);
}

/** As the worker counts them: values of another type, not finite, or too large, by feature and place among the accepted rows. */
function unusableRows(
  { contract }: CompiledContract,
  { violations }: CheckedRows,
  accepted: Int32Array,
): ReadonlyMap<string, readonly number[]> {
  const nameOf = new Map(contract.features.map(({ name, path }) => [path, name]));
  const rows = new Map<string, number[]>();
  accepted.forEach((row, at) => {
    for (const { code, path } of violations.get(row) ?? []) {
      const name = unusableCodes.has(code) ? nameOf.get(path) : undefined;
      if (name === undefined) continue;
      const known = rows.get(name);
      if (known === undefined) rows.set(name, [at]);
      else known.push(at);
    }
  });
  return rows;
}

/** NaN where there is none. */
function timesOf(frame: Frame, pointer: string | undefined, rows: Int32Array): Float64Array {
  const column = pointer === undefined ? undefined : columnOf(frame, pointer.slice(1));
  return Float64Array.from(rows, (row) =>
    column === undefined ? Number.NaN : (parseTimestampMs(valueAt(column, row)) ?? Number.NaN),
  );
}
