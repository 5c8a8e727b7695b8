import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { stringify } from 'yaml';
import { registerVersion } from '../../../cli/runtime/register-version.ts';
import { openBase } from '../../../cli/runtime/runtime.ts';
import { loadPipeline } from '../../../config/load.ts';
import { arrowColumn, encodeArrow } from '../../../store/arrow-encode.ts';
import { firmwares, readingOf, type SensorStream, sites, timeOf } from './event.ts';

const { ModelProto, TensorProto } = onnxProto.onnx;

export interface SensorPipelineOptions {
  readonly directory: string;
  /** Of the pipeline's `source`. */
  readonly source: object;
  /** `embedded:DIR` or `http://...`. */
  readonly storeUrl: string;
  /** Sections in place of the pipeline's own. */
  readonly changes?: object;
}

/** Writes the contract and the pipeline of the sensors; returns the path of the pipeline. */
export async function writeSensorPipeline(options: SensorPipelineOptions): Promise<string> {
  const { directory, source, storeUrl, changes = {} } = options;
  await mkdir(directory, { recursive: true });
  await writeFile(
    join(directory, 'contract.yaml'),
    stringify({
      contract: 'sensors',
      version: 1,
      unknownFields: 'ignore',
      features: {
        site: { type: 'string', required: true, domain: { values: [...sites], otherwise: 'flag' } },
        firmware: { type: 'string', required: true },
        temperature: { type: 'number', required: true, min: -50, max: 150 },
        humidity: { type: 'number', required: true, min: 0, max: 100 },
        vibration: { type: 'number', required: true, min: 0 },
        battery: { type: 'integer', required: true, min: 0, max: 100 },
      },
    }),
  );
  const pipeline = join(directory, 'pipeline.yaml');
  await writeFile(
    pipeline,
    stringify({
      pipeline: 'sensors',
      source,
      event: { format: 'json', id: '/id', time: '/time' },
      contract: 'contract.yaml',
      segments: [{ by: ['site'] }],
      models: [{ name: 'fault' }],
      windows: { pane: '1m', lateness: '30s' },
      drift: [{ against: 'training', window: '10m' }],
      server: { host: '127.0.0.1', port: 0 },
      store: { url: storeUrl },
      ...changes,
    }),
  );
  return pipeline;
}

const trainingRows = 100_000;
/** Readings no stream has: those before its first. */
const trainingIndex = 500_000_000;

/**
 * Puts the first version of the model `fault` into the pipeline's registry, with a reference of 100,000 readings of the hours
 * before the stream. Nothing else may have the store's directory open.
 */
export async function registerSensorModel(
  pipeline: string,
  stream: SensorStream,
  workingDirectory: string,
): Promise<void> {
  const file = await loadPipeline(pipeline, process.env);
  const base = await openBase(file, workingDirectory);
  try {
    if (base.registry.state('fault').champion !== undefined) return;
    const directory = join(file.directory, 'first-model');
    await mkdir(directory, { recursive: true });
    const datasetPath = join(file.directory, 'training.arrow');
    const dataset = trainingSet(stream);
    await writeFile(datasetPath, dataset);
    await writeFile(join(directory, 'model.onnx'), faultGraph());
    await writeFile(join(directory, 'model.json'), JSON.stringify(signatureOf(dataset, stream)));
    await registerVersion(
      { directory, datasetPath, reason: 'the first model', atMs: stream.startMs },
      {
        config: file.config,
        fields: base.contract.fields,
        artifacts: join(base.directory, 'models'),
        registry: base.registry,
        readFrame: base.readFrame,
        writeReference: base.stores.monitor.writeReference,
        like: () => undefined,
      },
    );
  } finally {
    await base.store.close();
  }
}

function trainingSet({ startMs }: SensorStream): Uint8Array {
  const before = { startMs: startMs - 4 * 3_600_000, stepMs: (4 * 3_600_000) / trainingRows };
  const rows = Array.from({ length: trainingRows }, (_, at) => readingOf(trainingIndex + at));
  const times = Float64Array.from(rows, (_, at) => timeOf(before, at));
  const numbers = (name: 'temperature' | 'humidity' | 'vibration' | 'battery') =>
    arrowColumn.float64(
      `f_${name}`,
      Float64Array.from(rows, (row) => row[name]),
    );
  const texts = (name: 'site' | 'firmware', values: readonly string[]) =>
    arrowColumn.dictionary(
      `f_${name}`,
      Int32Array.from(rows, (row) => values.indexOf(row[name])),
      values,
    );
  return encodeArrow(
    [
      arrowColumn.int64('event_time', times),
      arrowColumn.int64('arrival_time', times),
      texts('site', sites),
      texts('firmware', firmwares),
      numbers('temperature'),
      numbers('humidity'),
      numbers('vibration'),
      numbers('battery'),
      arrowColumn.float64(
        'label',
        Float64Array.from(rows, ({ vibration }) => (vibration > 0.05 ? 1 : 0)),
      ),
    ],
    trainingRows,
  ).bytes;
}

/** sigmoid(weights[site] + 60 vibration + temperature / 100 - 4). */
function faultGraph(): Uint8Array {
  const value = (name: string, type: number) => ({
    name,
    type: { tensorType: { elemType: type, shape: { dim: [{ dimParam: 'n' }] } } },
  });
  const constant = (name: string, values: readonly number[]) => ({
    name,
    dataType: TensorProto.DataType.FLOAT,
    dims: [values.length],
    floatData: [...values],
  });
  const node = (opType: string, input: string[], output: string) => ({ opType, input, output: [output] });
  return ModelProto.encode(
    ModelProto.create({
      irVersion: 7,
      opsetImport: [{ domain: '', version: 13 }],
      graph: {
        name: 'fault',
        node: [
          node('Gather', ['weights', 'site'], 'w'),
          node('Mul', ['vibration', 'perVibration'], 'v'),
          node('Mul', ['temperature', 'perDegree'], 't'),
          node('Add', ['w', 'v'], 'wv'),
          node('Add', ['wv', 't'], 'wvt'),
          node('Add', ['wvt', 'offset'], 'logit'),
          node('Sigmoid', ['logit'], 'probability'),
        ],
        input: [
          value('site', TensorProto.DataType.INT64),
          value('vibration', TensorProto.DataType.FLOAT),
          value('temperature', TensorProto.DataType.FLOAT),
        ],
        output: [value('probability', TensorProto.DataType.FLOAT)],
        initializer: [
          constant('weights', [0, ...sites.map((_, at) => (at - 4) / 10)]),
          constant('perVibration', [60]),
          constant('perDegree', [0.01]),
          constant('offset', [-4]),
        ],
      },
    }),
  ).finish();
}

function signatureOf(dataset: Uint8Array, { startMs }: SensorStream) {
  const number = { kind: 'number', missing: 0 };
  return {
    model: 'fault',
    version: 'v1',
    task: 'binary',
    inputs: [
      { input: 'site', feature: 'site', encoding: { kind: 'vocabulary', values: [...sites], unknown: 0 } },
      { input: 'vibration', feature: 'vibration', encoding: number },
      { input: 'temperature', feature: 'temperature', encoding: number },
    ],
    output: { name: 'probability' },
    importance: { vibration: 0.8, site: 0.1, temperature: 0.1 },
    lineage: {
      dataset: {
        id: createHash('sha256').update(dataset).digest('hex'),
        rows: trainingRows,
        from: startMs - 4 * 3_600_000,
        to: startMs,
      },
      code: 'chosen weights',
    },
    metrics: { trainRows: trainingRows, holdoutRows: 0 },
  };
}
