import { type Column, isPresent, setAbsent, type TextColumn } from '../../common/columns.ts';
import type { FeatureField, Frame } from '../../common/feature.ts';
import { isWordy, type MeasuredKind } from '../../common/measure.ts';
import { createMeasurer } from '../measure/create-measurer.ts';
import { fitRows } from '../measure/fit-measure.ts';
import { isFitted, measureFrame } from '../measure/measure-frame.ts';
import { sortedFinite } from '../profile/doubles.ts';
import type { Compared, Effects, Finding, Statistic } from './comparison.ts';
import { compareNumbers } from './numeric.ts';
import { compareCategories, type JoinedCounts } from './text.ts';

/** What stands in the output of each measure, as `norm_ks`. */
const shown = ['ks', 'js_distance', 'wasserstein_normalized', 'median_reference', 'median_current'] as const;

export interface MeasuredSide {
  readonly column: Column;
  readonly rows: number;
}

interface MeasuredPair {
  readonly kind: MeasuredKind;
  readonly reference: MeasuredSide;
  readonly current: MeasuredSide;
  readonly effects: Effects;
}

/**
 * Two columns of a richer kind by their measures, see `docs/methods/kinds.md`. What is made of the reference (vocabulary,
 * centroid) comes from a part of its rows; on neither side is that measure then taken of a value that occurs there, which it would
 * measure too well: the current data may be the reference again, or the reference and some days more.
 */
export function compareMeasures({ kind, reference, current, effects }: MeasuredPair): Omit<Compared, 'type' | 'calm'> {
  const feature = '';
  const field: FeatureField =
    kind === 'vector' ? { name: feature, type: 'vector' } : { name: feature, type: 'string', kind: 'text' };
  const frame: Frame = { rows: reference.rows, fields: [field], columns: [reference.column] };
  const times = (rows: number) => new Float64Array(rows).fill(Number.NaN);
  const made = measureFrame({ frame, timesMs: times(reference.rows), exclude: new Set() });
  const [measure] = made.measures;
  if (measure === undefined) return { statistics: {}, findings: [], distance: 0 };
  const now = createMeasurer(measure)(current.column, current.rows, times(current.rows));
  const fitted = fittedValues(reference);
  const statistics: Record<string, Statistic> = {};
  const findings: Finding[] = [];
  let distance = 0;
  made.frame.fields.forEach(({ name }, at) => {
    const after = now.find((measured) => measured.field.name === name);
    if (after === undefined) return;
    const before = { column: made.frame.columns[at] as Column, rows: reference.rows };
    if (isFitted(name, feature)) {
      clearFitted(before.column, reference, fitted);
      clearFitted(after.column, current, fitted);
    }
    const compared = compareColumns(before, { column: after.column, rows: current.rows }, effects);
    if (compared === undefined) return;
    const short = name.slice(feature.length + 1);
    for (const statistic of shown) {
      const value = compared.statistics[statistic];
      if (value !== undefined) statistics[`${short}_${statistic}`] = value;
    }
    findings.push(...compared.findings.map((finding) => ({ ...finding, words: `${short}: ${finding.words}` })));
    distance = Math.max(distance, compared.distance);
  });
  return { statistics, findings, distance };
}

type ValueKey = string | number;

function fittedValues(reference: MeasuredSide): ReadonlySet<ValueKey> {
  const keyOf = keyReader(reference.column);
  const values = new Set<ValueKey>();
  for (const row of fitRows(reference.rows)) if (isPresent(reference.column.validity, row)) values.add(keyOf(row));
  return values;
}

function clearFitted({ validity }: Column, { column, rows }: MeasuredSide, fitted: ReadonlySet<ValueKey>): void {
  const keyOf = keyReader(column);
  for (let row = 0; row < rows; row++) if (isPresent(validity, row) && fitted.has(keyOf(row))) setAbsent(validity, row);
}

/** Equal for equal values; of vectors a hash, since one that is left out by chance is no loss. */
function keyReader(column: Column): (row: number) => ValueKey {
  if (column.kind === 'text') return (row) => column.dictionary.values[column.codes[row] as number] as string;
  if (column.kind === 'number') return (row) => column.values[row] as number;
  const { values, dimension } = column;
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return (row) => {
    let hash = 0x811c9dc5;
    for (let at = row * dimension; at < (row + 1) * dimension; at++)
      hash = Math.imul(hash ^ (bits[at] as number), 0x01000193);
    return hash;
  };
}

function compareColumns(reference: MeasuredSide, current: MeasuredSide, effects: Effects): Compared | undefined {
  const [before, now] = [numbersOf(reference), numbersOf(current)];
  return before.length === 0 || now.length === 0 ? undefined : compareNumbers(before, now, effects);
}

function numbersOf({ column, rows }: MeasuredSide): Float64Array {
  if (column.kind !== 'number') return new Float64Array(0);
  const { values, validity } = column;
  return sortedFinite(values.subarray(0, rows).filter((_, row) => isPresent(validity, row)));
}

/** Different texts that are looked at to tell sentences from identifiers. */
const sampledTexts = 2000;

/** Whether texts that are too many to be categories are sentences. */
export function isFreeText({ dictionary }: TextColumn): boolean {
  return isWordy(dictionary.values.slice(0, sampledTexts));
}

interface TextSide {
  readonly column: TextColumn;
  readonly rows: number;
}

/** Sentences are compared by their length, words and vocabulary, and by how many of them are known as they are. */
export function compareWords(reference: TextSide, current: TextSide, joined: JoinedCounts, effects: Effects): Compared {
  const values = compareCategories(joined, effects);
  const measured = compareMeasures({ kind: 'text', reference, current, effects });
  const [returning] = values.findings;
  return {
    type: 'text',
    statistics: { ...values.statistics, ...measured.statistics },
    findings: [
      ...(returning === undefined
        ? []
        : [{ ...returning, words: `other texts return than chance explains: ${returning.words}` }]),
      ...measured.findings,
    ],
    distance: Math.max(values.distance, measured.distance),
    calm: 'free text: its length, words and the share of words unknown to the reference are as chance explains',
  };
}
