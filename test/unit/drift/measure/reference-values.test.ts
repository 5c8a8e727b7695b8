import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { textColumn, valueAt, vectorColumn } from '../../../../common/columns.ts';
import { fitText, textMeasurer } from '../../../../drift/measure/text-measure.ts';
import { fitVector, vectorMeasurer } from '../../../../drift/measure/vector-measure.ts';
import { wordsOf } from '../../../../drift/measure/words.ts';

/** What test/fixtures/measure/make.py writes, with NumPy, SciPy and the Unicode tables of Python. */
const reference = JSON.parse(
  readFileSync(new URL('../../../fixtures/measure/reference.json', import.meta.url), 'utf8'),
) as {
  readonly texts: {
    readonly fitted: number[];
    readonly vocabulary_size: number;
    readonly vocabulary: string[];
    readonly texts: {
      readonly text: string;
      readonly words: string[];
      readonly length: number;
      readonly tokens: number;
      readonly unknown: number | null;
      readonly garbled: number;
    }[];
  };
  readonly vectors: {
    readonly dimension: number;
    readonly fitted: number[];
    readonly vectors: number[][];
    readonly centroid: number[];
    readonly norm: number[];
    readonly cosine: (number | null)[];
  }[];
};

const times = (rows: number) => new Float64Array(rows).fill(Number.NaN);

describe('texts', () => {
  const { texts, vocabulary, vocabulary_size: size, fitted } = reference.texts;
  const column = textColumn(texts.map(({ text }) => text));
  const fit = fitText('t', column, Int32Array.from(fitted));

  it.each(texts.map(({ text, words }) => [text.slice(0, 40), text, words] as const))(
    '%s has its words',
    (_, text, words) => {
      expect(wordsOf(text)).toEqual(words);
    },
  );

  it('gives the vocabulary of the fitted rows, the most frequent words first', () => {
    expect(fit.vocabulary.slice(0, size)).toEqual(vocabulary);
  });

  it.each(['length', 'tokens', 'unknown', 'garbled'] as const)('measures %s', (which) => {
    const measured = textMeasurer({ ...fit, vocabulary })(column, texts.length, times(texts.length));
    const found = measured.find(({ field }) => field.name === `t.${which}`);
    if (found === undefined) throw new Error(`no measure ${which}`);
    expect(texts.map((_, row) => valueAt(found.column, row))).toEqual(texts.map((text) => text[which]));
  });
});

describe('vectors', () => {
  it.each(reference.vectors.map((one) => [one.dimension, one] as const))('of %i dimensions', (dimension, expected) => {
    const column = vectorColumn(dimension, expected.vectors);
    const rows = expected.vectors.length;
    const fit = fitVector('v', column, Int32Array.from(expected.fitted));
    fit.centroid.forEach((value, at) => {
      expect(value).toBeCloseTo(expected.centroid[at] as number, 6);
    });
    const measured = vectorMeasurer(fit)(column, rows, times(rows));
    const of = (name: string, row: number) =>
      valueAt(measured.find(({ field }) => field.name === `v.${name}`)?.column ?? column, row);
    expected.norm.forEach((norm, row) => {
      expect(of('norm', row)).toBeCloseTo(norm, 12);
    });
    expected.cosine.forEach((cosine, row) => {
      // The centroid is kept with seven digits.
      if (cosine === null) expect(of('centroid', row)).toBeNull();
      else expect(of('centroid', row)).toBeCloseTo(cosine, 6);
    });
  });
});
