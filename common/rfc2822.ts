import { civilMs } from './civil.ts';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const zones: Readonly<Record<string, number>> = {
  UT: 0,
  UTC: 0,
  GMT: 0,
  Z: 0,
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
};
const form =
  /^(?:(mon|tue|wed|thu|fri|sat|sun),? )?(\d{1,2}) ([a-z]{3}) (\d{4}|\d\d) (\d\d):(\d\d)(?::(\d\d))?(?: ([+-]\d{4}|[a-z]{1,3}))?$/i;

/** The date of a mail or an HTTP header (RFC 2822, RFC 1123), ms since 1970. The name of the day is not checked. */
export function parseRfc2822Ms(text: string): number | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, , day, monthName, yearText, hour, minute, second = '0', zone = 'Z'] = match;
  const short = yearText?.length === 2 ? Number(yearText) : undefined;
  // RFC 2822, 4.3: two digits are 2000 to 2049 and 1950 to 1999.
  const year = short === undefined ? Number(yearText) : short + (short < 50 ? 2000 : 1900);
  const month = months.indexOf((monthName as string).toLowerCase()) + 1;
  const midnight = civilMs({ year, month, day: Number(day) });
  const offset = /^[+-]/.test(zone) ? numericZoneMs(zone) : namedZoneMs(zone.toUpperCase());
  if (midnight === undefined || offset === undefined) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  return midnight + Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1000 - offset;
}

function numericZoneMs(zone: string): number | undefined {
  const minutes = Number(zone.slice(3));
  if (minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 3_600_000 + minutes * 60_000);
}

function namedZoneMs(zone: string): number | undefined {
  return Object.hasOwn(zones, zone) ? (zones[zone] as number) * 3_600_000 : undefined;
}
