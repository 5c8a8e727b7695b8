import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { formatDuration } from '../../common/duration.ts';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { noMetrics, silentLogger, systemClock } from '../../common/ports.ts';
import { createTroubleBoard } from '../../common/trouble.ts';
import { configJsonSchema, loadPipeline, type PipelineFile } from '../../config/load.ts';
import type { CompiledContract } from '../../validators/compile.ts';
import { judgingOf, type NamedComparison } from '../config/comparisons.ts';
import { command, type ExitCode, printJson, printText, table } from '../output.ts';
import { createDecoders } from '../runtime/decoders.ts';
import { loadContract } from '../runtime/load-contract.ts';

interface ConfigOptions {
  readonly json?: boolean;
}

export function addConfigCommand(program: Command): void {
  const config = program.command('config').description('Checks pipeline files and describes them to editors.');
  config
    .command('check')
    .description(
      'Checks a pipeline file, its contract and that the files it names are there. Ends with 2 on any problem.',
    )
    .argument('<pipeline>', 'the pipeline file')
    .option('--json', 'one JSON object on standard output')
    .action(
      command(
        (_pipeline: string, options: ConfigOptions) => options.json === true,
        (pipeline, options) => checkConfig(pipeline, options),
      ),
    );
  config
    .command('schema')
    .description('Prints the JSON Schema of the pipeline file.')
    .action(
      command(
        () => false,
        async () => {
          printText(JSON.stringify(configJsonSchema(), undefined, 2));
          return 0;
        },
      ),
    );
}

async function checkConfig(pipeline: string, { json }: ConfigOptions): Promise<ExitCode> {
  const file = await loadPipeline(pipeline, process.env);
  const { contract } = await loadContract(file);
  await createDecoders(file, { troubles: createTroubleBoard(systemClock), logger: silentLogger, metrics: noMetrics });
  for (const name of filesNamed(file)) await expectFile(resolve(file.directory, name), pipeline);
  if (json === true) {
    const { name, version, features, rules } = contract;
    printJson({
      ok: true,
      pipeline: file.config.pipeline,
      path: file.path,
      contract: { name, version, features: features.length, rules: rules.length },
      ...judgingOf(file.config),
    });
  } else printText(summaryOf(file, contract));
  return 0;
}

/** What must be there before a start. */
function filesNamed({ config }: PipelineFile): string[] {
  const { source, labels, reference } = config;
  return [source.file?.path, labels?.source.file?.path, reference].filter((path) => path !== undefined);
}

async function expectFile(path: string, pipeline: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return;
  const reason = found === undefined ? 'there is no such file' : 'it is no regular file';
  throw new TidemarkError(ErrorCode.FILE_UNREADABLE, reason, {
    place: path,
    cure: `${pipeline} names it; relative paths start at the pipeline file.`,
  });
}

function summaryOf({ config, path }: PipelineFile, contract: CompiledContract['contract']): string {
  const { source, windows, actions, store } = config;
  const sources = Object.entries(source).flatMap(([kind, value]) => (value === undefined ? [] : [kind]));
  const { drift, detectors, joint } = judgingOf(config);
  const rows = [
    ['pipeline', `${config.pipeline} (${path})`],
    ['source', sources.join(', ')],
    [
      'contract',
      `${contract.name} ${contract.version}: ${contract.features.length} features, ${contract.rules.length} rules`,
    ],
    ['panes', `${formatDuration(windows.pane)}, judged ${formatDuration(windows.lateness)} after their end`],
    ...(drift.length === 0 ? [['drift', 'no comparison']] : linesOf('drift', drift)),
    ...linesOf('detectors', detectors),
    ...linesOf('joint', joint === undefined ? [] : [joint]),
    ['actions', String(actions.length)],
    // A URL may hold a password.
    ['store', store.url.replace(/\/\/[^@/]*@/, '//***@')],
  ];
  return `${table(rows)}\n\nThe file is right.`;
}

/** One a line; the first has the label. */
function linesOf(label: string, comparisons: readonly NamedComparison[]): string[][] {
  return comparisons.map(({ name, what }, at) => [at === 0 ? label : '', what === '' ? name : `${name}  ${what}`]);
}
