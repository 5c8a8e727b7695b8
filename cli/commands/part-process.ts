import type { Command } from 'commander';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { createLiveFeed } from '../../common/live.ts';
import { retry } from '../../common/retry.ts';
import { loadPipeline } from '../../config/load.ts';
import { createMachineServer } from '../../serving/http/machine-server.ts';
import { createReadModel } from '../../store/read-model.ts';
import { command, printJson } from '../output.ts';
import { type Base, openBase } from '../runtime/base.ts';
import { leaveInTime } from '../runtime/leave-in-time.ts';
import { createLogger } from '../runtime/logger.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { type PartOptions, sleep } from '../runtime/part.ts';
import { onStopSignal, type StopSignal } from '../runtime/signals.ts';
import { checkLogLevel, portOf } from './options.ts';

export interface PartCommandOptions {
  readonly port?: number;
  readonly json: boolean;
  readonly logLevel: string;
}

/** What one part of a pipeline is started with in a process of its own. */
export interface PartProcess extends PartOptions {
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly options: PartCommandOptions;
  readonly stopped: StopSignal;
  /** Says where the process answers, to people and, with --json, to programs. */
  announce(what: string, url: string): void;
}

interface PartCommand {
  readonly name: 'worker' | 'monitor' | 'server';
  readonly description: string;
  readonly portDescription: string;
  /** Runs until `stopped`; whoever stops calls what `onStop` was given. */
  readonly run: (process: PartProcess, onStop: (stop: () => void) => void) => Promise<void>;
}

/** Adds a command that runs one part of a pipeline, beside others that share its store. */
export function addPartCommand(program: Command, part: PartCommand): void {
  program
    .command(part.name)
    .description(part.description)
    .argument('<pipeline>', 'the pipeline file (YAML)')
    .option('--port <port>', part.portDescription, portOf)
    .option('--json', 'print {"part", "url"} once it answers', false)
    .option('--log-level <level>', 'debug, info, warn or error', 'warn')
    .action(
      command<[string, PartCommandOptions]>(
        (_, { json }) => json,
        async (pipeline, options) => {
          checkLogLevel(options.logLevel);
          const file = await loadPipeline(pipeline, process.env);
          refuseEmbedded(part.name, file.config.store.url);
          const logger = createLogger({ level: options.logLevel, pretty: process.stderr.isTTY });
          let stop: (() => void) | undefined;
          let opened: Base | undefined;
          const giveUp = new AbortController();
          const stopped = onStopSignal(() => {
            giveUp.abort();
            stop?.();
            leaveInTime(() => opened?.store, options.json);
          });
          // A service starts before its store on some days; who runs it has set it to run.
          const base = await retry(() => openBase(file, process.cwd()), {
            random: Math.random,
            sleep: (ms) => Promise.race([sleep(ms), stopped.promise]),
            signal: giveUp.signal,
            onRetry: ({ waitMs, reason }) =>
              logger.warn({ waitMs: Math.round(waitMs), reason }, 'waiting for the store'),
          });
          opened = base;
          try {
            await part.run(
              {
                base,
                live: createLiveFeed(),
                logger,
                metrics: createMetrics(),
                options,
                stopped,
                announce(what, url) {
                  if (options.json) printJson({ part: part.name, url });
                  process.stderr.write(`tidemark: ${what} ${url}\n`);
                },
              },
              (given) => {
                stop = given;
                // The signal came while the part was being made.
                if (stopped.signalled()) given();
              },
            );
            return 0;
          } finally {
            await base.store.close();
          }
        },
      ),
    );
}

function refuseEmbedded(name: string, url: string): void {
  if (!url.startsWith('embedded:')) return;
  throw new TidemarkError(
    ErrorCode.CONFIG_INVALID,
    `tidemark ${name} shares its store, and ${url} belongs to one process`,
    {
      place: 'store.url',
      cure: 'Start tidemark store (one machine) or a ClickHouse server and set store.url to its address, or run tidemark up',
    },
  );
}

/** Health and metrics of a part, on its own port. Gives how to close it. */
export async function serveMachine(part: PartProcess, what: string): Promise<() => Promise<void>> {
  const { base, metrics, options, logger } = part;
  const server = createMachineServer({
    host: base.file.config.server.host,
    port: options.port ?? 0,
    readModel: readModelOf(base),
    metrics,
    logger,
  });
  const { url } = await server.start();
  part.announce(`${what}; health and metrics are at`, url);
  return () => server.close();
}

function readModelOf({ store }: Base) {
  return createReadModel((sql, params) => store.query(sql, params), store.database);
}
