import { normalLowerQuantile } from '../statistics/normal.ts';
import { cellsOfColumn } from './cells.ts';
import type { JoinedSamples, PlainColumn } from './join-frames.ts';
import { fitComponents, reconstructionErrors } from './principal-components.ts';
import { rankColumn } from './ranks.ts';

/** Categories of one feature that get a column of their own. */
const categoriesMost = 6;
/** With so many numbers categories stay out: their many columns of 0 and 1 would drown what numbers have in common. */
const numbersEnough = 3;
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
 * components are fitted to every other row of the reference; the errors of the remaining ones, which the fit has not seen, are
 * compared with those of the current rows: `z = (mean1 - mean0) / √(s1²/n1 + s0²/n0)`. Undefined below two columns, or where nothing
 * is left to rebuild. Like NannyML's reconstruction error, but for the scale and the halves.
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
  const fitted = fitComponents(rowsWhere((row) => groupOf[row] === 0 && row % 2 === 0));
  const errorsWhere = (wanted: (row: number) => boolean) => reconstructionErrors(fitted, rowsWhere(wanted));
  const errors = {
    reference: errorsWhere((row) => groupOf[row] === 0 && row % 2 === 1),
    current: errorsWhere((row) => groupOf[row] === 1),
  };
  const before = momentsOf(errors.reference);
  const now = momentsOf(errors.current);
  const error = Math.sqrt(before.variance / before.n + now.variance / now.n);
  if (!(error > 1e-9) || before.variance <= 0) return undefined;
  return {
    reference: before.mean,
    current: now.mean,
    shift: (now.mean - before.mean) / Math.sqrt(before.variance),
    z: (now.mean - before.mean) / error,
    kept: fitted.kept,
    columns: columns.length,
    errors,
  };
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
