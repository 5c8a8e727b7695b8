import type { Profile } from '../profile/profile.ts';
import type { Divergence } from './divergence.ts';
import type { MassVariation } from './reference.ts';
import { parentSeason } from './season.ts';

/** How many windows of a season its parent's mean is worth, when a season's habit is estimated. */
const parentWeight = 1;

export interface WindowProfile {
  readonly startMs: number;
  readonly profile: Profile;
}

/** A scaled null distance and the window it comes from. */
export interface NullDistance {
  readonly ratio: number;
  readonly window: number;
}

/** What a window differs by, and the season its habit belongs to. */
export interface Excess {
  readonly window: number;
  readonly season: number;
  readonly measured: Pick<Divergence, 'bits' | 'expected'>;
}

/**
 * The habit of a season is its windows' mean excess over sampling, drawn towards the coarser season and that towards all.
 * Each window is then divided by sampling plus the habit that the other windows show: its own excess stands in neither.
 */
export function scaleBySeason(
  windows: readonly Excess[],
  seasons: number,
): { readonly habit: Float64Array; readonly distances: readonly NullDistance[] } {
  const sum = new Float64Array(seasons);
  const count = new Float64Array(seasons);
  const parentSum = new Float64Array(seasons);
  const parentCount = new Float64Array(seasons);
  let allSum = 0;
  for (const { season, measured } of windows) {
    const excess = measured.bits - measured.expected;
    const parent = parentSeason(season, seasons);
    sum[season] = (sum[season] as number) + excess;
    count[season] = (count[season] as number) + 1;
    parentSum[parent] = (parentSum[parent] as number) + excess;
    parentCount[parent] = (parentCount[parent] as number) + 1;
    allSum += excess;
  }
  const habitOf = (season: number, left: number, leftCount: number): number => {
    const parent = parentSeason(season, seasons);
    const all = windows.length > leftCount ? (allSum - left) / (windows.length - leftCount) : 0;
    const parentMean =
      ((parentSum[parent] as number) - left + parentWeight * all) /
      ((parentCount[parent] as number) - leftCount + parentWeight);
    const own =
      ((sum[season] as number) - left + parentWeight * parentMean) /
      ((count[season] as number) - leftCount + parentWeight);
    return Math.max(0, own);
  };
  return {
    habit: Float64Array.from({ length: seasons }, (_, season) => habitOf(season, 0, 0)),
    distances: windows.map(({ window, season, measured }) => ({
      window,
      ratio: measured.bits / (measured.expected + habitOf(season, measured.bits - measured.expected, 1)),
    })),
  };
}

/** Standardised difference of two shares, variance-stabilised: about standard normal under binomial sampling. */
export function shareZ(reference: number, nReference: number, current: number, nCurrent: number): number {
  if (nReference <= 0 || nCurrent <= 0) return 0;
  const angle = (share: number): number => 2 * Math.asin(Math.sqrt(Math.min(1, Math.max(0, share))));
  return (angle(current / nCurrent) - angle(reference / nReference)) / Math.sqrt(1 / nReference + 1 / nCurrent);
}

/** How much more than binomial standardised differences of shares vary, and the largest of them. */
export function variationOf(differences: readonly number[]): MassVariation {
  if (differences.every((z) => z === 0)) return { inflation: 1, largest: 0 };
  const squares = differences.reduce((sum, z) => sum + z * z, 0);
  return {
    inflation: Math.max(1, squares / differences.length),
    largest: differences.reduce((largest, z) => Math.max(largest, Math.abs(z)), 0),
  };
}
