import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { openStore, type Store } from '../../../store/client.ts';

const main = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));
const flags = ['--no-warnings', '--import', 'tsx'];

type Child = ChildProcessByStdio<null, Readable, Readable>;

export interface Finished {
  /** null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A started process, with what it has written so far. */
export interface Running {
  readonly pid: number;
  readonly output: { stdout: string; stderr: string };
  readonly finished: Promise<Finished>;
  /** Resolves with the match as soon as the output has one; rejects when the process ends without. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  stop(signal: NodeJS.Signals): Promise<Finished>;
}

const running = new Set<Child>();
const directories: string[] = [];

/** Ends what a test left running and removes its directories. */
export async function cleanUp(): Promise<void> {
  for (const child of running) child.kill('SIGKILL');
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
}

export async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'tidemark-bad-'));
  directories.push(directory);
  return directory;
}

export function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child: Child = spawn(process.execPath, [...flags, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      for (const watch of watchers) watch();
    });
  }
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code) => {
      running.delete(child);
      resolve({ code, ...output });
    });
  });
  return {
    pid: child.pid as number,
    output,
    finished,
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          const match = pattern.exec(output.stdout + output.stderr);
          if (match === null) return;
          watchers.delete(watch);
          resolve(match);
        };
        watchers.add(watch);
        finished.then(({ code, stdout, stderr }) =>
          reject(new Error(`ended with ${code} before ${pattern}: ${stdout}${stderr}`)),
        );
        watch();
      }),
    stop(signal) {
      child.kill(signal);
      return finished;
    },
  };
}

/** Starts `tidemark` with these arguments. */
export function tidemark(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  return start([main, ...args], env);
}

/** `tidemark up` of a pipeline with a console, once it answers. */
export async function up(pipeline: string, ...options: readonly string[]): Promise<Running & { readonly url: string }> {
  const process = tidemark(['up', pipeline, ...options]);
  const [, url = ''] = await process.waitFor(/the console is at (http:\S+)/);
  return { ...process, url };
}

/** `tidemark store` over a directory, once it answers. */
export async function startStore(directory: string, port: number, ...options: readonly string[]): Promise<Running> {
  const process = tidemark(['store', '--dir', directory, '--port', String(port), ...options]);
  await process.waitFor(/the store answers at/);
  return process;
}

/** Asks again until it is so. */
export async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 30));
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

export const contract = `contract: orders
features:
  amount: { type: number, min: 0, max: 1000 }
  country: { type: string }
  count: { type: integer }
`;

export interface PipelineFiles {
  readonly directory: string;
  readonly path: string;
  readonly store: string;
}

/** Writes a small pipeline over `contract`; `source` is YAML in braces, `more` whole lines. */
export async function writePipeline(options: {
  readonly source?: string;
  readonly storeUrl?: string;
  readonly more?: string;
  readonly contract?: string;
  readonly flush?: string;
  readonly port?: number;
}): Promise<PipelineFiles> {
  const directory = await temporary();
  const store = join(directory, 'store');
  const path = join(directory, 'pipeline.yaml');
  await writeFile(join(directory, 'contract.yaml'), options.contract ?? contract);
  await writeFile(
    path,
    `pipeline: orders
source: ${options.source ?? '{ http: {} }'}
event: { id: /id, time: /at }
contract: contract.yaml
flush: ${options.flush ?? '{ interval: 50ms }'}
server: { port: ${options.port ?? 0} }
store: { url: "${options.storeUrl ?? `embedded:${store}`}" }
${options.more ?? ''}`,
  );
  return { directory, path, store };
}

/** Looks into a store that no process has open. */
export async function withStore<T>(directory: string, look: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ url: `embedded:${directory}`, database: 'tidemark_orders', workingDirectory: '/' });
  try {
    return await look(store);
  } finally {
    await store.close();
  }
}

export interface Counts {
  readonly read: number;
  readonly valid: number;
  readonly coerced: number;
  readonly flagged: number;
  readonly rejected: number;
  readonly duplicates: number;
  /** Rows in the tables. */
  readonly events: number;
  readonly deadLetters: number;
}

/** What the chunks say and what the tables hold. */
export async function countsOf(store: Pick<Store, 'query'>): Promise<Counts> {
  const sums = ['read', 'valid', 'coerced', 'flagged', 'rejected', 'duplicates'];
  const [chunks] = await store.query<Record<string, string>>(
    `SELECT ${sums.map((name) => `sum(${name}) AS ${name}`).join(', ')} FROM tidemark_orders.chunks FINAL`,
  );
  const count = async (table: string): Promise<number> => {
    const [row] = await store.query<{ n: string }>(`SELECT count() AS n FROM tidemark_orders.${table} FINAL`);
    return Number(row?.n);
  };
  return {
    ...(Object.fromEntries(sums.map((name) => [name, Number(chunks?.[name])])) as Omit<
      Counts,
      'events' | 'deadLetters'
    >),
    events: await count('events'),
    deadLetters: await count('dead_letters'),
  };
}

export interface SentAnswer {
  readonly status: number;
  readonly body: {
    readonly accepted?: number;
    readonly rejected?: number;
    readonly results?: readonly {
      readonly index: number;
      readonly verdict: string;
      readonly violations?: readonly { readonly code: string; readonly path: string; readonly message: string }[];
    }[];
    readonly error?: { readonly code: string; readonly message: string; readonly cure?: string };
  };
}

/** Posts events as NDJSON. */
export async function send(
  url: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<SentAnswer> {
  const response = await fetch(`${url}/v1/pipelines/orders/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  return { status: response.status, body: (await response.json()) as SentAnswer['body'] };
}
