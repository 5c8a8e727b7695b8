import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { parsePointer } from '../../common/pointer.ts';
import { parseTimestampMs } from '../../common/timestamp.ts';
import { loadPipeline } from '../../config/load.ts';
import { type Keep, keepChoices } from '../../drift/skew/join.ts';
import { defaultTolerance } from '../../drift/skew/value-pair.ts';
import { exportEvents } from '../../store/event-export.ts';
import { command, type ExitCode, printJson, printText } from '../output.ts';
import { openBase } from '../runtime/base.ts';
import { joinFiles, type SkewOptions, type SkewReport, type SkewSide } from '../skew/join-files.ts';
import { skewText } from '../skew/text.ts';
import { namesOf } from './options.ts';

interface SkewCommandOptions {
  readonly config?: string;
  readonly from?: number;
  readonly to?: number;
  readonly key?: SkewOptions['key'];
  readonly keep: Keep;
  readonly tolerance: number;
  readonly maxMismatch: number;
  readonly features?: readonly string[];
  readonly json?: boolean;
}

export function addSkewCommand(program: Command): void {
  program
    .command('skew')
    .description(
      'Joins the same events in training and serving by their key and says how their features differ. Ends with 1 where they do.',
    )
    .argument('<training>', 'the events as the model was trained on them: a file (Parquet, CSV, TSV, NDJSON or Arrow)')
    .argument('[serving]', 'the same events as they were served: another file; or leave it out and give --config')
    .option('--config <pipeline>', 'the pipeline file: its stored events are the serving side')
    .option('--from <time>', 'stored events from this time on (ISO 8601, UTC where it has no zone)', time)
    .option('--to <time>', 'stored events before this time', time)
    .option(
      '--key <columns>',
      'what identifies an event, separated by commas; A=B where serving calls it B. Default with --config: the event id',
      keys,
    )
    .addOption(
      new Option('--keep <row>', 'which of several rows with one key is taken').choices(keepChoices).default('first'),
    )
    .option(
      '--tolerance <share>',
      'numbers this near are equal, relative to the larger; whole numbers have to be equal',
      nonNegative,
      defaultTolerance,
    )
    .option(
      '--max-mismatch <share>',
      'share of the events in which a feature may differ before it fails, 0 to 1',
      share,
      0,
    )
    .option('--features <names>', 'only these, separated by commas', namesOf)
    .option('--json', 'one JSON object on standard output')
    .action(
      command(
        (_training: string, _serving: string | undefined, options: SkewCommandOptions) => options.json === true,
        (training, serving, options) => runSkew(training, serving, options),
      ),
    );
}

async function runSkew(training: string, serving: string | undefined, options: SkewCommandOptions): Promise<ExitCode> {
  if ((serving === undefined) === (options.config === undefined))
    throw usage(
      serving === undefined ? 'there is nothing to compare with' : 'both a file and --config are given',
      'Name a second file, or a pipeline by --config.',
    );
  let report: SkewReport;
  if (options.config !== undefined) report = await againstStore(training, options.config, options);
  else {
    if (options.from !== undefined || options.to !== undefined)
      throw usage('--from and --to are for stored events', 'Give --config, or cut the files before.');
    const [left, right] = [training, serving ?? ''].map((path): SkewSide => ({ path, name: path }));
    if (options.key === undefined) throw usage('the key is not known', 'Name the columns by --key, such as --key id.');
    report = await joinFiles(left as SkewSide, right as SkewSide, withKey(options, options.key));
  }
  if (options.json === true) printJson(report);
  else printText(skewText(report));
  return report.failed > 0 ? 1 : 0;
}

async function againstStore(training: string, pipeline: string, options: SkewCommandOptions): Promise<SkewReport> {
  if (options.from !== undefined && options.to !== undefined && options.to <= options.from)
    throw usage('--to is not after --from', 'There is no time between them: write a later --to.');
  const directory = mkdtempSync(join(tmpdir(), 'tidemark-skew-'));
  try {
    const path = join(directory, 'events.arrow');
    const base = await openBase(await loadPipeline(pipeline, process.env), process.cwd());
    const { event } = base.file.config;
    const idName = lastKey(event.id);
    let types: Awaited<ReturnType<typeof exportEvents>>;
    try {
      types = await exportEvents(base.store, {
        features: base.contract.fields,
        idName,
        timeName: lastKey(event.time),
        ...(options.from === undefined ? {} : { fromMs: options.from }),
        ...(options.to === undefined ? {} : { toMs: options.to }),
        path,
      });
    } finally {
      // A process has one directory of the embedded engine at a time, and the join needs one of its own.
      await base.store.close();
    }
    const key = options.key ?? (idName === undefined ? undefined : [{ training: idName, serving: idName }]);
    if (key === undefined)
      throw usage('the events have no id (event.id of the pipeline)', 'Name features that identify an event by --key.');
    const stored = { path, name: `events of ${base.file.config.pipeline}`, types };
    return await joinFiles({ path: training, name: training }, stored, withKey(options, key));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function withKey(options: SkewCommandOptions, key: SkewOptions['key']): SkewOptions {
  const { keep, tolerance, maxMismatch, features } = options;
  return { key, keep, tolerance, maxMismatch, features };
}

/** The name that files have for what a pointer into the event leads to. */
function lastKey(pointer: string | undefined): string | undefined {
  return pointer === undefined ? undefined : parsePointer(pointer)?.at(-1);
}

function usage(message: string, cure: string): TidemarkError {
  return new TidemarkError(ErrorCode.CONFIG_INVALID, message, { place: 'tidemark skew', cure });
}

function keys(text: string): SkewOptions['key'] {
  const all = namesOf(text).map((name) => {
    const [training = '', serving = training] = name.split('=');
    if (training === '' || serving === '') throw new InvalidArgumentError('expected names of columns, or A=B.');
    return { training, serving };
  });
  for (const side of ['training', 'serving'] as const) {
    const names = all.map((one) => one[side]);
    const twice = names.find((name, at) => names.indexOf(name) < at);
    if (twice !== undefined) throw new InvalidArgumentError(`${twice} stands twice.`);
  }
  return all;
}

function time(text: string): number {
  const ms = parseTimestampMs(text);
  if (ms === undefined) throw new InvalidArgumentError('expected a date or time in ISO 8601.');
  return ms;
}

function nonNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value < 1))
    throw new InvalidArgumentError('expected a number from 0 to 1.');
  return value;
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('expected a number from 0 to 1.');
  return value;
}
