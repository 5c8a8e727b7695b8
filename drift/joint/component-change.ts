import { bottomRows } from '../../common/bottom-k.ts';
import { priorityOf, prioritySeed } from '../../common/priority.ts';
import { normalLowerQuantile } from '../statistics/normal.ts';
import { cellsOfColumn } from './cells.ts';
import type { JoinedSamples, PlainColumn } from './join-frames.ts';
import { fitComponents, reconstructionErrors } from './principal-components.ts';
import { rankColumn } from './ranks.ts';

/** Categories of one feature that get a column of their own. */
const categoriesMost = 6;
/** With so many numbers categories stay out: their many columns of 0 and 1 would drown what numbers have in common. */
const numbersEnough = 3;
/** Standard deviations: rows that lie in the components come out at 1e-8. */
const leastError = 1e-6;
/** Columns in all: the fit takes their cube. */
const columnsMost = 120;

export interface ComponentChange {
  /** Mean errors, in standard deviations of the reference's columns. */
  readonly reference: number;
  readonly current: number;
  /** Change in standard deviations of the reference's errors. */
  readonly shift: number;
  /** Change in standard errors; about standard normal under sampling. */
  readonly z: number;
  readonly kept: number;
  readonly columns: number;
  /** Of each row that was compared, >= 0: the half of the reference that the fit has not seen, and the current rows. */
  readonly errors: { readonly reference: Float64Array; readonly current: Float64Array };
}

/**
 * Are the current rows as well rebuilt from the reference's principal components as its own? Numbers are put on the normal
 * scale by their rank among all rows (so that one wild value is no news), categories become columns of 0 and 1 (where there are fewer than three numbers). The
 * components are fitted to one half of the reference, chosen by seeded hashes of the rows' places (every other row would be
 * every other sensor where they come in turns); the errors of the other half, which the fit has not seen, are
 * compared with those of the current rows: `z = (mean1 - mean0) / √(s1²/n1 + s0²/n0)`. Some of the current rows may be among those of
 * the fit, which rebuilds them too well: smaller errors count as far as they are smaller than those of the whole reference, too.
 * Undefined below two columns, or where nothing is left to rebuild. Like NannyML's reconstruction error, but for the scale and the halves.
 */
export function componentChange({ frame, groupOf, nReference }: JoinedSamples): ComponentChange | undefined {
  const numbers = frame.columns.filter(({ kind }) => kind === 'number');
  const used = numbers.length >= numbersEnough ? numbers : frame.columns;
  const columns = used.flatMap((column) => columnsOf(column, frame.rows)).slice(0, columnsMost);
  if (columns.length < 2 || nReference < 8) return undefined;
  const rowsWhere = (wanted: (row: number) => boolean): Float64Array[] => {
    const rows = Array.from(groupOf.keys()).filter(wanted);
    return columns.map((column) => Float64Array.from(rows, (row) => column[row] as number));
  };
  const isFitted = halfOf(groupOf, nReference);
  const fitted = fitComponents(rowsWhere((row) => isFitted[row] === 1));
  const errorsWhere = (wanted: (row: number) => boolean) => reconstructionErrors(fitted, rowsWhere(wanted));
  const errors = {
    reference: errorsWhere((row) => groupOf[row] === 0 && isFitted[row] === 0),
    current: errorsWhere((row) => groupOf[row] === 1),
  };
  const before = momentsOf(errors.reference);
  const now = momentsOf(errors.current);
  const seen = momentsOf(errorsWhere((row) => isFitted[row] === 1));
  const whole = (before.mean * before.n + seen.mean * seen.n) / (before.n + seen.n);
  const change = now.mean < before.mean ? Math.min(0, now.mean - Math.min(before.mean, whole)) : now.mean - before.mean;
  const error = Math.sqrt(before.variance / before.n + now.variance / now.n);
  // What is left is rounding.
  if (Math.max(before.mean, now.mean) < leastError || !(error > 0) || before.variance <= 0) return undefined;
  return {
    reference: before.mean,
    current: now.mean,
    shift: change / Math.sqrt(before.variance),
    z: change / error,
    kept: fitted.kept,
    columns: columns.length,
    errors,
  };
}

/** 1 for the half of the reference's rows that have the smallest priorities, 0 for all others; shape `[rows]`. */
function halfOf(groupOf: Uint8Array, nReference: number): Uint8Array {
  const seed = prioritySeed('components', 0);
  const half = new Uint8Array(groupOf.length);
  const places = bottomRows(nReference, nReference >> 1, (place) => priorityOf(seed, place));
  const chosen = new Set(places);
  let place = 0;
  for (let row = 0; row < groupOf.length; row++) if (groupOf[row] === 0 && chosen.has(place++)) half[row] = 1;
  return half;
}

function momentsOf(values: Float64Array): { readonly n: number; readonly mean: number; readonly variance: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, n - 1);
  return { n, mean, variance };
}

function columnsOf(column: PlainColumn, rows: number): Float64Array[] {
  if (column.kind === 'number') return [normalScores(column, rows)];
  const { codes, count } = cellsOfColumn(column, rows, categoriesMost);
  return Array.from({ length: count }, (_, cell) => Float64Array.from(codes, (code) => Number(code === cell)));
}

/** The normal quantile of a value's place among all rows; 0, the middle, where it is absent. */
function normalScores(column: PlainColumn, rows: number): Float64Array {
  return rankColumn(column, rows).scores.map((score) => {
    if (Number.isNaN(score)) return 0;
    return normalLowerQuantile(score + 0.5);
  });
}
