import { rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../actions/jobs/run-command.ts';
import { registerVersion } from '../../cli/runtime/register-version.ts';
import type { Base } from '../../cli/runtime/runtime.ts';
import type { Column, NumberColumn } from '../../common/columns.ts';
import { columnOf, type Frame } from '../../common/feature.ts';
import { arrowColumn, encodeArrow } from '../../store/arrow-encode.ts';
import { featureColumn } from '../../store/migrations.ts';
import { readFrame } from '../../store/read-file.ts';
import type { Contract, ContractFeature } from '../../validators/contract.ts';
import { inferContract } from '../../validators/infer.ts';
import { contractToYaml } from '../../validators/parse.ts';
import { filesIn } from './prepare.ts';

/** The contract that January meets, and two features that the model reads beside those of the event. */
export async function inferFlightsContract(directory: string): Promise<string> {
  const january = await readFrame(filesIn(directory).january);
  const inferred = inferContract(january, { name: 'flights', exclude: ['received', 'label'] });
  const derived = (name: string, kind: 'hourOf' | 'weekdayOf'): ContractFeature => ({
    name,
    type: 'integer',
    path: `/${name}`,
    required: true,
    onTypeMismatch: 'reject',
    otherwise: 'flag',
    derive: { kind, from: 'scheduled' },
  });
  const contract: Contract = {
    ...inferred,
    features: [...inferred.features, derived('hour', 'hourOf'), derived('weekday', 'weekdayOf')],
  };
  return contractToYaml(contract);
}

/** Trains the first model on January, by the same command that retraining runs, and registers it as champion. */
export async function firstModel(base: Base, directory: string): Promise<void> {
  const { config } = base.file;
  const model = config.models[0];
  if (model?.retrain === undefined || base.registry.state(model.name).champion !== undefined) return;
  const january = await base.readFrame(filesIn(directory).january);
  const datasetPath = join(directory, 'january-dataset.arrow');
  await writeAtomically(datasetPath, januaryDataset(base, january));
  const out = join(directory, 'first-model');
  await runCommand({
    command: [...model.retrain.command, '--dataset', datasetPath, '--out', out],
    workingDirectory: dirname(fileURLToPath(import.meta.url)),
    limitMs: model.retrain.runLimit,
  });
  const times = (columnOf(january, 'scheduled') as NumberColumn).values;
  await registerVersion(
    {
      directory: out,
      datasetPath,
      reason: 'the first model, trained on January',
      atMs: times.at(january.rows - 1) ?? 0,
    },
    {
      config,
      fields: base.contract.fields,
      artifacts: join(base.directory, 'models'),
      registry: base.registry,
      readFrame: base.readFrame,
      writeReference: base.stores.monitor.writeReference,
      like: () => undefined,
    },
  );
}

/** January as a retraining run would get it: features as the contract makes them, the outcome beside them. */
function januaryDataset({ contract }: Base, january: Frame): Uint8Array {
  const { frame } = contract.checkFrame(january);
  const numbers = (name: string) => (columnOf(january, name) as NumberColumn).values.slice(0, january.rows);
  return encodeArrow(
    [
      arrowColumn.int64('event_time', numbers('scheduled')),
      arrowColumn.int64('arrival_time', numbers('received')),
      ...frame.fields.map(({ name }, at) =>
        arrowColumn.feature(featureColumn(name), frame.rows, frame.columns[at] as Column),
      ),
      arrowColumn.float64('label', numbers('label')),
    ],
    frame.rows,
  ).bytes;
}

export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${path}.part`, content);
  await rename(`${path}.part`, path);
}
