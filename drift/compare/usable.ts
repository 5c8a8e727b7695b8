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

/** True where nearly all of the first thousand distinct texts of a column are times. */
export function looksLikeTimes(column: Column): boolean {
  if (column.kind !== 'text' || column.dictionary.values.length === 0) return false;
  const sample = column.dictionary.values.slice(0, 1000);
  const times = sample.reduce((count, text) => count + (Number.isNaN(timeOfText(text)) ? 0 : 1), 0);
  return times >= 0.95 * sample.length;
}
