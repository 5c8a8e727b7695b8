import { type Column, isPresent, type NumberColumn, type TextColumn } from '../../common/columns.ts';
import { sortedFinite } from '../profile/doubles.ts';

/** Finite numbers of a column, ascending, and how many present values were none. */
export interface UsableNumbers {
  readonly sorted: Float64Array;
  readonly unusable: number;
}

export function usableNumbers(column: NumberColumn, rows: number): UsableNumbers {
  const present = new Float64Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++)
    if (isPresent(column.validity, row)) present[count++] = column.values[row] as number;
  const sorted = sortedFinite(present.subarray(0, count));
  return { sorted, unusable: count - sorted.length };
}

/** Texts read as numbers or as times, each distinct one once; those that are none are unusable. */
export function readTexts(column: TextColumn, rows: number, read: (text: string) => number): UsableNumbers {
  const numbers = Float64Array.from(column.dictionary.values, read);
  const present = new Float64Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++)
    if (isPresent(column.validity, row)) present[count++] = numbers[column.codes[row] as number] as number;
  const sorted = sortedFinite(present.subarray(0, count));
  return { sorted, unusable: count - sorted.length };
}

/** A decimal number; NaN for anything else. */
export function numberOfText(text: string): number {
  return /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(text) ? Number(text) : Number.NaN;
}

const flags: Readonly<Record<string, number>> = { true: 1, t: 1, yes: 1, y: 1, false: 0, f: 0, no: 0, n: 0 };

/** A decimal number, or a word for yes (1) or no (0); NaN for anything else. For text where the other side has numbers. */
export function numberOrFlagOfText(text: string): number {
  const flag = flags[text.trim().toLowerCase()];
  return flag ?? numberOfText(text);
}

/** A date with or without a time, ISO 8601 or the like, in ms since 1970 (UTC unless it says otherwise); NaN for anything else. */
export function timeOfText(text: string): number {
  const match = /^\s*(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)\s*(Z|[-+]\d\d:?\d\d)?)?\s*$/i.exec(
    text,
  );
  if (match === null) return Number.NaN;
  const [, year, month, day, time = '00:00', zone = 'Z'] = match;
  const offset = /^[-+]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  return Date.parse(`${year}-${month}-${day}T${time.replace(',', '.')}${offset}`);
}

/** A time of day such as `7:05` or `23:59:59.5`, in ms since midnight; NaN for anything else. */
export function timeOfDayOfText(text: string): number {
  const match = /^\s*([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:[.,]\d+)?))?\s*$/.exec(text);
  if (match === null) return Number.NaN;
  const [, hour, minute, second = '0'] = match;
  return Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second.replace(',', '.')) * 1000;
}

/** True where nearly all of the first thousand distinct texts of a column are times, or whatever else `read` reads. */
export function looksLikeTimes(column: Column, read: (text: string) => number = timeOfText): boolean {
  if (column.kind !== 'text' || column.dictionary.values.length === 0) return false;
  const sample = column.dictionary.values.slice(0, 1000);
  const times = sample.reduce((count, text) => count + (Number.isNaN(read(text)) ? 0 : 1), 0);
  return times >= 0.95 * sample.length;
}
