import { spawn } from 'node:child_process';
import { ErrorCode, TidemarkError } from '../../common/error.ts';

export interface CommandOptions {
  readonly command: readonly string[];
  readonly workingDirectory: string;
  readonly limitMs: number;
  readonly signal?: AbortSignal;
}

/** Lines of standard error that are kept for the message of a failure. */
const keptLines = 20;

/** Runs a local command to its end. Throws JOB_FAILED with its last words where it fails, or where it runs too long. */
export function runCommand({ command, workingDirectory, limitMs, signal }: CommandOptions): Promise<void> {
  const [program, ...args] = command as [string, ...string[]];
  return new Promise((resolve, reject) => {
    let said = '';
    let expired = false;
    const child = spawn(program, args, {
      cwd: workingDirectory,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(signal === undefined ? {} : { signal }),
    });
    const timer = setTimeout(() => {
      expired = true;
      child.kill('SIGKILL');
    }, limitMs);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).split('\n').slice(-keptLines).join('\n');
    });
    const fail = (message: string, cause?: unknown) => {
      clearTimeout(timer);
      const cure = 'Run the command by hand with the data set that the job names';
      reject(new TidemarkError(ErrorCode.JOB_FAILED, message, { place: command.join(' '), cure, cause }));
    };
    child.on('error', (error) => fail(`the command could not be started: ${error.message}`, error));
    child.on('close', (code, killedBy) => {
      clearTimeout(timer);
      if (code === 0) return resolve();
      if (expired) return fail(`the command ran longer than ${limitMs} ms and was killed`);
      fail(`the command ended with ${killedBy ?? `code ${code}`}${said.trim() === '' ? '' : `: ${said.trim()}`}`);
    });
  });
}
