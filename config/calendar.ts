import { resolve } from 'node:path';
import { type HolidayCalendar, type Holidays, holidaysOf } from '../common/calendar.ts';
import { ErrorCode } from '../common/error.ts';
import { checkYaml, readYaml } from '../common/yaml-file.ts';
import { type CalendarConfig, calendarSchema } from './schema/calendar.ts';
import type { PipelineConfig } from './schema.ts';

/**
 * Reads the file of a calendar.
 * @throws TidemarkError CONFIG_INVALID with the line of each problem, and what `read` throws
 */
export async function readCalendar(
  path: string,
  { directory, read }: { readonly directory: string; readonly read: (path: string) => Promise<string> },
): Promise<CalendarConfig> {
  const code = ErrorCode.CONFIG_INVALID;
  const full = resolve(directory, path);
  return checkYaml(readYaml(await read(full), full, { code }), calendarSchema, full, code);
}

/** The holidays of a pipeline; undefined where it has no calendar. */
export function pipelineHolidays({ calendar }: PipelineConfig): Holidays | undefined {
  if (calendar === undefined) return undefined;
  if (typeof calendar === 'string')
    throw new Error(`the calendar ${calendar} was not read: load the file by loadPipeline`);
  const holidays = calendar.holidays.map(({ name, date, from, to }) => ({
    name,
    fromDay: date ?? (from as number),
    toDay: date ?? (to as number),
  }));
  return holidaysOf({ timeZone: calendar.timeZone, holidays } satisfies HolidayCalendar);
}
