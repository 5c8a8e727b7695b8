import { type Column, isPresent, type NumberColumn, type TextColumn } from '../../common/columns.ts';
import type { FeatureField } from '../../common/feature.ts';
import { identifierDistinct, identifierShare } from '../measure/fit-measure.ts';
import { categoricalBinning, genericBinning, numericBinning } from '../profile/binning.ts';
import { coarsen } from '../profile/coarsen.ts';
import type { Binning } from '../profile/profile.ts';

/** Bins of a number in segments: a day of one airport has hundreds of values, not tens of thousands. */
const segmentBins = 64;
/** Known values of a text: in all events, and in segments. */
const valuesMax = 1024;
const segmentValuesMax = 256;
/** Quantiles from so many values, spread evenly over the rows, are as good as from all. */
const binningValuesMax = 200_000;

/**
 * How a feature is counted, from the reference's own values: numbers at their quantiles, text by its values.
 *
 * Text that looks like an identifier (more than 256 different values, and more than one in ten values a new one) has no
 * values to be known by, unless its kind is said to be `category`: it gets no bins. Its measures are judged instead.
 */
export function binningsOf(
  field: FeatureField,
  column: Column,
  rows: number,
): { readonly binning: Binning; readonly segmentBinning: Binning } {
  const binning = binningOf(field, column, rows);
  return { binning, segmentBinning: coarsen(binning, binning.kind === 'numeric' ? segmentBins : segmentValuesMax) };
}

/** A feature that is known by its measures has no bins. */
export function withoutBins(): { readonly binning: Binning; readonly segmentBinning: Binning } {
  return { binning: genericBinning('vector'), segmentBinning: genericBinning('vector') };
}

function binningOf(field: FeatureField, column: Column, rows: number): Binning {
  if (column.kind === 'vector') return genericBinning('vector');
  return column.kind === 'number' ? binningOfNumbers(field, column, rows) : binningOfText(field, column, rows);
}

function binningOfNumbers(field: FeatureField, column: NumberColumn, rows: number): Binning {
  if (field.type === 'boolean') return genericBinning('boolean');
  const step = Math.max(1, Math.ceil(rows / binningValuesMax));
  const values = new Float64Array(Math.ceil(rows / step));
  let count = 0;
  for (let row = 0; row < rows; row += step)
    if (isPresent(column.validity, row)) values[count++] = column.values[row] as number;
  return numericBinning(values.subarray(0, count));
}

function binningOfText({ kind }: FeatureField, column: TextColumn, rows: number): Binning {
  const counts = new Float64Array(column.dictionary.values.length);
  let present = 0;
  for (let row = 0; row < rows; row++) {
    if (!isPresent(column.validity, row)) continue;
    const code = column.codes[row] as number;
    counts[code] = (counts[code] as number) + 1;
    present++;
  }
  let distinct = 0;
  for (const count of counts) if (count > 0) distinct++;
  const many = distinct > identifierDistinct && distinct > identifierShare * present;
  if (many && kind !== 'category') return genericBinning('string');
  return categoricalBinning(column.dictionary.values, counts, valuesMax);
}
