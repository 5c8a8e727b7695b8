import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Frame } from '../../common/feature.ts';
import { selectRows } from '../../common/select.ts';
import { Verdict } from '../../common/verdict.ts';
import { readText } from '../../config/load.ts';
import { compareFrames } from '../../drift/compare.ts';
import { readFrame } from '../../store/read-file.ts';
import { openScratchEngine } from '../../store/scratch-engine.ts';
import { type CheckedRows, type CompiledContract, compileContract } from '../../validators/compile.ts';
import { parseContract } from '../../validators/parse.ts';
import { checkHtml } from '../check/html.ts';
import { checkJunit } from '../check/junit.ts';
import { type CheckReport, summarizeCheck } from '../check/report.ts';
import { checkText } from '../check/text.ts';
import { command, type ExitCode, printJson, printText } from '../output.ts';

const formats = ['text', 'json', 'junit', 'html'] as const;

interface CheckOptions {
  readonly contract: string;
  readonly reference?: string;
  readonly format: (typeof formats)[number];
  readonly json?: boolean;
  readonly maxFlagged?: number;
  readonly limit?: number;
}

export function addCheckCommand(program: Command): void {
  program
    .command('check')
    .description(
      'Checks a file against a contract, and for drift where a reference is given. Ends with 1 where it fails.',
    )
    .argument('<file>', 'Parquet, CSV, TSV, NDJSON or Arrow')
    .requiredOption('--contract <contract>', 'the contract file')
    .option('--reference <file>', 'a file to compare with: drift fails the check')
    .addOption(new Option('--format <format>', 'form of the report').choices(formats).default('text'))
    .option('--json', 'the same as --format json')
    .option(
      '--max-flagged <share>',
      'share of flagged rows beyond which the check fails, 0 to 1; default: none does',
      share,
    )
    .option('--limit <rows>', 'read only the first rows', positiveInteger)
    .action(
      command(
        (_file: string, options: CheckOptions) => options.json === true || options.format === 'json',
        (file, options) => runCheck(file, options),
      ),
    );
}

async function runCheck(path: string, options: CheckOptions): Promise<ExitCode> {
  // The contract first: it is wrong in a moment, reading takes longer.
  const compiled = compileContract(parseContract(await readText(options.contract), options.contract));
  const { current, reference } = await readFiles(path, options);
  const checked = compiled.checkFrame(current);
  const report = summarizeCheck(checked, {
    file: path,
    contract: compiled.contract,
    ...(reference === undefined
      ? {}
      : { drift: driftOf({ path: options.reference ?? '', frame: reference }, checked, compiled) }),
    ...(options.maxFlagged === undefined ? {} : { maxFlaggedShare: options.maxFlagged }),
  });
  if (options.json === true || options.format === 'json') printJson(report);
  else if (options.format === 'junit') printText(checkJunit(report, compiled.contract).trimEnd());
  else if (options.format === 'html') printText(checkHtml(report).trimEnd());
  else printText(checkText(report));
  return report.passed ? 0 : 1;
}

async function readFiles(path: string, { reference, limit }: CheckOptions) {
  const engine = openScratchEngine();
  try {
    const options = { client: engine.client, ...(limit === undefined ? {} : { limitRows: limit }) };
    const current = await readFrame(path, options);
    return { current, reference: reference === undefined ? undefined : await readFrame(reference, options) };
  } finally {
    await engine.close();
  }
}

interface Reference {
  readonly path: string;
  readonly frame: Frame;
}

/** Both sides as the contract reads them, without what it rejects: derived features are compared too. */
function driftOf(
  reference: Reference,
  checked: CheckedRows,
  compiled: CompiledContract,
): NonNullable<CheckReport['drift']> {
  const accepted = acceptedOf(compiled.checkFrame(reference.frame));
  return { reference: reference.path, rows: accepted.rows, features: compareFrames(accepted, acceptedOf(checked)) };
}

function acceptedOf({ frame, verdicts }: CheckedRows): Frame {
  const keep = new Int32Array(frame.rows);
  let kept = 0;
  for (let row = 0; row < frame.rows; row++) if (verdicts[row] !== Verdict.REJECTED) keep[kept++] = row;
  return kept === frame.rows ? frame : selectRows(frame, keep.subarray(0, kept));
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('expected a number from 0 to 1.');
  return value;
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1.');
  return value;
}
