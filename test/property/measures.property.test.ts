import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Column, createDictionary, encode, setPresent, valueAt, vectorColumn } from '../../common/columns.ts';
import { selectRows } from '../../common/select.ts';
import { createMeasurer } from '../../drift/measure/create-measurer.ts';
import type { Measure } from '../../drift/measure/measure.ts';
import { charactersOf } from '../../drift/measure/text-measure.ts';
import { forEachWord, knownWords, wordsOf } from '../../drift/measure/words.ts';

const texts = fc.array(fc.option(fc.string({ unit: 'grapheme', maxLength: 40 })), { minLength: 1, maxLength: 40 });

const measures: readonly { readonly measure: Measure; readonly columns: fc.Arbitrary<readonly [number, Column]> }[] = [
  { measure: { kind: 'text', feature: 'f', vocabulary: ['a', '0', 'the'] }, columns: texts.map(textsColumn) },
  { measure: { kind: 'identifier', feature: 'f', pattern: 'runs' }, columns: texts.map(textsColumn) },
  {
    measure: { kind: 'vector', feature: 'f', centroid: [1, 0, -1, 2, 0.5, 0, 0, 3, 1] },
    columns: fc
      .array(fc.option(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 9, maxLength: 9 })), {
        minLength: 1,
        maxLength: 30,
      })
      .map((rows) => [rows.length, vectorColumn(9, rows)] as const),
  },
];

function textsColumn(values: readonly (string | null)[]): readonly [number, Column] {
  const dictionary = createDictionary();
  const column = {
    kind: 'text' as const,
    codes: new Int32Array(values.length),
    dictionary,
    validity: new Uint8Array(9),
  };
  values.forEach((value, row) => {
    if (value === null) return;
    column.codes[row] = encode(dictionary, value);
    setPresent(column.validity, row);
  });
  return [values.length, column];
}

const times = (rows: number) => Float64Array.from({ length: rows }, (_, row) => row);

describe('measures', () => {
  it.each(measures)('of $measure.kind do not depend on how events are cut into batches', ({ measure, columns }) => {
    fc.assert(
      fc.property(columns, fc.nat(), ([rows, column], cutAt) => {
        const whole = createMeasurer(measure)(column, rows, times(rows));
        const measurer = createMeasurer(measure);
        const cut = cutAt % (rows + 1);
        const part = (from: number, to: number) => {
          const keep = Int32Array.from({ length: to - from }, (_, at) => from + at);
          const {
            columns: [selected],
          } = selectRows({ rows, fields: [], columns: [column] }, keep);
          return measurer(selected as Column, to - from, times(rows).slice(from, to));
        };
        const [first, second] = [part(0, cut), part(cut, rows)];
        whole.forEach(({ field, column: expected }, at) => {
          const found = [
            ...Array.from({ length: cut }, (_, row) => valueAt(first[at]?.column as Column, row)),
            ...Array.from({ length: rows - cut }, (_, row) => valueAt(second[at]?.column as Column, row)),
          ];
          expect(found, field.name).toEqual(Array.from({ length: rows }, (_, row) => valueAt(expected, row)));
        });
      }),
      { numRuns: 60 },
    );
  });

  it('of a vector do not change with its size where they are of its direction', () => {
    const vector = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 9, maxLength: 9 });
    fc.assert(
      fc.property(vector, fc.integer({ min: 1, max: 9 }), (of, times2) => {
        fc.pre(of.some((value) => value !== 0));
        const measurer = createMeasurer(measures[2]?.measure as Measure);
        const column = vectorColumn(9, [of, of.map((value) => value * 2 ** times2)]);
        const [norm, centroid] = measurer(column, 2, times(2)).map((one) =>
          [0, 1].map((row) => valueAt(one.column, row)),
        );
        expect(centroid?.[1]).toBeCloseTo(centroid?.[0] as number, 12);
        expect((norm?.[1] as number) / (norm?.[0] as number)).toBeCloseTo(2 ** times2, 9);
      }),
    );
  });
});

describe('words', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 });

  it('are letters and digits in their order, each as often as it stands', () => {
    fc.assert(
      fc.property(text, (one) => {
        const small = one.toLowerCase();
        const letters = Array.from(small).filter((character) => /[\p{L}\p{M}\p{N}]/u.test(character));
        const found: string[] = [];
        forEachWord(small, (_hash, from, to) => found.push(small.slice(from, to)));
        expect(found.join('')).toBe(letters.join(''));
      }),
    );
  });

  it('are known by their hash exactly where they are in the vocabulary', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const vocabulary = wordsOf(one);
        const isKnown = knownWords(vocabulary);
        const found: boolean[] = [];
        forEachWord(other.toLowerCase(), (hash) => found.push(isKnown(hash)));
        expect(found).toEqual(wordsOf(other).map((word) => vocabulary.includes(word)));
      }),
    );
  });

  it('characters are counted as the language counts them', () => {
    fc.assert(
      fc.property(text, (one) => {
        expect(charactersOf(one)).toBe([...one].length);
      }),
    );
  });
});
