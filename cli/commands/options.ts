import { InvalidArgumentError } from 'commander';
import { ErrorCode, TidemarkError } from '../../common/error.ts';

/** Options that several commands have. */

export function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('Expected a port from 0 to 65535.');
  return port;
}

export function checkLogLevel(level: string): void {
  if (['debug', 'info', 'warn', 'error'].includes(level)) return;
  throw new TidemarkError(ErrorCode.CONFIG_INVALID, `there is no log level ${level}`, {
    place: '--log-level',
    cure: 'Write debug, info, warn or error',
  });
}
