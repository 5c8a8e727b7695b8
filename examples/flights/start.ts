import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { up } from '../../cli/commands/up.ts';
import { reportError } from '../../cli/output.ts';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { firstModel, inferFlightsContract, writeAtomically } from './bootstrap.ts';
import { compareFaults } from './found.ts';
import { filesIn, type Injected } from './prepare.ts';

/**
 * Three million real flights through the whole loop: `npm start`, or `npm start -- --once --json` for a run that counts. What is
 * there from an earlier start is gone on from; `--fresh` begins anew.
 */
const here = dirname(fileURLToPath(import.meta.url));
const usage = `usage: npm start -- [--once] [--json] [--fresh] [--pipeline FILE] [--no-console] [--log-level LEVEL]
  --once        read everything, print a summary and exit
  --json        print the summary as one JSON object
  --fresh       forget an earlier run
  --pipeline    another pipeline file over the same contract and model (kafka.yaml beside this file)
  --no-console  without API and console
  --log-level   debug, info, warn (default) or error`;

try {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      pipeline: { type: 'string', default: join(here, 'pipeline.yaml') },
      'no-console': { type: 'boolean', default: false },
      'log-level': { type: 'string', default: 'warn' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) process.stdout.write(`${usage}\n`);
  else process.exitCode = await start(values);
} catch (error) {
  const wrongUsage = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true;
  if (wrongUsage) process.stderr.write(`${(error as Error).message}\n${usage}\n`);
  process.exitCode = wrongUsage ? 2 : reportError(error, process.argv.includes('--json'));
}

interface StartOptions {
  readonly once: boolean;
  readonly json: boolean;
  readonly fresh: boolean;
  readonly pipeline: string;
  readonly 'no-console': boolean;
  readonly 'log-level': string;
}

async function start(options: StartOptions) {
  const startedMs = performance.now();
  const directory = resolve(process.env['FLIGHTS_DATA'] ?? '.tidemark/flights');
  process.env['FLIGHTS_DATA'] = directory;
  const store = join(directory, 'store');
  if (options.fresh) await rm(store, { recursive: true, force: true });
  const stream = await prepare(directory);
  const contract = join(directory, 'contract.yaml');
  if (!existsSync(contract)) await writeAtomically(contract, await inferFlightsContract(directory));
  process.env['CLICKHOUSE_URL'] ??= `embedded:${store}`;
  return up(
    options.pipeline,
    {
      once: options.once,
      json: options.json,
      console: !options['no-console'] && !options.once,
      logLevel: options['log-level'],
    },
    {
      prepare: async (base) => {
        await Promise.all([firstModel(base, directory), stream.whole]);
      },
      onSummary: async (result, base) => {
        const injected = JSON.parse(await readFile(filesIn(directory).injected, 'utf8')) as Injected;
        const incidents = result.incidents as Parameters<typeof compareFaults>[2];
        const { seconds: _, eventsPerSecond, rssMb, ...rest } = result;
        const seconds = Math.round((performance.now() - startedMs) / 10) / 100;
        return { ...rest, faults: await compareFaults(base, injected, incidents), seconds, eventsPerSecond, rssMb };
      },
    },
  );
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
