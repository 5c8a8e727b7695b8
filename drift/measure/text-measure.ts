import {
  createNumberColumn,
  type Dictionary,
  isPresent,
  type NumberColumn,
  setPresent,
  type TextColumn,
} from '../../common/columns.ts';
import { measureName } from '../../common/measure.ts';
import type { Measurer, TextMeasure } from './measure.ts';
import { forEachWord, type KnownWords, knownWords, wordsOf } from './words.ts';

/** Words of a vocabulary. */
export const vocabularyMax = 4096;

/** What a text that is met in a dictionary measures; NaN where it has no value. */
interface Measured {
  /** Shape `[capacity]` each; the first `count` are known. */
  length: Float64Array;
  tokens: Float64Array;
  unknown: Float64Array;
  garbled: Float64Array;
  count: number;
}

/** The most frequent words of the texts in these rows. */
export function fitText(feature: string, column: TextColumn, rows: Int32Array): TextMeasure {
  const counts = new Map<string, number>();
  for (const row of rows) {
    if (!isPresent(column.validity, row)) continue;
    const text = column.dictionary.values[column.codes[row] as number] as string;
    for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const ordered = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return { kind: 'text', feature, vocabulary: ordered.slice(0, vocabularyMax).map(([word]) => word) };
}

/**
 * `length` in Unicode characters; `tokens`, its words; `unknown`, the share of them that the vocabulary does not know, absent
 * where there are none; `garbled`, 1 where the replacement character U+FFFD stands in it, which is left where bytes were no UTF-8.
 *
 * A distinct text is measured once for each dictionary. That costs about 6 ns a character and 20 ns a word.
 */
export function textMeasurer({ feature, vocabulary }: TextMeasure): Measurer {
  const isKnown = knownWords(vocabulary);
  const known = new WeakMap<Dictionary, Measured>();
  const fields = (['length', 'tokens', 'unknown', 'garbled'] as const).map((which) => ({
    which,
    field: {
      name: measureName(feature, which),
      type:
        which === 'garbled' ? ('boolean' as const) : which === 'unknown' ? ('number' as const) : ('integer' as const),
    },
  }));
  return (column, rows) => {
    if (column.kind !== 'text') return [];
    const measured = extend(known.get(column.dictionary), column.dictionary, isKnown);
    known.set(column.dictionary, measured);
    return fields.map(({ which, field }) => ({ field, column: gather(column, rows, measured[which]) }));
  };
}

/** A number for each row, from the number for each code. */
export function gather({ codes, validity }: TextColumn, rows: number, byCode: Float64Array): NumberColumn {
  const out = createNumberColumn(rows);
  for (let row = 0; row < rows; row++) {
    if (!isPresent(validity, row)) continue;
    const value = byCode[codes[row] as number] as number;
    if (Number.isNaN(value)) continue;
    out.values[row] = value;
    setPresent(out.validity, row);
  }
  return out;
}

function extend(before: Measured | undefined, { values }: Dictionary, isKnown: KnownWords): Measured {
  const measured = before ?? { length: empty, tokens: empty, unknown: empty, garbled: empty, count: 0 };
  if (measured.length.length < values.length) {
    const capacity = Math.max(64, values.length, 2 * measured.length.length);
    measured.length = enlarged(measured.length, capacity);
    measured.tokens = enlarged(measured.tokens, capacity);
    measured.unknown = enlarged(measured.unknown, capacity);
    measured.garbled = enlarged(measured.garbled, capacity);
  }
  let tokens = 0;
  let strange = 0;
  const visit = (hash: number): void => {
    tokens++;
    if (!isKnown(hash)) strange++;
  };
  for (; measured.count < values.length; measured.count++) {
    const text = values[measured.count] as string;
    tokens = 0;
    strange = 0;
    forEachWord(text.toLowerCase(), visit);
    measured.length[measured.count] = charactersOf(text);
    measured.tokens[measured.count] = tokens;
    measured.unknown[measured.count] = tokens === 0 ? Number.NaN : strange / tokens;
    measured.garbled[measured.count] = text.includes('\ufffd') ? 1 : 0;
  }
  return measured;
}

const empty = new Float64Array(0);

export function enlarged(old: Float64Array, capacity: number): Float64Array {
  const larger = new Float64Array(capacity);
  larger.set(old);
  return larger;
}

/** Unicode characters: UTF-16 units less the second halves of pairs. */
export function charactersOf(text: string): number {
  let pairs = 0;
  for (let at = 1; at < text.length; at++) {
    if ((text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800) pairs++;
  }
  return text.length - pairs;
}
