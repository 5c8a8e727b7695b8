import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Summary } from '../../cli/runtime/summary.ts';
import { createRandom } from '../../common/random.ts';

const start = fileURLToPath(new URL('../../examples/flights/start.ts', import.meta.url));

/** What `npm start -- --once --json` prints, as far as tests look at it. */
export interface FlightsSummary {
  readonly events: Summary['events'];
  readonly predictions: number;
  readonly windows: number;
  readonly judgements: number;
  readonly alarms: number;
  readonly incidents: readonly Readonly<Record<string, unknown>>[];
  readonly jobs: readonly Readonly<Record<string, unknown>>[];
  readonly models: readonly Readonly<Record<string, unknown>>[];
  readonly faults: readonly {
    readonly kind: string;
    readonly injected: number;
    readonly found: number;
    readonly incident: string | null;
  }[];
  readonly seconds: number;
  readonly eventsPerSecond: number;
  readonly rssMb: number;
}

export interface FlightsDirectory {
  readonly path: string;
  /** Ends the stream early: a date. */
  readonly until?: string;
  remove(): Promise<void>;
}

export async function flightsDirectory(until?: string): Promise<FlightsDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'tidemark-flights-'));
  return { path, ...(until === undefined ? {} : { until }), remove: () => rm(path, { recursive: true, force: true }) };
}

/** The same example process that `npm start -- --once --json` ends in. */
export function spawnFlights(
  directory: FlightsDirectory,
  args: readonly string[] = [],
): { readonly child: ChildProcess; readonly done: Promise<FlightsSummary | undefined> } {
  const { CLICKHOUSE_URL: _, ...environment } = process.env;
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=32', '--import', 'tsx', start, '--once', '--json', ...args],
    {
      env: {
        ...environment,
        FLIGHTS_DATA: directory.path,
        ...(directory.until === undefined ? {} : { FLIGHTS_UNTIL: directory.until }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  );
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const done = new Promise<FlightsSummary | undefined>((resolve, reject) => {
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(undefined);
      else if (code === 0) resolve(JSON.parse(out) as FlightsSummary);
      else reject(new Error(`the run ended with ${code ?? signal}: ${errors}`));
    });
  });
  return { child, done };
}

/**
 * Kills the run `kills` times after random times below `withinMs` and starts it again; then lets it end. The whole group is
 * killed: a retraining command dies with its process.
 */
export async function runWithKills(
  directory: FlightsDirectory,
  options: { readonly kills: number; readonly withinMs: number; readonly seed: number },
): Promise<{ readonly summary: FlightsSummary; readonly killed: number }> {
  const random = createRandom(options.seed);
  let killed = 0;
  for (let kill = 0; kill < options.kills; kill++) {
    const { child, done } = spawnFlights(directory);
    const timer = setTimeout(
      () => process.kill(-(child.pid as number), 'SIGKILL'),
      1500 + random.next() * options.withinMs,
    );
    const summary = await done;
    clearTimeout(timer);
    if (summary !== undefined) return { summary, killed };
    killed++;
  }
  return { summary: (await spawnFlights(directory).done) as FlightsSummary, killed };
}

/**
 * The parts of a summary that must be the same however often the run was interrupted. Counts are exact; means are sums of
 * doubles, whose order the engine chooses, and are compared to nine digits.
 */
export function comparable(summary: FlightsSummary): unknown {
  const { seconds: _, eventsPerSecond: __, rssMb: ___, jobs, ...rest } = summary;
  return rounded({ ...rest, jobs: jobs.map(({ seconds: ____, ...job }) => job) });
}

function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number(value.toPrecision(9));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rounded(inner)]));
}
