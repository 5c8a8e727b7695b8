import { stat, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';
import { readFrame } from '../../store/read-file.ts';
import { type Inference, inferWithNotes } from '../../validators/infer.ts';
import { contractToYaml } from '../../validators/parse.ts';
import { command, type ExitCode, printJson, printText } from '../output.ts';
import { namesOf } from './options.ts';

interface InferCommandOptions {
  readonly name?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly exclude?: readonly string[];
  readonly limit?: number;
  readonly json?: boolean;
}

export function addInferCommand(program: Command): void {
  program
    .command('infer')
    .description('Writes the contract that a file of ordinary data meets: Parquet, CSV, TSV, NDJSON or Arrow.')
    .argument('<file>', 'the data')
    .option('--name <name>', 'name of the contract; default: that of the file', contractName)
    .option('--out <contract>', 'the file to write; default: standard output')
    .option('--force', 'write over a file that is there')
    .option('--exclude <columns>', 'columns that are no features, separated by commas', namesOf)
    .option('--limit <rows>', 'read only the first rows', positiveInteger)
    .option('--json', 'one JSON object on standard output: the contract and the reasons')
    .action(
      command(
        (_file: string, options: InferCommandOptions) => options.json === true,
        (file, options) => runInfer(file, options),
      ),
    );
}

async function runInfer(path: string, options: InferCommandOptions): Promise<ExitCode> {
  const frame = await readFrame(path, options.limit === undefined ? {} : { limitRows: options.limit });
  const { exclude = [] } = options;
  const unknown = exclude.find((name) => !frame.fields.some((field) => field.name === name));
  if (unknown !== undefined) {
    throw new TidemarkError(ErrorCode.NOT_FOUND, `the file has no column ${unknown}`, {
      place: '--exclude',
      cure: `It has: ${frame.fields.map(({ name }) => name).join(', ')}.`,
    });
  }
  const inferred = inferWithNotes(frame, { name: options.name ?? nameOf(path), exclude });
  if (inferred.contract.features.length === 0) {
    throw new TidemarkError(ErrorCode.FILE_MALFORMED, 'no column of the file has a value', {
      place: path,
      cure: 'Take a file of ordinary data with some hundred rows at least.',
    });
  }
  const text = yamlOf(inferred, path, frame.rows);
  if (options.out !== undefined) await write(options.out, text, options.force === true);
  if (options.json === true) printJson(jsonOf(inferred, path, frame.rows));
  else if (options.out === undefined) printText(text.trimEnd());
  else printText(`${options.out}: ${inferred.contract.features.length} features from ${frame.rows} rows`);
  return 0;
}

function yamlOf({ contract, notes, omitted }: Inference, path: string, rows: number): string {
  const left = omitted.map(({ name, reason }) => `# Left out: ${JSON.stringify(name)}, since ${reason}.\n`).join('');
  const head = `# Inferred from ${rows} rows of ${basename(path)}. Ranges and domains flag; say otherwise: reject where they must hold.\n`;
  return `${head}${left}${contractToYaml(contract, notes)}`;
}

function jsonOf({ contract, notes, omitted }: Inference, path: string, rows: number) {
  return { file: path, rows, contract, notes: Object.fromEntries(notes), omitted };
}

async function write(path: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: force ? 'w' : 'wx' });
  } catch (cause) {
    const isDirectory = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    const { code } = cause as NodeJS.ErrnoException;
    const [reason, cure] = isDirectory
      ? ['this is a directory', 'Name a file in it.']
      : code === 'EEXIST'
        ? ['the file is there already', 'Choose another name, or --force to write over it.']
        : code === 'ENOENT'
          ? ['its directory is not there', 'Make it before, or choose another.']
          : [messageOf(cause), 'Check the directory and its permissions.'];
    throw new TidemarkError(ErrorCode.FILE_UNREADABLE, reason, { place: path, cure, cause });
  }
}

function nameOf(path: string): string {
  const [name = ''] = basename(path).split('.');
  const safe = name.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 60);
  return /^[A-Za-z]/.test(safe) ? safe : `data-${safe}`;
}

function contractName(text: string): string {
  if (/^[a-z][a-z0-9_-]{0,99}$/i.test(text)) return text;
  throw new InvalidArgumentError('expected letters, digits, - and _, beginning with a letter.');
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1.');
  return value;
}
