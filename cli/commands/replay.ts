import type { Command } from 'commander';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import type { PartEnd, ReplaySelection } from '../../common/replay.ts';
import { parseTimestampMs } from '../../common/timestamp.ts';
import { createReplayStore } from '../../store/replay-store.ts';
import { command, printJson, printText, table } from '../output.ts';
import { openReplay, type ReplayResult } from '../replay/replay.ts';
import { withBase } from '../runtime/with-base.ts';

interface Options {
  readonly reason?: string;
  readonly path?: string;
  readonly contract?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: string;
  readonly out?: string;
  readonly interrupted?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

export function addReplayCommand(program: Command): void {
  const replay = program.command('replay').description('sends again what was refused');
  replay
    .command('dead-letters')
    .description(
      'sends dead letters back to the topic they came from, or to a file; each once, however often it is asked for',
    )
    .argument('<pipeline>', 'the pipeline file (YAML)')
    .option('--reason <code>', 'only those refused for this reason, such as type_mismatch')
    .option('--path <pointer>', 'only those refused at this place of the event, such as /amount')
    .option('--contract <name>', 'only those refused by this contract: its name, or "NAME VERSION"')
    .option('--from <time>', 'only those rejected at or after it')
    .option('--to <time>', 'only those rejected before it')
    .option('--limit <n>', 'no more than so many, the first that were rejected')
    .option('--out <file>', 'write them to a new file (NDJSON) instead of a topic')
    .option(
      '--interrupted <sent|void>',
      'what became of an interrupted replay, where the broker does not know any more',
    )
    .option('--dry-run', 'say which, send nothing', false)
    .option('--json', 'print JSON', false)
    .action(
      command<[string, Options]>(
        (_, { json }) => json,
        async (pipeline, options) => {
          const selection = selectionOf(options);
          const interrupted = interruptedOf(options.interrupted);
          return withBase(pipeline, async ({ file, store }) => {
            const replaying = openReplay({
              config: file.config,
              directory: file.directory,
              store: createReplayStore(store, Date.now),
              selection,
              ...(options.out === undefined ? {} : { out: options.out }),
              ...(interrupted === undefined ? {} : { interrupted }),
            });
            const result = options.dryRun ? await replaying.preview() : await replaying.run();
            if (options.json) printJson(result);
            else printText(textOf(result, options.dryRun));
            return 0;
          });
        },
      ),
    );
}

function wrong(option: string, value: string, cure: string): TidemarkError {
  return new TidemarkError(ErrorCode.CONFIG_INVALID, `${value} cannot be used`, { place: option, cure });
}

function timeOf(option: string, text: string): number {
  const timeMs = parseTimestampMs(text);
  if (timeMs === undefined) throw wrong(option, text, 'Write a date or time in ISO 8601, such as 2026-03-01T12:00Z');
  return timeMs;
}

function selectionOf({ reason, path, contract, from, to, limit }: Options): ReplaySelection {
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit))
    throw wrong('--limit', limit, 'Write a whole number above 0');
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(path === undefined ? {} : { path }),
    ...(contract === undefined ? {} : { contract }),
    ...(from === undefined ? {} : { fromMs: timeOf('--from', from) }),
    ...(to === undefined ? {} : { toMs: timeOf('--to', to) }),
    ...(limit === undefined ? {} : { limit: Number(limit) }),
  };
}

function interruptedOf(text: string | undefined): PartEnd | undefined {
  if (text === undefined || text === 'sent' || text === 'void') return text;
  throw wrong('--interrupted', text, 'Write sent or void');
}

function textOf({ selected, sent, targets, leftOut }: ReplayResult, dryRun: boolean): string {
  if (selected.length === 0) return 'no dead letter is selected that was not sent again yet';
  const rows = selected.map(({ reason, path, letters }) => [reason, path === '' ? '-' : path, String(letters)]);
  const notes = [
    [leftOut.cut, 'were too large to be kept whole'],
    [leftOut.tooLarge, 'are too large for the topic with the headers of a replay'],
    [leftOut.empty, 'have no content that could be a line of a file'],
    [leftOut.noTopic, 'did not come from a topic of the pipeline: write them to a file with --out FILE'],
  ] as const;
  const end = dryRun ? 'nothing was sent' : `${sent} sent to ${targets.join(', ') || 'nowhere'}`;
  return [
    table([['reason', 'path', 'letters'], ...rows]),
    ...notes.filter(([count]) => count > 0).map(([count, why]) => `${count} are left out: they ${why}`),
    end,
  ].join('\n');
}
