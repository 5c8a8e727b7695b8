import type { Profile } from '../profile/profile.ts';
import { massKinds, massOf } from '../reference/divergence.ts';

/** Events of one side. */
export interface SideCounts {
  readonly n: number;
  /** In bins. */
  readonly values: number;
  readonly missing: number;
  readonly invalid: number;
  readonly unseen: number;
}

export function sideCounts(profile: Profile): SideCounts {
  const [missing, invalid, unseen] = massKinds.map((kind) => massOf(profile, kind)) as [number, number, number];
  return { n: profile.n, values: profile.n - missing - invalid - unseen, missing, invalid, unseen };
}
