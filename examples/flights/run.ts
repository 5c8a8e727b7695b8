import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type UpHooks, type UpOptions, up } from '../../cli/commands/up.ts';
import { reportError } from '../../cli/output.ts';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { firstModel, inferFlightsContract, writeAtomically } from './bootstrap.ts';
import { compareFaults } from './found.ts';
import { filesIn, type Injected } from './prepare.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** What both starts take from the command line. */
export const startFlags = {
  once: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  fresh: { type: 'boolean', default: false },
  'no-console': { type: 'boolean', default: false },
  'log-level': { type: 'string', default: 'warn' },
  help: { type: 'boolean', default: false },
} as const;

/** Says what went wrong, the usage where it was that, and returns the exit code. */
export function explain(error: unknown, usage: string): number {
  const wrongUsage = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true;
  if (!wrongUsage) return reportError(error, process.argv.includes('--json'));
  process.stderr.write(`${(error as Error).message}\n${usage}\n`);
  return 2;
}

/** Where the stream, the contract and the stores are: FLIGHTS_DATA, which the pipeline files read too. */
export function flightsDirectory(): string {
  const directory = resolve(process.env['FLIGHTS_DATA'] ?? '.tidemark/flights');
  process.env['FLIGHTS_DATA'] = directory;
  return directory;
}

export interface FlightsOptions extends UpOptions {
  readonly pipeline: string;
  readonly directory: string;
  /** Of the embedded engine, unless CLICKHOUSE_URL names another one. */
  readonly store: string;
  readonly onStarted?: UpHooks['onStarted'];
}

/** Makes what is missing of stream, contract and first model, and runs the pipeline over them. */
export async function runFlights(options: FlightsOptions) {
  const startedMs = performance.now();
  const { directory, pipeline, onStarted } = options;
  const stream = await prepare(directory);
  const contract = join(directory, 'contract.yaml');
  if (!existsSync(contract)) await writeAtomically(contract, await inferFlightsContract(directory));
  process.env['CLICKHOUSE_URL'] ??= `embedded:${options.store}`;
  return up(pipeline, options, {
    prepare: async (base) => {
      await Promise.all([firstModel(base, directory), stream.whole]);
    },
    ...(onStarted === undefined ? {} : { onStarted }),
    onSummary: async (result, base) => {
      const injected = JSON.parse(await readFile(filesIn(directory).injected, 'utf8')) as Injected;
      const incidents = result.incidents as Parameters<typeof compareFaults>[2];
      const { seconds: _, eventsPerSecond, rssMb, ...rest } = result;
      const seconds = Math.round((performance.now() - startedMs) / 10) / 100;
      return { ...rest, faults: await compareFaults(base, injected, incidents), seconds, eventsPerSecond, rssMb };
    },
  });
}

/**
 * In a process of its own: three million rows of columns would stay in this one's memory. Resolves when January is there;
 * `whole` when the stream is.
 */
async function prepare(directory: string): Promise<{ readonly whole: Promise<void> }> {
  const files = filesIn(directory);
  if (existsSync(files.injected)) return { whole: Promise.resolve() };
  process.stderr.write('tidemark: making the stream from three million flights (once) ...\n');
  await mkdir(directory, { recursive: true });
  const parquet = fileURLToPath(new URL('../data/flights-3m.parquet', import.meta.resolve('vega-datasets')));
  // A shorter stream, for tests: a date.
  const until = process.env['FLIGHTS_UNTIL'];
  const args = [parquet, directory, ...(until === undefined ? [] : [until])];
  const child = spawn(process.execPath, ['--import', 'tsx', join(here, 'prepare.ts'), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let over = false;
  const whole = new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      over = true;
      if (code === 0) return resolve();
      const cure = 'The message above says why; the directory needs 600 MB of room';
      const message = 'the stream of flights could not be made';
      reject(new TidemarkError(ErrorCode.FILE_UNREADABLE, message, { place: directory, cure }));
    });
  });
  // Awaited later; a failure before that is looked at then.
  whole.catch(() => {});
  while (!existsSync(files.january) && !over) await delay(50);
  if (!existsSync(files.january)) await whole;
  return { whole };
}
