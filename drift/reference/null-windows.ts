import { countedIn } from '../profile/moments.ts';
import type { Binning, Profile } from '../profile/profile.ts';
import { cellsBySize, intoCells } from './cells.ts';
import { type Divergence, divergence, type MassKind, massOf, withoutPart } from './divergence.ts';
import type { AgainstKind, NullSeries } from './reference.ts';
import { parentSeason, seasonCount, seasonOf } from './season.ts';

/** A window with fewer values than this says nothing about shape. */
export const minWindowValues = 30;
/** A window with less than this share of the median is a cut-off piece at an end of the reference. */
const minWindowShare = 0.2;
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

interface Excess {
  readonly window: number;
  readonly season: number;
  readonly measured: Divergence;
}

/**
 * Compares each window of one feature and segment with the rest of the reference (the window left out) and with the window
 * before it. `windows` are in order of time, `total` is their sum and whatever else the reference holds.
 */
export function measureNulls(
  windows: readonly WindowProfile[],
  total: Profile,
  binning: Binning,
  windowMs: number,
): { readonly series: NullSeries; readonly distances: Readonly<Record<AgainstKind, readonly NullDistance[]>> } {
  const values = windows.map(({ profile }) => countedIn(profile) - profile.unseen);
  const sorted = [...values].sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  const usable = values.map((n) => n >= minWindowValues && n >= median * minWindowShare);
  const cellsBy = cellsBySize(binning, total.bins);
  const training: Excess[] = [];
  const previous: Excess[] = [];
  windows.forEach(({ startMs, profile }, at) => {
    if (!usable[at]) return;
    const nCurrent = values[at] as number;
    const window = Math.round(startMs / windowMs);
    const season = seasonOf(startMs, windowMs);
    const { cells, whole } = cellsBy(nCurrent);
    const own = intoCells(profile.bins, cells);
    const rest = divergence(withoutPart(whole, own), own);
    if (rest.nReference > 0) training.push({ window, season, measured: rest });
    const before = windows[at - 1];
    if (before !== undefined && usable[at - 1] && startMs - before.startMs === windowMs) {
      previous.push({ window, season, measured: divergence(intoCells(before.profile.bins, cells), own) });
    }
  });
  const seasons = seasonCount(windowMs);
  const whole = scaleBySeason(training, seasons);
  const step = scaleBySeason(previous, seasons);
  const large = windows.filter(({ profile }) => profile.n >= minWindowValues).map(({ profile }) => profile);
  return {
    series: {
      windows: training.length,
      habit: { training: whole.habit, previous: step.habit },
      masses: {
        missing: massVariation(large, total, 'missing'),
        invalid: massVariation(large, total, 'invalid'),
        unseen: massVariation(large, total, 'unseen'),
      },
    },
    distances: { training: whole.distances, previous: step.distances },
  };
}

/**
 * The habit of a season is its windows' mean excess over sampling, drawn towards the coarser season and that towards all.
 * Each window is then divided by sampling plus the habit that the other windows show: its own excess stands in neither.
 */
function scaleBySeason(
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

function massVariation(
  windows: readonly Profile[],
  total: Profile,
  kind: MassKind,
): { inflation: number; largest: number } {
  const all = massOf(total, kind);
  if (all === 0 || windows.length === 0) return { inflation: 1, largest: 0 };
  let squares = 0;
  let largest = 0;
  for (const profile of windows) {
    const own = massOf(profile, kind);
    const z = shareZ(all - own, total.n - profile.n, own, profile.n);
    squares += z * z;
    largest = Math.max(largest, Math.abs(z));
  }
  return { inflation: Math.max(1, squares / windows.length), largest };
}
