import { distinctOf } from '../profile/distinct.ts';
import { profileMean } from '../profile/moments.ts';
import type { Binning, Profile } from '../profile/profile.ts';
import { hellinger } from '../statistics/hellinger.ts';
import { kolmogorovSmirnovOfProfiles } from '../statistics/kolmogorov-smirnov.ts';
import { lInfinity } from '../statistics/l-infinity.ts';
import { psi } from '../statistics/psi.ts';
import type { Measured } from './judgement.ts';
import { inDeciles, type ReferenceSide } from './reference-side.ts';

/**
 * Statistics without a calibrated limit, for people and for comparing with other tools; only finite ones. PSI, Hellinger and
 * L-infinity are over the reference's deciles (numbers) or values (text). p-values are those of chance alone.
 */
export function measureAll(binning: Binning, reference: ReferenceSide, current: Profile): Record<string, Measured> {
  const statistics: Record<string, Measured> = {};
  const add = (name: string, value: number | undefined, pValue?: number): void => {
    if (value === undefined || !Number.isFinite(value)) return;
    statistics[name] = pValue === undefined ? { value } : { value, pValue };
  };
  const { cellOf, counts } = reference.deciles;
  const own = inDeciles(cellOf, current, counts.length);
  add('psi', psi(counts, own));
  add('hellinger', hellinger(counts, own));
  add('linf', lInfinity(counts, own));
  if (current.distinct.size > 0) add('distinct', Math.round(distinctIn(current)));
  if (reference.profile.distinct.size > 0) add('distinct_reference', Math.round(distinctIn(reference.profile)));
  if (binning.kind === 'numeric') {
    const ks = kolmogorovSmirnovOfProfiles(reference.profile, current);
    add('ks', ks?.value, ks?.pValue);
    const mean = profileMean(current, binning);
    add('mean', mean);
    add('mean_reference', reference.mean);
    if (
      mean !== undefined &&
      reference.mean !== undefined &&
      reference.variance !== undefined &&
      reference.variance > 0
    )
      add('mean_change', (mean - reference.mean) / Math.sqrt(reference.variance));
  }
  return statistics;
}

/** Different values: the known ones that occur, and those outside them by estimate. */
function distinctIn({ bins, distinct }: Profile): number {
  return bins.reduce((known, count) => known + (count > 0 ? 1 : 0), 0) + distinctOf(distinct);
}
