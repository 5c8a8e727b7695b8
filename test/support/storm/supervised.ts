import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startTidemark, type TidemarkProcess } from '../sensors/process.ts';

/** A command of Tidemark that is started again whenever it ends, as a service manager does. */
export interface Supervised {
  readonly name: string;
  readonly pid: number | undefined;
  readonly starts: number;
  kill(signal: NodeJS.Signals): void;
  /** Holds the restart after its next end for so long. */
  holdFor(ms: number): void;
  /** SIGTERM, and no restart. Resolves with how long it took, ms. */
  stop(): Promise<number>;
  /** How it ended when nobody had killed it; empty where it never did. */
  readonly unexpected: readonly string[];
}

export function supervise(
  name: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Supervised {
  let current: TidemarkProcess | undefined;
  let starts = 0;
  let stopping = false;
  let holdMs = 0;
  let killed = false;
  const unexpected: string[] = [];

  async function run(): Promise<void> {
    while (!stopping) {
      killed = false;
      starts++;
      current = startTidemark(args, options);
      const end = await current.ended;
      current = undefined;
      await appendFile(join(options.cwd, `${name.replaceAll(' ', '-')}.log`), end.errors);
      if (!killed && !stopping) {
        unexpected.push(`${name} ended with ${end.code ?? end.signal}: ${end.errors.split('\n').slice(-8).join('\n')}`);
      }
      const heldMs = holdMs;
      holdMs = 0;
      await delay(heldMs > 0 ? heldMs : unexpected.length > 0 ? 1000 : 50);
    }
  }

  const running = run();
  return {
    name,
    unexpected,
    get pid() {
      return current?.child.pid;
    },
    get starts() {
      return starts;
    },
    kill(signal) {
      if (signal === 'SIGKILL' || signal === 'SIGTERM') killed = true;
      current?.child.kill(signal);
    },
    holdFor(ms) {
      holdMs = ms;
    },
    async stop() {
      const begun = performance.now();
      stopping = true;
      current?.child.kill('SIGTERM');
      await running;
      return performance.now() - begun;
    },
  };
}
