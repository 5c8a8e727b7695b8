import { momentsOf } from '../cause/moments.ts';
import type { Binning, Profile } from '../profile/profile.ts';
import type { Measured } from './judgement.ts';

/** Statistics without a calibrated limit, for people and for comparing with other tools; only finite ones. */
export function measureAll(binning: Binning, reference: Profile, current: Profile): Record<string, Measured> {
  const statistics: Record<string, Measured> = {};
  const add = (name: string, value: number | undefined): void => {
    if (value !== undefined && Number.isFinite(value)) statistics[name] = { value };
  };
  if (binning.kind === 'numeric') {
    const before = momentsOf(reference, binning);
    const now = momentsOf(current, binning);
    if (before !== undefined && now !== undefined) {
      add('mean_reference', before.mean);
      add('mean_current', now.mean);
      add('mean_change', now.mean - before.mean);
    }
  }
  return statistics;
}
