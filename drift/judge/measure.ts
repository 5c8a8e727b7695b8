import { distinctOf } from '../profile/distinct.ts';
import { profileMean, profileVariance } from '../profile/moments.ts';
import type { Binning, Profile } from '../profile/profile.ts';
import { countBetweenOfProfile, decileCutsOfProfile } from '../statistics/cells.ts';
import type { Counts } from '../statistics/counts.ts';
import { hellinger } from '../statistics/hellinger.ts';
import { kolmogorovSmirnovOfProfiles } from '../statistics/kolmogorov-smirnov.ts';
import { lInfinity } from '../statistics/l-infinity.ts';
import { psi } from '../statistics/psi.ts';
import type { Measured } from './judgement.ts';

/**
 * Statistics without a calibrated limit, for people and for comparing with other tools; only finite ones. PSI, Hellinger and
 * L-infinity are over the reference's deciles (numbers) or values (text). p-values are those of chance alone.
 */
export function measureAll(binning: Binning, reference: Profile, current: Profile): Record<string, Measured> {
  const statistics: Record<string, Measured> = {};
  const add = (name: string, value: number | undefined, pValue?: number): void => {
    if (value === undefined || !Number.isFinite(value)) return;
    statistics[name] = pValue === undefined ? { value } : { value, pValue };
  };
  const cells = cellsOf(binning, reference, current);
  add('psi', psi(cells.reference, cells.current));
  add('hellinger', hellinger(cells.reference, cells.current));
  add('linf', lInfinity(cells.reference, cells.current));
  if (current.distinct.size > 0) add('distinct', Math.round(distinctIn(current)));
  if (reference.distinct.size > 0) add('distinct_reference', Math.round(distinctIn(reference)));
  if (binning.kind === 'numeric') {
    const ks = kolmogorovSmirnovOfProfiles(reference, current);
    add('ks', ks?.value, ks?.pValue);
    const mean = profileMean(current, binning);
    const before = profileMean(reference, binning);
    const variance = profileVariance(reference, binning);
    add('mean', mean);
    add('mean_reference', before);
    if (mean !== undefined && before !== undefined && variance !== undefined && variance > 0)
      add('mean_change', (mean - before) / Math.sqrt(variance));
  }
  return statistics;
}

/** Different values: the known ones that occur, and those outside them by estimate. */
function distinctIn({ bins, distinct }: Profile): number {
  return bins.reduce((known, count) => known + (count > 0 ? 1 : 0), 0) + distinctOf(distinct);
}

function cellsOf(
  binning: Binning,
  reference: Profile,
  current: Profile,
): { readonly reference: Counts; readonly current: Counts } {
  if (binning.kind === 'categorical')
    return { reference: [...reference.bins, reference.unseen], current: [...current.bins, current.unseen] };
  const cuts = decileCutsOfProfile(reference, binning);
  return {
    reference: countBetweenOfProfile(reference, binning, cuts),
    current: countBetweenOfProfile(current, binning, cuts),
  };
}
