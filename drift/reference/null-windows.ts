import { countedIn } from '../profile/moments.ts';
import type { Binning, Profile } from '../profile/profile.ts';
import { type Cells, cellsBySize, intoCells } from './cells.ts';
import { divergence, type MassKind, massOf, withoutPart } from './divergence.ts';
import type { EarlierRule } from './earlier.ts';
import { measureEarlier } from './earlier-nulls.ts';
import type { ComparisonNull, MassVariation, NullSeries } from './reference.ts';
import { type Excess, type NullDistance, scaleBySeason, shareZ, variationOf, type WindowProfile } from './scaling.ts';
import { seasonCount, seasonOf } from './season.ts';

/** A window with fewer values than this says nothing about shape. */
export const minWindowValues = 30;
/** A window with less than this share of the median is a cut-off piece at an end of the reference. */
const minWindowShare = 0.2;
/**
 * Compares each window of one feature and segment with the rest of the reference (the window left out) and with the window
 * before it, and under each rule with those further before. `windows` are in order of time, `total` is their sum and whatever
 * else the reference holds. Distances are by the key of the comparison.
 */
export function measureNulls(
  windows: readonly WindowProfile[],
  total: Profile,
  binning: Binning,
  windowMs: number,
  rules: readonly EarlierRule[] = [],
): { readonly series: NullSeries; readonly distances: ReadonlyMap<string, readonly NullDistance[]> } {
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
  const cellsOf = (at: number): Cells => cellsBy(values[at] as number).cells;
  const earlier = new Map<string, ComparisonNull>();
  const distances = new Map([
    ['training', whole.distances],
    ['previous', step.distances],
  ]);
  for (const rule of rules) {
    const measured = measureEarlier({ windows, usable, binning, rule, cellsOf });
    earlier.set(rule.key, measured.learned);
    distances.set(rule.key, measured.distances);
  }
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
      earlier,
    },
    distances,
  };
}

function massVariation(windows: readonly Profile[], total: Profile, kind: MassKind): MassVariation {
  const all = massOf(total, kind);
  if (all === 0 || windows.length === 0) return { inflation: 1, largest: 0 };
  return variationOf(
    windows.map((profile) => {
      const own = massOf(profile, kind);
      return shareZ(all - own, total.n - profile.n, own, profile.n);
    }),
  );
}
