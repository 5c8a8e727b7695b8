import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';

/**
 * Fills a directory by Maven unless it is there already: whole or not at all, since two processes may fetch at once.
 * @param goals of Maven, for the directory that they have to fill
 * @throws TidemarkError TOOL_MISSING
 */
export function fetchByMaven(request: {
  readonly directory: string;
  readonly what: string;
  readonly goals: (directory: string) => readonly string[];
}): void {
  const { directory, what, goals } = request;
  if (existsSync(directory)) return;
  const partial = `${directory}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    // Unpacking leaves marks in the directory where Maven is called.
    execFileSync('mvn', ['-B', '-q', ...goals(partial)], { cwd: partial, stdio: ['ignore', 'ignore', 'pipe'] });
    if (existsSync(directory)) rmSync(partial, { recursive: true });
    else renameSync(partial, directory);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw new TidemarkError(ErrorCode.TOOL_MISSING, `${what} could not be fetched: ${messageOf(error)}`, {
      place: 'mvn',
      cure: 'Install Maven and a Java 17, and let Maven reach a repository.',
      cause: error,
    });
  }
}
