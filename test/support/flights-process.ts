import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import type { FlightsSummary } from './flights-run.ts';

const examples = fileURLToPath(new URL('../../examples/flights', import.meta.url));
export const kafkaPipeline = join(examples, 'kafka.yaml');
const nodeFlags = ['--max-semi-space-size=32', '--import', 'tsx'];

/** Makes the flights' lines, January and what was injected in `data`, up to a date. */
export function prepareFlights(data: string, until?: string): void {
  const parquet = fileURLToPath(new URL('../data/flights-3m.parquet', import.meta.resolve('vega-datasets')));
  const args = [parquet, data, ...(until === undefined ? [] : [until])];
  const made = spawnSync(process.execPath, ['--import', 'tsx', join(examples, 'prepare.ts'), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (made.status !== 0) throw new Error(`the lines of flights could not be made in ${data}`);
}

/** A pipeline file like `kafka.yaml`, with other parts where `changes` says so. */
export async function writePipeline(path: string, changes: (pipeline: Pipeline) => object): Promise<string> {
  const pipeline = parse(await readFile(kafkaPipeline, 'utf8')) as Pipeline;
  await writeFile(path, stringify({ ...pipeline, ...changes(pipeline) }));
  return path;
}

export interface Pipeline {
  readonly source: { readonly kafka: Readonly<Record<string, unknown>> };
}

/** The settings of `kafka.yaml` over a file. */
export const fromFile = (events: string) => () => ({ source: { file: { path: events } } });

export interface FlightsProcessOptions {
  /** What {@link prepareFlights} made. */
  readonly data: string;
  readonly pipeline: string;
  readonly store: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Read what has an end, then stop; else until SIGTERM. */
  readonly once: boolean;
}

export interface FlightsProcess {
  readonly child: ChildProcess;
  /** Where its server answers; rejects where it ends before. */
  readonly url: Promise<string>;
  /** Rejects where it ended otherwise than by SIGKILL or with exit code 0. */
  readonly ended: Promise<FlightsEnd>;
}

export interface FlightsEnd {
  /** What it printed; undefined where it was killed. */
  readonly summary: Pick<FlightsSummary, 'events' | 'seconds' | 'eventsPerSecond' | 'rssMb'> | undefined;
  /** When the first partition was assigned, ms since 1970: the beginning of reading. */
  readonly assignedAtMs: number;
  /** Warnings and errors of its log. */
  readonly complaints: readonly string[];
}

/** Runs `examples/flights/start.ts` as a process of its own. */
export function startFlights(options: FlightsProcessOptions): FlightsProcess {
  const { data, pipeline, store, once } = options;
  const args = ['--pipeline', pipeline, '--json', '--log-level', 'info', ...(once ? ['--once'] : [])];
  const child = spawn(process.execPath, [...nodeFlags, join(examples, 'start.ts'), ...args], {
    env: {
      ...process.env,
      FLIGHTS_DATA: data,
      CLICKHOUSE_URL: `embedded:${store}`,
      FLIGHTS_PORT: '0',
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  let announce: (url: string) => void = () => undefined;
  let giveUp: (error: Error) => void = () => undefined;
  const url = new Promise<string>((resolve, reject) => {
    announce = resolve;
    giveUp = reject;
  });
  // Whoever does not ask for the address need not handle that there is none.
  url.catch(() => undefined);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
    const found = /the console is at (\S+)/.exec(errors);
    if (found !== null) announce(found[1] as string);
  });
  const ended = new Promise<FlightsEnd>((resolve, reject) => {
    child.on('close', (code, signal) => {
      giveUp(new Error('the process ended before its server answered'));
      const summary = code === 0 ? (JSON.parse(out) as FlightsEnd['summary']) : undefined;
      if (code === 0 || signal === 'SIGKILL') resolve({ summary, ...readLog(errors) });
      else reject(new Error(`the run ended with ${code ?? signal}: ${out}${errors}`));
    });
  });
  ended.catch(() => undefined);
  return { child, url, ended };
}

function readLog(text: string): Pick<FlightsEnd, 'assignedAtMs' | 'complaints'> {
  const lines = text.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
  const entries = lines.map((line) => JSON.parse(line) as { level: number; time: string; msg: string });
  const assigned = entries.find(({ msg }) => msg === 'partition assigned');
  return {
    assignedAtMs: assigned === undefined ? Number.NaN : Date.parse(assigned.time),
    complaints: lines.filter((_, at) => (entries[at]?.level ?? 0) >= 40),
  };
}

/** SIGKILL for the process and what it started. */
export async function killFlights({ child, ended }: FlightsProcess): Promise<FlightsEnd> {
  if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid as number), 'SIGKILL');
  return ended;
}

/**
 * A store that holds the first model and nothing else; runs that begin with a copy of it need not train, and score with the
 * very same version.
 */
export async function makeModelStore(directory: string, data: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const nothing = join(directory, 'nothing.ndjson');
  await writeFile(nothing, '');
  const store = join(directory, 'model-store');
  const pipeline = await writePipeline(join(directory, 'nothing.yaml'), fromFile(nothing));
  await startFlights({ data, pipeline, store, once: true }).ended;
  return store;
}

export async function copyStore(from: string, to: string): Promise<string> {
  await cp(from, to, { recursive: true });
  return to;
}
