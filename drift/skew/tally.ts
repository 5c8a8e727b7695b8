import { type Column, isPresent, type TextColumn } from '../../common/columns.ts';
import type { FeatureField, Frame } from '../../common/feature.ts';
import { parseTimestampMs } from '../../common/timestamp.ts';
import type { JoinedRows } from './join.ts';
import { measureOf, Presence, pairedNumbers, valueAt } from './paired-column.ts';
import { type Measure, numbersAgree, type ValuePair } from './value-pair.ts';

/** Counts of one feature over pairs; grows with every chunk of them. */
export interface FeatureTally {
  readonly name: string;
  readonly measure: Measure;
  /** `pairs = bothMissing + missingInTraining + missingInServing + bothPresent` */
  pairs: number;
  bothMissing: number;
  missingInTraining: number;
  missingInServing: number;
  bothPresent: number;
  /** Of `bothPresent`. */
  mismatches: number;
  /** Of numbers that are equal on both sides; undefined while there are none. */
  agreed: { min: number; max: number } | undefined;
  /** The first mismatches that came, at most {@link sampleMax}; a random sample where chunks come in random order. */
  readonly sample: ValuePair[];
  /** The same of pairs of which one side has no value. */
  readonly oneSided: ValuePair[];
}

export const sampleMax = 4096;

/** A tally for every feature that both sides have, in the order of the training side. */
export function createTallies(
  training: readonly FeatureField[],
  serving: readonly FeatureField[],
): readonly FeatureTally[] {
  return training.flatMap((field) => {
    const other = serving.find(({ name }) => name === field.name);
    if (other === undefined) return [];
    return [
      {
        name: field.name,
        measure: measureOf(field, other),
        pairs: 0,
        bothMissing: 0,
        missingInTraining: 0,
        missingInServing: 0,
        bothPresent: 0,
        mismatches: 0,
        agreed: undefined,
        sample: [],
        oneSided: [],
      },
    ];
  });
}

export interface Chunk {
  readonly training: Frame;
  readonly serving: Frame;
  readonly rows: JoinedRows;
  /** Of a row of the training side. */
  keyOf(row: number): string;
  /** Relative, of numbers that need not be whole; >= 0. */
  readonly tolerance: number;
}

/** Adds a chunk of pairs to the tallies. O(pairs × features). */
export function countChunk(tallies: readonly FeatureTally[], chunk: Chunk): void {
  for (const tally of tallies) {
    const left = columnNamed(chunk.training, tally);
    const right = columnNamed(chunk.serving, tally);
    const mismatch =
      tally.measure === 'text' && left.kind === 'text' && right.kind === 'text'
        ? comparedTexts(left, right, chunk.rows)
        : comparedNumbers(left, right, chunk.rows, { tally, tolerance: chunk.tolerance });
    count(tally, { left, right, chunk, mismatch });
  }
}

const Outcome = { EQUAL: 0, MISMATCH: 1, NONE: 2, ONLY_TRAINING: 3, ONLY_SERVING: 4 } as const;
type OutcomeOf = (pair: number) => number;

function comparedTexts(left: TextColumn, right: TextColumn, { training, serving }: JoinedRows): OutcomeOf {
  const { codeOf } = left.dictionary;
  const codeOnTheLeft = Int32Array.from(right.dictionary.values, (value) => codeOf.get(value) ?? -1);
  return (pair) => {
    const a = training[pair] as number;
    const b = serving[pair] as number;
    const has = isPresent(left.validity, a);
    if (has !== isPresent(right.validity, b)) return has ? Outcome.ONLY_TRAINING : Outcome.ONLY_SERVING;
    if (!has) return Outcome.NONE;
    return codeOnTheLeft[right.codes[b] as number] === left.codes[a] ? Outcome.EQUAL : Outcome.MISMATCH;
  };
}

function comparedNumbers(
  left: Column,
  right: Column,
  rows: JoinedRows,
  { tally, tolerance }: { readonly tally: FeatureTally; readonly tolerance: number },
): OutcomeOf {
  const { measure } = tally;
  const a = pairedNumbers(left, rows.training, measure);
  const b = pairedNumbers(right, rows.serving, measure);
  const within = measure === 'number' ? tolerance : 0;
  return (pair) => {
    const [x, y] = [a.presence[pair], b.presence[pair]];
    if (x === Presence.ABSENT || y === Presence.ABSENT)
      return x === y ? Outcome.NONE : y === Presence.ABSENT ? Outcome.ONLY_TRAINING : Outcome.ONLY_SERVING;
    if (x === Presence.UNREADABLE || y === Presence.UNREADABLE) return Outcome.MISMATCH;
    const value = a.values[pair] as number;
    if (!numbersAgree(value, b.values[pair] as number, within)) return Outcome.MISMATCH;
    widen(tally, value);
    return Outcome.EQUAL;
  };
}

function widen(tally: FeatureTally, value: number): void {
  if (Number.isNaN(value)) return;
  tally.agreed ??= { min: value, max: value };
  if (value < tally.agreed.min) tally.agreed.min = value;
  if (value > tally.agreed.max) tally.agreed.max = value;
}

function count(
  tally: FeatureTally,
  of: { readonly left: Column; readonly right: Column; readonly chunk: Chunk; readonly mismatch: OutcomeOf },
): void {
  const { training, serving } = of.chunk.rows;
  const keep = (sample: ValuePair[], pair: number): void => {
    if (sample.length >= sampleMax) return;
    const [a, b] = [training[pair] as number, serving[pair] as number];
    sample.push({ key: of.chunk.keyOf(a), training: valueAt(of.left, a), serving: valueAt(of.right, b) });
  };
  for (let pair = 0; pair < training.length; pair++) {
    const outcome = of.mismatch(pair);
    if (outcome === Outcome.EQUAL) tally.bothPresent++;
    else if (outcome === Outcome.NONE) tally.bothMissing++;
    else if (outcome === Outcome.MISMATCH) {
      tally.bothPresent++;
      tally.mismatches++;
      keep(tally.sample, pair);
    } else {
      if (outcome === Outcome.ONLY_TRAINING) tally.missingInServing++;
      else tally.missingInTraining++;
      keep(tally.oneSided, pair);
    }
  }
  tally.pairs += training.length;
}

function columnNamed(frame: Frame, { name, measure }: FeatureTally): Column {
  const at = frame.fields.findIndex((field) => field.name === name);
  const column = frame.columns[at];
  if (column === undefined) throw new Error(`no column ${name}`);
  const counts = measure === 'time' && column.kind === 'number' && frame.fields[at]?.type !== 'timestamp';
  return counts ? { ...column, values: column.values.map((count) => parseTimestampMs(count) ?? Number.NaN) } : column;
}
