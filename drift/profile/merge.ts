import { mergeRegisters } from './distinct.ts';
import { boundCounters } from './heavy-hitters.ts';
import { type Binning, type Profile, unseenNamesMax } from './profile.ts';

export function binCount(binning: Binning): number {
  return binning.kind === 'numeric' ? binning.edges.length + 1 : binning.values.length;
}

/** A profile of no events. */
export function emptyProfile(binning: Binning): Profile {
  return {
    n: 0,
    missing: 0,
    invalid: 0,
    zero: 0,
    nan: 0,
    posInf: 0,
    negInf: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    sumZ: 0,
    sumZ2: 0,
    bins: new Float64Array(binCount(binning)),
    unseen: 0,
    unseenValues: new Map(),
    distinct: new Map(),
  };
}

/**
 * Adds `source` to `target`. Both are of one binning. The counts do not depend on the order of merging; the sums of z
 * do by rounding, and the names of unseen values where there are more than `unseenNamesMax` (each count is then too small by
 * at most unseen / (unseenNamesMax + 1)).
 */
export function mergeInto(target: Profile, source: Profile): void {
  if (target.bins.length !== source.bins.length)
    throw new Error(`profiles of ${target.bins.length} and ${source.bins.length} bins are not of one binning`);
  target.n += source.n;
  target.missing += source.missing;
  target.invalid += source.invalid;
  target.zero += source.zero;
  target.nan += source.nan;
  target.posInf += source.posInf;
  target.negInf += source.negInf;
  target.min = Math.min(target.min, source.min);
  target.max = Math.max(target.max, source.max);
  target.sumZ += source.sumZ;
  target.sumZ2 += source.sumZ2;
  target.unseen += source.unseen;
  for (let bin = 0; bin < source.bins.length; bin++)
    target.bins[bin] = (target.bins[bin] as number) + (source.bins[bin] as number);
  mergeRegisters(target.distinct, source.distinct);
  if (source.unseenValues.size === 0) return;
  for (const [value, count] of source.unseenValues)
    target.unseenValues.set(value, (target.unseenValues.get(value) ?? 0) + count);
  boundCounters(target.unseenValues, unseenNamesMax);
}

export function sumProfiles(profiles: Iterable<Profile>, binning: Binning): Profile {
  const sum = emptyProfile(binning);
  for (const profile of profiles) mergeInto(sum, profile);
  return sum;
}

/** The counts of `profile` in a binning made by `coarsen` from its own. */
export function coarsenProfile(profile: Profile, from: Binning, to: Binning): Profile {
  const coarse: Profile = {
    ...profile,
    bins: new Float64Array(binCount(to)),
    unseenValues: new Map(profile.unseenValues),
    // More values are outside the known ones of a coarser binning, and nobody has counted those.
    distinct: new Map(),
  };
  if (from.kind === 'numeric' && to.kind === 'numeric') {
    let into = 0;
    for (let bin = 0; bin < profile.bins.length; bin++) {
      coarse.bins[into] = (coarse.bins[into] as number) + (profile.bins[bin] as number);
      if (into < to.edges.length && from.edges[bin] === to.edges[into]) into++;
    }
    return coarse;
  }
  if (from.kind !== 'categorical' || to.kind !== 'categorical') throw new Error('binnings of two kinds');
  const binOf = new Map(to.values.map((value, bin) => [value, bin]));
  from.values.forEach((value, bin) => {
    const count = profile.bins[bin] as number;
    const into = binOf.get(value);
    if (into !== undefined) coarse.bins[into] = (coarse.bins[into] as number) + count;
    else if (count > 0) {
      coarse.unseen += count;
      coarse.unseenValues.set(value, (coarse.unseenValues.get(value) ?? 0) + count);
    }
  });
  boundCounters(coarse.unseenValues, unseenNamesMax);
  return coarse;
}
