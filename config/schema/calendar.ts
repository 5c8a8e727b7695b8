import { z } from 'zod';
import { civilMs } from '../../common/civil.ts';
import { timeZone } from './kinds.ts';

const dayMs = 86_400_000;

/** A date of the calendar as days since 1970. */
const date = z
  .string()
  .refine((text) => dayOf(text) !== undefined, 'expected a date such as 2026-12-24')
  .transform((text) => dayOf(text) as number)
  .meta({ title: 'date' });

function dayOf(text: string): number | undefined {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  if (day === undefined) return undefined;
  const ms = civilMs({ year: Number(year), month: Number(month), day: Number(day) });
  return ms === undefined ? undefined : ms / dayMs;
}

const holiday = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .describe('days of one name are compared with each other, where there are three earlier ones'),
    date: date.optional().describe('the day'),
    from: date.optional().describe('instead of date: the first of several days'),
    to: date.optional().describe('the last of them'),
  })
  .superRefine((one, { addIssue }) => {
    const say = (message: string) => addIssue({ code: 'custom', message });
    if (one.date === undefined ? one.from === undefined || one.to === undefined : (one.from ?? one.to))
      say('expected either date, or from and to');
    else if (one.from !== undefined && one.to !== undefined && one.from > one.to) say('to lies before from');
    else if (one.from !== undefined && one.to !== undefined && one.to - one.from > 366)
      say('a holiday lasts a year at most');
  });

export const calendarSchema = z.strictObject({
  timeZone: timeZone.default('UTC').describe('the zone at whose midnights holidays begin and end'),
  holidays: z.array(holiday).min(1).describe('days that are not like others'),
});

export type CalendarConfig = z.output<typeof calendarSchema>;

/** Within the pipeline file: a path, the holidays alone (in UTC), or the whole. */
export const calendarKeySchema = z.union([
  z.string(),
  z
    .array(holiday)
    .min(1)
    .transform((holidays): CalendarConfig => ({ timeZone: 'UTC', holidays })),
  calendarSchema,
]);
