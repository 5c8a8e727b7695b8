import { z } from 'zod';
import { parseDurationMs } from '../../common/duration.ts';
import { isTimeZone } from '../../common/local-time.ts';

/** What values of several sections look like. */

export const duration = z
  .string()
  .refine((text) => parseDurationMs(text) !== undefined, 'expected a duration such as 30s, 1m, 6h or 7d')
  .transform((text) => parseDurationMs(text) as number)
  .meta({ title: 'duration' });
export const durationOf = (text: string) => duration.prefault(text);
export const pointer = z.string().regex(/^(\/[^/]+)+$/, 'expected a JSON pointer such as /id or /user/country');
export const timeZone = z
  .string()
  .refine(isTimeZone, 'expected the IANA name of a time zone, such as UTC, Europe/Berlin or America/New_York');
export const name = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/i, 'expected letters, digits, - and _, beginning with a letter');
