import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';
import { modelFile, signatureFile } from '../../serving/model/files.ts';
import { readFlights } from './training/dataset.ts';
import { type Trained, trainModel } from './training/train-model.ts';

/** The retraining command: `train.ts --dataset FILE --out DIRECTORY`. Writes a whole version or nothing; exit code 1 for an error. */
const here = dirname(fileURLToPath(import.meta.url));
const usage = `usage: train.ts --dataset FILE.arrow --out DIRECTORY [--model NAME] [--seed NUMBER]
  --dataset  Arrow file with event_time, f_origin, f_destination, f_distance, f_hour, f_weekday, label [, weight]
  --out      where model.onnx and model.json go
  --model    name of the model (default: late)
  --seed     for shuffling in the importance of features (default: 1)`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      dataset: { type: 'string' },
      out: { type: 'string' },
      model: { type: 'string', default: 'late' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const { dataset, out } = values;
  const seed = Number(values.seed);
  if (dataset === undefined || out === undefined || !Number.isSafeInteger(seed)) {
    throw new TidemarkError(ErrorCode.CONFIG_INVALID, '--dataset and --out are needed, --seed is a whole number', {
      cure: `\n${usage}`,
    });
  }
  const trained = trainModel({
    data: await readFlights(dataset),
    name: values.model,
    seed,
    code: programId(),
    place: dataset,
  });
  await writeVersion(resolve(out), trained);
  process.stderr.write(`${describe(trained)}\n`);
}

/** sha256 over the trainer's own sources: two versions of one program have one name. */
function programId(): string {
  const hash = createHash('sha256').update(readFileSync(join(here, 'train.ts')));
  for (const file of readdirSync(join(here, 'training')).sort()) {
    hash.update(readFileSync(join(here, 'training', file)));
  }
  return `examples/flights/train.ts ${hash.digest('hex').slice(0, 16)}`;
}

/** Written beside its place and renamed, so that nobody finds half a version. A version written there before is replaced. */
async function writeVersion(out: string, { onnx, signature }: Trained): Promise<void> {
  await mkdir(dirname(out), { recursive: true });
  const present = await readdir(out).catch(() => []);
  const foreign = present.filter((name) => name !== modelFile && name !== signatureFile);
  if (foreign.length > 0) {
    throw new TidemarkError(ErrorCode.CONFIG_INVALID, `the directory holds other files (${foreign.join(', ')})`, {
      place: out,
      cure: 'Name a new directory.',
    });
  }
  const temporary = join(dirname(out), `.${basename(out)}-${process.pid}`);
  await mkdir(temporary);
  try {
    await writeFile(join(temporary, modelFile), onnx);
    await writeFile(join(temporary, signatureFile), `${JSON.stringify(signature, null, 1)}\n`);
    await rm(out, { recursive: true, force: true });
    await rename(temporary, out);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

function describe({ signature }: Trained): string {
  const { metrics, version, model, lineage } = signature;
  const number = (value: number | undefined) => (value === undefined ? 'unknown' : value.toFixed(4));
  return `${model} ${version}: ${lineage.dataset.rows} rows; hold-out of ${metrics.holdoutRows}: log-loss ${number(metrics.logLoss)} (base rate ${number(metrics.baselineLogLoss)}), Brier ${number(metrics.brier)}, AUC ${number(metrics.auc)}`;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`train: ${error instanceof TidemarkError ? error.toText() : messageOf(error)}\n`);
  process.exitCode = 1;
}
