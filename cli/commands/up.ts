import type { Command } from 'commander';
import { loadPipeline } from '../../config/load.ts';
import { command, type ExitCode, printJson, printText } from '../output.ts';
import { leaveInTime } from '../runtime/leave-in-time.ts';
import { createLogger } from '../runtime/logger.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { showProgress } from '../runtime/progress.ts';
import { type Base, openBase, openRuntime, type Runtime } from '../runtime/runtime.ts';
import { serve } from '../runtime/serve.ts';
import { onStopSignal } from '../runtime/signals.ts';
import { type Summary, summarize } from '../runtime/summary.ts';
import { checkLogLevel } from './options.ts';

export interface UpOptions {
  readonly once: boolean;
  readonly json: boolean;
  /** Leave the console out; for runs that only count. */
  readonly console: boolean;
  readonly logLevel: string;
}

export interface UpResult extends Summary {
  readonly seconds: number;
  readonly eventsPerSecond: number;
  /** Largest resident memory of the process so far. */
  readonly rssMb: number;
}

export interface UpHooks {
  /** Before anything is read: the place for a first model. */
  readonly prepare?: (base: Base) => Promise<void>;
  /** When worker and monitor are made, before they run: the place for what goes on beside them. */
  readonly onStarted?: (runtime: Runtime) => void;
  readonly onSummary?: (result: UpResult, base: Base) => Promise<object>;
}

/** Runs worker, monitor and server of a pipeline in this process until it ends or a signal comes. */
export async function up(pipelinePath: string, options: UpOptions, hooks: UpHooks = {}): Promise<ExitCode> {
  const startedMs = performance.now();
  const file = await loadPipeline(pipelinePath, process.env);
  const logger = createLogger({ level: options.logLevel, pretty: process.stderr.isTTY });
  const metrics = createMetrics();
  const base = await openBase(file, process.cwd());
  let runtime: Runtime | undefined;
  let served: Awaited<ReturnType<typeof serve>> | undefined;
  try {
    await hooks.prepare?.(base);
    let url: string | undefined;
    runtime = await openRuntime(base, {
      logger,
      metrics,
      once: options.once,
      consoleUrl: () => url,
      onFilesRead: () => process.stderr.write(`tidemark: everything in the files is read; ${stays(url)}\n`),
    });
    served = options.console ? await serve({ ...runtime, metrics, logger }) : undefined;
    url = served?.url;
    if (url !== undefined) process.stderr.write(`tidemark: the console is at ${url}\n`);
    const stopped = onStopSignal(() => {
      runtime?.stop();
      leaveInTime(() => base.store, options.json);
    });
    const hide = options.json ? () => {} : showProgress(runtime, process.stderr);
    const readBefore = (await summarize(base)).events.read;
    const runMs = performance.now();
    hooks.onStarted?.(runtime);
    try {
      await runtime.run();
    } finally {
      hide();
    }
    const summary = await summarize(base);
    const seconds = (performance.now() - startedMs) / 1000;
    const result: UpResult = {
      ...summary,
      seconds: Math.round(seconds * 100) / 100,
      eventsPerSecond: Math.round((summary.events.read - readBefore) / ((performance.now() - runMs) / 1000)),
      rssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    };
    const shown = (await hooks.onSummary?.(result, base)) ?? result;
    if (options.json) printJson(shown);
    else printText(summaryText(shown as UpResult));
    if (!options.once && served !== undefined && !stopped.signalled()) {
      process.stderr.write(`tidemark: everything is read; ${stays(served.url)}\n`);
      await stopped.promise;
    }
    return 0;
  } finally {
    await served?.server.close();
    await runtime?.close();
    await base.store.close();
  }
}

function stays(url: string | undefined): string {
  return `${url === undefined ? 'reading goes on' : `the console stays at ${url}`} until Ctrl-C`;
}

function summaryText(result: UpResult): string {
  const { events } = result;
  const number = (value: number) => value.toLocaleString('en-US');
  const detected = result.detectorAlarms === 0 ? '' : ` and ${number(result.detectorAlarms)} of detectors`;
  const lines = [
    `${number(events.read)} events read: ${number(events.valid)} valid, ${number(events.coerced)} coerced, ${number(events.flagged)} flagged, ${number(events.rejected)} rejected`,
    `${number(events.duplicates)} duplicates, ${number(events.late)} late, ${number(result.predictions)} predictions, ${number(result.windows)} windows judged, ${number(result.alarms)} alarms${detected}`,
    ...notJudgedLine(result),
    ...(
      result.incidents as {
        severity: string;
        title: string;
        openedAt: string;
        closedAt: string | null;
        actions: string[];
      }[]
    ).flatMap((incident) => [
      `${incident.openedAt.slice(0, 10)} to ${incident.closedAt?.slice(0, 10) ?? 'now       '}  ${incident.severity.padEnd(8)} ${incident.title}`,
      ...incident.actions.map((action) => `    ${action}`),
    ]),
    `${result.seconds} s, ${number(result.eventsPerSecond)} events/s, ${number(result.rssMb)} MB`,
  ];
  return lines.join('\n');
}

/** `2,982 of 9,000 judgements not made or without the shape: too few values`; with the numbers where there are several reasons. */
export function notJudgedLine({ judgements, notJudged }: Pick<Summary, 'judgements' | 'notJudged'>): string[] {
  const all = Object.entries(notJudged);
  if (all.length === 0) return [];
  const number = (value: number) => value.toLocaleString('en-US');
  const sum = all.reduce((total, [, n]) => total + n, 0);
  const why = all.length === 1 ? all[0]?.[0] : all.map(([reason, n]) => `${number(n)} ${reason}`).join(', ');
  return [`${number(sum)} of ${number(judgements)} judgements not made or without the shape: ${why}`];
}

export function addUpCommand(program: Command): void {
  program
    .command('up')
    .description('run worker, monitor and server of a pipeline in one process')
    .argument('<pipeline>', 'the pipeline file (YAML)')
    .option('--once', 'read what has an end, print a summary and exit', false)
    .option('--json', 'print the summary as JSON', false)
    .option('--no-console', 'without API and console')
    .option('--log-level <level>', 'debug, info, warn or error', 'warn')
    .action(
      command<[string, UpOptions]>(
        (_, { json }) => json,
        async (pipeline, options) => {
          checkLogLevel(options.logLevel);
          return up(pipeline, options);
        },
      ),
    );
}
