import { type Command, InvalidArgumentError } from 'commander';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import type { Frame } from '../../common/feature.ts';
import { defaultBudget } from '../../drift/compare/comparison.ts';
import { compareFrames, type FeatureComparison } from '../../drift/compare.ts';
import { compareJoint, type JointComparison, jointShare } from '../../drift/joint/compare-joint.ts';
import { readFrame } from '../../store/read-file.ts';
import { openScratchEngine } from '../../store/scratch-engine.ts';
import { command, type ExitCode, printJson, printText, rowsText, statusOf, table } from '../output.ts';
import { addDriftExplainCommand } from './drift-explain.ts';
import { namesOf } from './options.ts';

interface DriftOptions {
  readonly json?: boolean;
  readonly features?: readonly string[];
  readonly limit?: number;
  readonly budget?: number;
  /** `--no-joint`: false. */
  readonly joint?: boolean;
}

export function addDriftCommand(program: Command): void {
  const drift = program
    .command('drift')
    // What stands before the name of a command below is an option of this one.
    .enablePositionalOptions()
    .description(
      'Compares two files, feature by feature: Parquet, CSV, TSV, NDJSON or Arrow. Ends with 1 on any alarm.',
    )
    .argument('<reference>', 'the file to compare with, such as the training data')
    .argument('<current>', 'the file to judge')
    .option('--json', 'one JSON object on standard output')
    .option('--features <names>', 'only these, separated by commas', namesOf)
    .option('--limit <rows>', 'read only the first rows of each file', positiveInteger)
    .option('--budget <probability>', 'of any false alarm at all where nothing has changed (default: 0.01)', share)
    .option('--no-joint', 'compare each feature by itself only, not how they go together')
    .action(
      command(
        (_reference: string, _current: string, options: DriftOptions) => options.json === true,
        (reference, current, options) => runDrift(reference, current, options),
      ),
    );
  addDriftExplainCommand(drift);
}

async function runDrift(referencePath: string, currentPath: string, options: DriftOptions): Promise<ExitCode> {
  const { reference, current } = await readBoth(referencePath, currentPath, options.limit);
  for (const name of options.features ?? []) {
    const known = [...reference.fields, ...current.fields].map((field) => field.name);
    if (known.includes(name)) continue;
    throw new TidemarkError(ErrorCode.NOT_FOUND, `neither file has a feature ${name}`, {
      place: '--features',
      cure: `They have: ${[...new Set(known)].join(', ')}.`,
    });
  }
  const budget = options.budget ?? defaultBudget;
  const together = options.joint !== false;
  const features = compareFrames(reference, current, {
    ...(options.features === undefined ? {} : { features: options.features }),
    budget: together ? budget * (1 - jointShare) : budget,
  });
  const joint = together ? compareJoint(reference, current, features, { budget: budget * jointShare }) : undefined;
  const counts = countsOf(features, joint ?? []);
  const alarm = counts.features.alarms + counts.joint.alarms > 0;
  if (options.json === true) {
    printJson({
      reference: { path: referencePath, rows: reference.rows },
      current: { path: currentPath, rows: current.rows },
      alarm,
      counts,
      features,
      ...(joint === undefined ? {} : { joint }),
    });
  } else {
    const tables = [report(features), ...(joint === undefined ? [] : [jointReport(joint)])];
    printText([...tables, summaryOf(counts, reference.rows, current.rows)].join('\n\n'));
  }
  return alarm ? 1 : 0;
}

async function readBoth(
  referencePath: string,
  currentPath: string,
  limitRows: number | undefined,
): Promise<{ readonly reference: Frame; readonly current: Frame }> {
  const engine = openScratchEngine();
  try {
    const options = { client: engine.client, ...(limitRows === undefined ? {} : { limitRows }) };
    const reference = await readFrame(referencePath, options);
    return { reference, current: await readFrame(currentPath, options) };
  } finally {
    await engine.close();
  }
}

function report(features: readonly FeatureComparison[]): string {
  const rows = features.map((feature) => {
    const { name, type, statistics, why } = feature;
    const cell = (statistic: string): string => {
      const value = statistics[statistic]?.value;
      return value === null || value === undefined ? '-' : value.toFixed(4);
    };
    return [
      statusOf(feature),
      name,
      type,
      cell('js_distance'),
      cell('psi'),
      cell('ks'),
      cell('wasserstein_normalized'),
      cell('missing_change'),
      why,
    ];
  });
  const head = ['', 'feature', 'type', 'js (base 2)', 'psi', 'ks', 'wasserstein/sd', 'missing +', 'why'];
  return table([head, ...rows]);
}

interface Counts {
  readonly total: number;
  readonly alarms: number;
  readonly too_few_rows: number;
  readonly nothing_to_compare: number;
}

function countsOf(features: readonly FeatureComparison[], joint: readonly JointComparison[]) {
  const count = (compared: readonly (FeatureComparison | JointComparison)[]): Counts => ({
    total: compared.length,
    alarms: compared.filter(({ alarm }) => alarm).length,
    too_few_rows: compared.filter((one) => one.not_judged_because === 'too_few_rows').length,
    nothing_to_compare: compared.filter((one) => one.not_judged_because === 'nothing_to_compare').length,
  });
  return { features: count(features), joint: count(joint) };
}

/** The closing line: every part of it that decides the exit code, and what was not judged. */
function summaryOf({ features, joint }: ReturnType<typeof countsOf>, reference: number, current: number): string {
  const judgedJointly = joint.total - joint.too_few_rows - joint.nothing_to_compare;
  return [
    `${features.alarms} of ${features.total} features drifted`,
    ...(judgedJointly === 0 ? [] : [`${joint.alarms} of ${judgedJointly} joint tests alarmed`]),
    ...(features.too_few_rows === 0
      ? []
      : [`${features.too_few_rows} of ${features.total} features could not be judged: too few rows`]),
    `${rowsText(reference)} of reference, ${current} current`,
  ].join('; ');
}

function jointReport(joint: readonly JointComparison[]): string {
  const rows = joint.map((test) => [statusOf(test), test.name, test.why]);
  return table([['', 'together', 'why'], ...rows]);
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1.');
  return value;
}

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('expected a number above 0 and up to 1.');
  return value;
}
