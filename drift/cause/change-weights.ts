import { type Column, isPresent } from '../../common/columns.ts';
import { binFinderOf, findBin } from '../profile/bin-finder.ts';
import type { Binning, Profile } from '../profile/profile.ts';
import { cellsFor, intoCells } from '../reference/cells.ts';
import { massOf } from '../reference/divergence.ts';

/** A cell whose count differs by less than so many standard errors has no part in the change. */
const leastErrors = 2;

/**
 * How much more likely than in the reference each row's value has become, in bits; shape `[rows]`. From the full counts of both
 * sides, over the cells in which the window was judged and the masses beside them (missing, invalid, unseen):
 * `log2((c1 + ½) / (n1 + 1)) - log2((c0 + ½) / (n0 + 1))`, 0 for a cell that differs by less than two standard errors. The mean over
 * the current rows less that over the reference's is the symmetrised Kullback–Leibler divergence, up to what was set to 0.
 */
export function changeWeights(input: {
  readonly binning: Binning;
  readonly reference: Profile;
  readonly current: Profile;
}): (column: Column, rows: number) => Float64Array {
  const { binning, reference, current } = input;
  const used = current.n - current.missing;
  const cells = cellsFor(binning, reference.bins, Math.max(1, used));
  const countsOf = (profile: Profile): Float64Array =>
    Float64Array.of(...intoCells(profile.bins, cells), profile.missing, massOf(profile, 'invalid'), profile.unseen);
  const weights = weightsOf(countsOf(reference), countsOf(current));
  const beside = { missing: cells.count, invalid: cells.count + 1, unseen: cells.count + 2 };
  const binOf = (column: Column): ((row: number) => number) => {
    const place = placeOf(binning, column);
    return (row) => {
      if (!isPresent(column.validity, row)) return beside.missing;
      const bin = place(row);
      if (bin === 'invalid' || bin === 'unseen') return beside[bin];
      return cells.cellOf[bin] as number;
    };
  };
  return (column, rows) => {
    const of = binOf(column);
    return Float64Array.from({ length: rows }, (_, row) => weights[of(row)] as number);
  };
}

function weightsOf(reference: Float64Array, current: Float64Array): Float64Array {
  const n = reference.reduce((sum, count) => sum + count, 0);
  const m = current.reduce((sum, count) => sum + count, 0);
  return reference.map((before, cell) => {
    const now = current[cell] as number;
    const expected = (m * before) / Math.max(1, n);
    const error = Math.sqrt(expected * (1 + m / Math.max(1, n)) + 1);
    if (Math.abs(now - expected) < leastErrors * error) return 0;
    return Math.log2((now + 0.5) / (m + 1)) - Math.log2((before + 0.5) / (n + 1));
  });
}

function placeOf(binning: Binning, column: Column): (row: number) => number | 'invalid' | 'unseen' {
  if (binning.kind === 'numeric') {
    if (column.kind !== 'number') return () => 'invalid';
    const finder = binFinderOf(binning);
    return (row) => {
      const value = column.values[row] as number;
      return Number.isFinite(value) ? findBin(finder, value, (value - binning.center) / binning.scale) : 'invalid';
    };
  }
  const binOf = new Map(binning.values.map((value, bin) => [value, bin]));
  // Of a vector only presence is counted.
  if (column.kind === 'vector') return () => 'unseen';
  const textOf =
    column.kind === 'number'
      ? (row: number) => String(column.values[row])
      : (row: number) => column.dictionary.values[column.codes[row] as number] as string;
  return (row) => binOf.get(textOf(row)) ?? 'unseen';
}
