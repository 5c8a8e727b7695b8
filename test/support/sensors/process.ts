import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));

export interface TidemarkProcess {
  readonly child: ChildProcess;
  /** Lines of its log so far, parsed. */
  readonly log: readonly LogLine[];
  /** Resolves with exit code and signal when it has ended. */
  readonly ended: Promise<TidemarkEnd>;
}

export interface LogLine {
  readonly level: number;
  readonly time: string;
  readonly msg: string;
  readonly [key: string]: unknown;
}

export interface TidemarkEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly errors: string;
}

/** Runs a command of Tidemark as a process of its own, with its log as JSON on standard error. */
export function startTidemark(
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly nodeFlags?: readonly string[];
  },
): TidemarkProcess {
  const tsx = import.meta.resolve('tsx');
  const flags = ['--max-semi-space-size=32', ...(options.nodeFlags ?? []), '--import', tsx];
  const child = spawn(process.execPath, [...flags, main, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: LogLine[] = [];
  let out = '';
  let errors = '';
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
    const lines = (rest + text).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) if (line.startsWith('{') && line.endsWith('}')) log.push(JSON.parse(line) as LogLine);
  });
  const ended = new Promise<TidemarkEnd>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, out, errors }));
  });
  return { child, log, ended };
}
