import { profileMean, profileVariance } from '../profile/moments.ts';
import type { Binning, Profile } from '../profile/profile.ts';
import { type CellsOfWhole, cellsBySize } from '../reference/cells.ts';
import { countBetweenOfProfile, decileCutsOfProfile } from '../statistics/cells.ts';
import { total } from '../statistics/counts.ts';

/** One side of a comparison, with what is asked of it again and again. */
export interface ReferenceSide {
  readonly profile: Profile;
  /** Values in bins. */
  readonly values: number;
  /** The cells for a window of so many values, made from these counts, and the counts in them. */
  cells(windowValues: number): CellsOfWhole;
  /** Numbers: deciles; texts: values, and one more cell for the rest. */
  readonly deciles: DecileCells;
  readonly mean: number | undefined;
  readonly variance: number | undefined;
}

/** The cells of statistics that people compare with other tools. */
export interface DecileCells {
  /** Bin -> cell, shape `[bins]`, ascending; undefined where each bin is a cell. */
  readonly cellOf: Int32Array | undefined;
  /** Shape `[cells]`. */
  readonly counts: Float64Array;
}

export function referenceSide(binning: Binning, profile: Profile): ReferenceSide {
  let deciles: DecileCells | undefined;
  const numeric = binning.kind === 'numeric' ? binning : undefined;
  return {
    profile,
    values: total(profile.bins),
    cells: cellsBySize(binning, profile.bins),
    get deciles() {
      deciles ??= decilesOf(binning, profile);
      return deciles;
    },
    mean: numeric && profileMean(profile, numeric),
    variance: numeric && profileVariance(profile, numeric),
  };
}

const known = new WeakMap<Profile, ReferenceSide>();

/** The same for a profile of a reference, which never changes: made once. */
export function trainedSide(binning: Binning, profile: Profile): ReferenceSide {
  let side = known.get(profile);
  if (side === undefined) {
    side = referenceSide(binning, profile);
    known.set(profile, side);
  }
  return side;
}

function decilesOf(binning: Binning, profile: Profile): DecileCells {
  if (binning.kind === 'categorical') return { cellOf: undefined, counts: inDeciles(undefined, profile, 0) };
  const cuts = decileCutsOfProfile(profile, binning);
  const cellOf = new Int32Array(profile.bins.length);
  for (let bin = 1, cell = 0; bin < cellOf.length; bin++) {
    if (cell < cuts.length && binning.edges[bin - 1] === cuts[cell]) cell++;
    cellOf[bin] = cell;
  }
  return { cellOf, counts: countBetweenOfProfile(profile, binning, cuts) };
}

/** The counts of a profile in the cells of the other side, shape `[cells]`. */
export function inDeciles(cellOf: Int32Array | undefined, { bins, unseen }: Profile, cells: number): Float64Array {
  if (cellOf === undefined) {
    const counts = new Float64Array(bins.length + 1);
    counts.set(bins);
    counts[bins.length] = unseen;
    return counts;
  }
  const counts = new Float64Array(cells);
  for (let bin = 0; bin < bins.length; bin++) {
    const cell = cellOf[bin] as number;
    counts[cell] = (counts[cell] as number) + (bins[bin] as number);
  }
  return counts;
}
