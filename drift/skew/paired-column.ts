import { type Column, isPresent, type TextColumn } from '../../common/columns.ts';
import type { FeatureField } from '../../common/feature.ts';
import { parseTimestampMs } from '../../common/timestamp.ts';
import { numberOfText } from '../compare/usable.ts';
import type { Measure, PairValue } from './value-pair.ts';

/** What two columns are compared as, by their types. A text is read as what the other side is. */
export function measureOf(training: FeatureField, serving: FeatureField): Measure {
  const types = [training.type, serving.type];
  if (types.includes('timestamp')) return 'time';
  if (training.type === 'string' && serving.type === 'string') return 'text';
  return types.includes('number') ? 'number' : 'whole-number';
}

/** Numbers of one side at the rows of the pairs. */
export interface PairedNumbers {
  /** Shape `[pairs]`; NaN where nothing usable stands. */
  readonly values: Float64Array;
  /** Shape `[pairs]`, of {@link Presence}. */
  readonly presence: Uint8Array;
}

export const Presence = { ABSENT: 0, PRESENT: 1, UNREADABLE: 2 } as const;

/** Reads one side of the pairs as numbers: texts as decimals, true and false as 1 and 0, or all as times. */
export function pairedNumbers(column: Column, rows: Int32Array, measure: Measure): PairedNumbers {
  const values = new Float64Array(rows.length);
  const presence = new Uint8Array(rows.length);
  const texts = column.kind === 'text' ? readDictionary(column, measure) : undefined;
  for (let pair = 0; pair < rows.length; pair++) {
    const row = rows[pair] as number;
    if (!isPresent(column.validity, row)) {
      values[pair] = Number.NaN;
      continue;
    }
    if (column.kind === 'number') {
      values[pair] = column.values[row] as number;
      presence[pair] = Presence.PRESENT;
      continue;
    }
    if (column.kind === 'vector') {
      values[pair] = Number.NaN;
      presence[pair] = Presence.UNREADABLE;
      continue;
    }
    const code = column.codes[row] as number;
    values[pair] = texts?.values[code] as number;
    presence[pair] = texts?.presence[code] as number;
  }
  return { values, presence };
}

function readDictionary({ dictionary }: TextColumn, measure: Measure): PairedNumbers {
  const values = new Float64Array(dictionary.values.length);
  const presence = new Uint8Array(dictionary.values.length);
  dictionary.values.forEach((text, code) => {
    const read = readText(text, measure);
    values[code] = read ?? Number.NaN;
    presence[code] = read === undefined ? Presence.UNREADABLE : Presence.PRESENT;
  });
  return { values, presence };
}

/** Undefined where the text is no number, or no time where a time is wanted. */
export function readText(text: string, measure: Measure): number | undefined {
  if (measure === 'time') return parseTimestampMs(text);
  const word = text.trim().toLowerCase();
  if (word === 'true') return 1;
  if (word === 'false') return 0;
  if (word === 'nan') return Number.NaN;
  const value = numberOfText(text);
  return Number.isNaN(value) ? undefined : value;
}

/** What stands in a row, for people. */
export function valueAt(column: Column, row: number): PairValue {
  if (!isPresent(column.validity, row)) return null;
  if (column.kind === 'number') return column.values[row] as number;
  if (column.kind === 'text') return column.dictionary.values[column.codes[row] as number] as string;
  const { values, dimension } = column;
  return JSON.stringify(Array.from(values.subarray(row * dimension, (row + 1) * dimension)));
}
