import pino from 'pino';
import type { Logger } from '../../common/ports.ts';

/** Structured lines on standard error; for people on a terminal, one readable line each. */
export function createLogger(options: { readonly level: string; readonly pretty: boolean }): Logger {
  const { level, pretty } = options;
  if (!pretty)
    return pino(
      { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
      pino.destination({ dest: 2, sync: true }),
    );
  return pino({
    level,
    base: null,
    transport: { target: 'pino-pretty', options: { destination: 2, translateTime: 'HH:MM:ss', sync: true } },
  });
}
