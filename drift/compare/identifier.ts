import { createTextColumn, encode, isPresent, setPresent, type TextColumn } from '../../common/columns.ts';
import { runsOf } from '../measure/pattern.ts';
import { sortedFinite } from '../profile/doubles.ts';
import type { Compared, Effects, Finding, Statistic } from './comparison.ts';
import { compareNumbers } from './numeric.ts';
import { compareCategories, type JoinedCounts, joinTexts } from './text.ts';
import { quoted } from './words.ts';

interface Side {
  readonly column: TextColumn;
  readonly rows: number;
}

/** Above so many different values, and one in so many events a new one, a text names things rather than kinds. */
const identifierDistinct = 256;
const identifierShare = 0.3;
/** Lengths and shapes are taken from so many rows, spread evenly. */
const sampledRows = 100_000;

export function isIdentifier({ reference }: JoinedCounts): boolean {
  let distinct = 0;
  let events = 0;
  for (const count of reference) {
    events += count;
    if (count > 0) distinct++;
  }
  return distinct > identifierDistinct && distinct > identifierShare * events;
}

/**
 * Identifiers are compared by their length, by their shape (runs of capitals, small letters, digits: `ab-12` is `a-9`) and by
 * how many are known from the reference beside how many chance lets return; not by which ones they are.
 */
export function compareIdentifiers(reference: Side, current: Side, joined: JoinedCounts, effects: Effects): Compared {
  const values = compareCategories(joined, effects);
  const lengths = compareNumbers(lengthsOf(reference), lengthsOf(current), effects);
  const shapes = compareCategories(joinTexts(shapesOf(reference), shapesOf(current)), effects);
  const named = (finding: Finding | undefined, prefix: string): Finding[] =>
    finding === undefined ? [] : [{ ...finding, words: `${prefix}: ${finding.words}` }];
  const pick = (from: Compared, name: string): Statistic =>
    from.statistics[name] ?? { value: null, reason: 'not measured' };
  return {
    type: 'identifier',
    statistics: {
      ...values.statistics,
      length_ks: pick(lengths, 'ks'),
      length_js_distance: pick(lengths, 'js_distance'),
      length_median_reference: pick(lengths, 'median_reference'),
      length_median_current: pick(lengths, 'median_current'),
      shape_js_distance: pick(shapes, 'js_distance'),
      shape_unseen: pick(shapes, 'unseen'),
    },
    findings: [
      ...named(values.findings[0], 'other values return than chance explains'),
      ...(grewByADigit(lengths) ? [] : named(lengths.findings[0], 'length')),
      ...named(shapes.findings[0], 'shape'),
      ...named(shapes.findings[1], 'shape'),
    ],
    distance: Math.max(values.distance, lengths.distance, shapes.distance),
    calm: `an identifier such as ${quoted(reference.column.dictionary.values[0] ?? '')}: length, shape and the share of known values are as chance explains`,
  };
}

/** A running number gets a digit more now and then. */
function grewByADigit(lengths: Compared): boolean {
  const [before, now] = ['median_reference', 'median_current'].map((name) => lengths.statistics[name]?.value ?? 0);
  return Math.abs((now as number) - (before as number)) <= 1;
}

function* sampled({ column, rows }: Side): Generator<string> {
  const step = Math.max(1, Math.ceil(rows / sampledRows));
  for (let row = 0; row < rows; row += step)
    if (isPresent(column.validity, row)) yield column.dictionary.values[column.codes[row] as number] as string;
}

function lengthsOf(side: Side): Float64Array {
  return sortedFinite(Float64Array.from(sampled(side), (value) => value.length));
}

function shapesOf(side: Side): Side {
  const texts = Array.from(sampled(side), runsOf);
  const column = createTextColumn(texts.length);
  texts.forEach((text, row) => {
    column.codes[row] = encode(column.dictionary, text);
    setPresent(column.validity, row);
  });
  return { column, rows: texts.length };
}
