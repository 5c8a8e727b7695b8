import type { Command } from 'commander';
import type { Backtest, BacktestIncident, BacktestPair } from '../../common/backtest.ts';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { parseTimestampMs } from '../../common/timestamp.ts';
import { loadPipeline } from '../../config/load.ts';
import { command, type ExitCode, printJson, printText, table } from '../output.ts';
import { backtest } from '../runtime/backtesting.ts';
import { contractMark } from '../runtime/contract-mark.ts';
import { loadContract } from '../runtime/load-contract.ts';
import { withReadOnlyBase } from '../runtime/read-only-base.ts';

interface Options {
  readonly config: string;
  readonly from?: string;
  readonly to?: string;
  readonly json: boolean;
}

export function addBacktestCommand(program: Command): void {
  program
    .command('backtest')
    .description(
      'judges the stored windows of a pipeline again, as a changed pipeline file would have; shows the incidents beside those that were, and writes nothing',
    )
    .requiredOption(
      '--config <file>',
      'the changed pipeline file (YAML): its budget, drift, incidents and segments are tried',
    )
    .option('--from <time>', 'only windows that begin at or after it; default: all that is stored')
    .option('--to <time>', 'only windows that end at or before it')
    .option('--json', 'one JSON object on standard output', false)
    .action(command<[Options]>(({ json }) => json, runBacktestCommand));
}

async function runBacktestCommand({ config, from, to, json }: Options): Promise<ExitCode> {
  const fromMs = timeOf('--from', from);
  const toMs = timeOf('--to', to);
  const file = await loadPipeline(config, process.env);
  const contract = contractMark((await loadContract(file)).contract);
  const result = await withReadOnlyBase(file, process.cwd(), (base) =>
    backtest(base, {
      config: file.config,
      contract,
      ...(fromMs === undefined ? {} : { fromMs }),
      ...(toMs === undefined ? {} : { toMs }),
    }),
  );
  if (json) printJson(result);
  else printText(textOf(result));
  return 0;
}

function timeOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const timeMs = parseTimestampMs(text);
  if (timeMs !== undefined) return timeMs;
  throw new TidemarkError(ErrorCode.CONFIG_INVALID, `${text} is no time`, {
    place: option,
    cure: 'Write a date or time in ISO 8601, such as 2026-03-01 or 2026-03-01T12:00Z',
  });
}

function textOf(result: Backtest): string {
  const { pipeline, windows, judgements, alarms, budget } = result;
  const lines = [
    `${pipeline}, ${minute(result.from)} to ${minute(result.to)} (event time, UTC)`,
    `tried: falseAlarmsPerWeek ${budget.falseAlarmsPerWeek}, minEffect ${budget.minEffect}`,
    `${judgements.toLocaleString('en-US')} judgements in ${windows.toLocaleString('en-US')} windows`,
    '',
    table([
      ['', 'then', 'now'],
      ['alarms', String(alarms.was), String(alarms.now)],
      ['incidents', String(countOf(result, 'was')), String(countOf(result, 'now'))],
    ]),
    '',
  ];
  if (result.incidents.length === 0) lines.push('there was no incident, and there would have been none');
  else {
    const head = ['', 'id', 'opened', 'closed', 'severity', 'cause', 'features', 'where'];
    lines.push(table([head, ...result.incidents.map(rowOf)]));
  }
  if (result.notJudged.length > 0) {
    lines.push('', 'not judged:');
    for (const { comparison, what, judgements: times, why } of result.notJudged)
      lines.push(
        `  ${[comparison, what].filter((part) => part !== '').join(' ')}${times === 0 ? '' : ` (${times} times)`}: ${why}`,
      );
  }
  return lines.join('\n');
}

function countOf({ incidents }: Backtest, side: 'was' | 'now'): number {
  return incidents.filter((pair) => pair[side] !== null).length;
}

const verdicts: Readonly<Record<BacktestPair['verdict'], string>> = {
  same: 'the same',
  'only-then': 'only then',
  'only-now': 'only now',
};

/** Where both are there and differ, `then -> now`. */
function rowOf({ verdict, was, now }: BacktestPair): string[] {
  const shown = (of: (incident: BacktestIncident) => string): string => {
    const sides = [...new Set([was, now].flatMap((incident) => (incident === null ? [] : [of(incident)])))];
    return sides.join(' -> ');
  };
  const one = (now ?? was) as BacktestIncident;
  return [
    verdicts[verdict],
    shown(({ id }) => id.slice(0, 8)),
    shown(({ openedAt }) => minute(openedAt)),
    shown(({ closedAt }) => (closedAt === null ? 'open' : minute(closedAt))),
    shown(({ severity }) => severity),
    one.cause,
    one.features.join(', '),
    one.segment,
  ];
}

const minute = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ');
