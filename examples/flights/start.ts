import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { explain, flightsDirectory, runFlights, startFlags } from './run.ts';

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
    options: { ...startFlags, pipeline: { type: 'string', default: join(here, 'pipeline.yaml') } },
  });
  if (values.help) process.stdout.write(`${usage}\n`);
  else process.exitCode = await start(values);
} catch (error) {
  process.exitCode = explain(error, usage);
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
  const directory = flightsDirectory();
  const store = join(directory, 'store');
  if (options.fresh) await rm(store, { recursive: true, force: true });
  return runFlights({
    directory,
    store,
    pipeline: options.pipeline,
    once: options.once,
    json: options.json,
    console: !options['no-console'] && !options.once,
    logLevel: options['log-level'],
  });
}
