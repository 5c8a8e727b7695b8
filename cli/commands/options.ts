import { InvalidArgumentError } from 'commander';
import { ErrorCode, TidemarkError } from '../../common/error.ts';

/** Options that several commands have. */

export function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('Expected a port from 0 to 65535.');
  return port;
}

/** Names separated by commas: one at least, since none at all would pass any check. */
export function namesOf(text: string): string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) throw new InvalidArgumentError('expected one name at least.');
  return names;
}

export function checkLogLevel(level: string): void {
  if (['debug', 'info', 'warn', 'error'].includes(level)) return;
  throw new TidemarkError(ErrorCode.CONFIG_INVALID, `there is no log level ${level}`, {
    place: '--log-level',
    cure: 'Write debug, info, warn or error',
  });
}
