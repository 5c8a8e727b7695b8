import type { Profile } from '../profile/profile.ts';
import { type MassKind, massOf, shareDistance } from '../reference/divergence.ts';
import type { ComparisonNull } from '../reference/reference.ts';
import { shareZ } from '../reference/scaling.ts';
import { normalQuantile, normalTail } from './normal.ts';
import type { NotJudged, TestResult } from './shape-test.ts';

const minEvents = 30;
/** A window has to go this much beyond the worst the reference showed. */
const beyondLargest = 1.1;

/** What the verdict on a share was worked out from. */
export interface MassWorkings {
  readonly kind: 'mass';
  /** Share on the side of the reference. */
  readonly before: number;
  readonly nReference: number;
  readonly nCurrent: number;
  /** Difference on the arcsine scale, in standard deviations times `spread`, and what it may be. */
  readonly z: number;
  readonly limit: number;
  /** How much more the reference's own windows vary than binomially, and the largest |z| of them. */
  readonly inflation: number;
  readonly largest: number;
  readonly spread: number;
  readonly bothWays: boolean;
}

/**
 * Has the share of missing, invalid or unseen values changed? A two-proportion test on the arcsine scale, where the variance
 * does not depend on the share and one stray value in a million is not a sensation (Freeman and Tukey 1950,
 * doi:10.1214/aoms/1177729756). Its spread is that of the reference's own windows where that is more than binomial, and a
 * window must go beyond the largest of them. `missing` counts in both directions, the others only upwards.
 */
export function testMass(input: {
  readonly kind: MassKind;
  readonly reference: Profile;
  readonly current: Profile;
  /** How the shares of ordinary windows vary under this comparison. */
  readonly series: Pick<ComparisonNull, 'masses'> | undefined;
  readonly alpha: number;
}): (TestResult & { readonly workings: MassWorkings }) | NotJudged {
  const { kind, reference, current, series } = input;
  if (current.n < minEvents) return { notJudged: `only ${current.n} events in the window; ${minEvents} are needed` };
  if (reference.n < minEvents) return { notJudged: `not enough reference: ${reference.n} events on its side` };
  const bothWays = kind === 'missing';
  const before = massOf(reference, kind) / reference.n;
  const value = massOf(current, kind) / current.n;
  const limit = normalQuantile(bothWays ? input.alpha / 2 : input.alpha);
  const { inflation, largest } = series?.masses[kind] ?? { inflation: 1, largest: 0 };
  const spread = Math.max(Math.sqrt(inflation), (largest * beyondLargest) / limit, 1);
  const z = shareZ(before * reference.n, reference.n, value * current.n, current.n) / spread;
  const tail = normalTail(bothWays ? Math.abs(z) : z);
  const critical = shareBeyond(before, limit * spread * Math.sqrt(1 / reference.n + 1 / current.n), bothWays && z < 0);
  const distance = shareDistance(before, value);
  return {
    value,
    critical,
    pValue: Math.min(1, bothWays ? 2 * tail : tail),
    effect: bothWays || value > before ? distance : 0,
    beyond: (bothWays ? Math.abs(z) : z) > limit,
    workings: {
      kind: 'mass',
      before,
      nReference: reference.n,
      nCurrent: current.n,
      z,
      limit,
      inflation,
      largest,
      spread,
      bothWays,
    },
  };
}

/** The share that lies `step` above (or below) `share` on the arcsine scale. */
function shareBeyond(share: number, step: number, below: boolean): number {
  const angle = 2 * Math.asin(Math.sqrt(share)) + (below ? -step : step);
  return Math.sin(Math.min(Math.PI, Math.max(0, angle)) / 2) ** 2;
}
