import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../common/random.ts';
import { categoricalBinning } from '../../../../drift/profile/binning.ts';
import { emptyProfile, mergeInto } from '../../../../drift/profile/merge.ts';
import type { Profile } from '../../../../drift/profile/profile.ts';
import { cellsFor, intoCells } from '../../../../drift/reference/cells.ts';
import { divergence } from '../../../../drift/reference/divergence.ts';
import { type EarlierSpec, earlierRule, occasionsNeeded } from '../../../../drift/reference/earlier.ts';
import { measureEarlier } from '../../../../drift/reference/earlier-nulls.ts';
import { learnedNeeded, learnNulls, type SeenWindow } from '../../../../drift/reference/learned-nulls.ts';
import { nullUnder } from '../../../../drift/reference/reference.ts';
import { scaleBySeason, type WindowProfile } from '../../../../drift/reference/scaling.ts';
import { seasonCount, seasonOf } from '../../../../drift/reference/season.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const monday = Date.UTC(2026, 5, 1);
const binning = categoricalBinning(['a', 'b', 'c', 'd'], Float64Array.of(4, 3, 2, 1), 8);

function profileOf(seed: number): Profile {
  const random = createRandom(seed);
  const profile = emptyProfile(binning);
  for (let at = 0; at < 4; at++) {
    profile.bins[at] = 20 + random.below(200);
    profile.n += profile.bins[at] as number;
  }
  return profile;
}

/** The same, the slow way: every pair of windows is asked whether one is on the other's side. */
function slowly(windows: readonly WindowProfile[], spec: EarlierSpec, windowMs: number) {
  const rule = earlierRule(spec, windowMs, undefined);
  const edges = [windows[0]?.startMs ?? 0, windows.at(-1)?.startMs ?? 0] as const;
  const seen = windows.flatMap(({ startMs, profile }) => {
    for (const sign of [1, -1] as const) {
      const own = rule.placeOf(startMs);
      const side = windows.filter((other) => {
        const place = rule.placeOf(other.startMs);
        const before = sign * (startMs - other.startMs);
        const apart = sign * ((own?.occasion ?? 0) - (place?.occasion ?? 0)) > 0;
        return place?.group === own?.group && before > 0 && before <= spec.overMs && apart;
      });
      const occasions = new Set(side.map((other) => rule.placeOf(other.startMs)?.occasion)).size;
      const edge = sign === 1 ? edges[0] : edges[1];
      const enough =
        spec.kind === 'rolling'
          ? side.length > 0 && Math.abs(startMs - edge) >= spec.overMs / 2
          : occasions >= occasionsNeeded;
      if (!enough) continue;
      const sum = emptyProfile(binning);
      for (const other of side) mergeInto(sum, other.profile);
      const cells = cellsFor(binning, sum.bins, profile.n);
      const measured = divergence(intoCells(sum.bins, cells), intoCells(profile.bins, cells));
      return [{ window: Math.round(startMs / windowMs), season: seasonOf(startMs, windowMs), measured }];
    }
    return [];
  });
  return scaleBySeason(seen, seasonCount(windowMs));
}

describe('measureEarlier', () => {
  it('is what comparing all pairs of windows gives, gaps included', () => {
    const spec = fc.constantFrom<EarlierSpec>(
      { kind: 'rolling', overMs: 2 * dayMs },
      { kind: 'rolling', overMs: 5 * hourMs },
      { kind: 'seasonal', season: 'hour-of-day', timeZone: 'Europe/Berlin', overMs: 5 * dayMs },
      { kind: 'seasonal', season: 'day-of-week', timeZone: 'UTC', overMs: 28 * dayMs },
    );
    fc.assert(
      fc.property(spec, fc.uniqueArray(fc.integer({ min: 0, max: 36 * 4 }), { minLength: 5 }), (one, places) => {
        const windowMs = 6 * hourMs;
        const windows = [...places]
          .sort((a, b) => a - b)
          .map((place) => ({ startMs: monday + place * windowMs, profile: profileOf(place) }));
        const cells = cellsFor(binning, Float64Array.of(1, 1, 1, 1), 100);
        const { learned, distances } = measureEarlier({
          windows,
          usable: windows.map(() => true),
          binning,
          rule: earlierRule(one, windowMs, undefined),
          cellsOf: () => cells,
        });
        const expected = slowly(windows, one, windowMs);
        expect(distances.map(({ window }) => window)).toEqual(expected.distances.map(({ window }) => window));
        distances.forEach(({ ratio }, at) => {
          expect(ratio).toBeCloseTo(expected.distances[at]?.ratio as number, 9);
        });
        expect(learned.windows).toBe(distances.length);
      }),
      { numRuns: 60 },
    );
  });
});

describe('learnNulls', () => {
  const windowMs = hourMs;
  const key = 'rolling:7d';
  const seen = (hours: number): SeenWindow[] =>
    Array.from({ length: hours }, (_, at) => {
      const random = createRandom(at + 1);
      const expected = 0.001;
      return {
        startMs: monday + at * windowMs,
        segment: '',
        feature: 'price',
        n: 500,
        excess: { bits: expected * (0.5 + random.next()), expected, z: [random.normal(), 0, 0] },
      };
    });
  const windowsIn = (nulls: ReturnType<typeof learnNulls>, startMs: number): number =>
    nullUnder(nulls.tableAt(startMs)?.series('', 'price'), key)?.windows ?? 0;

  it('learns from the days before that of the window, whenever it is asked', () => {
    const atOnce = learnNulls({ key, windowMs });
    atOnce.observe(seen(60));
    const bit = learnNulls({ key, windowMs });
    for (const window of seen(60)) {
      bit.observe([window]);
      bit.tableAt(window.startMs + windowMs);
    }
    for (const hour of [0, 20, 24, 47, 48, 60]) {
      const startMs = monday + hour * windowMs;
      expect(windowsIn(atOnce, startMs)).toBe(24 * Math.floor(hour / 24));
      expect(bit.tableAt(startMs)?.tail('all', 'price', key)).toEqual(
        atOnce.tableAt(startMs)?.tail('all', 'price', key),
      );
    }
  });

  it('replaces a window that is judged again, and does not count it twice', () => {
    const nulls = learnNulls({ key, windowMs });
    nulls.observe(seen(48));
    const before = nulls.tableAt(monday + 48 * windowMs)?.tail('all', 'price', key);
    nulls.observe(seen(48));
    expect(nulls.tableAt(monday + 48 * windowMs)?.tail('all', 'price', key)).toEqual(before);
    const [first] = seen(1) as [SeenWindow];
    nulls.observe([{ ...first, excess: { ...first.excess, bits: 0.5 } }]);
    expect(nulls.tableAt(monday + 48 * windowMs)?.tail('all', 'price', key)).not.toEqual(before);
    expect(windowsIn(nulls, monday + 48 * windowMs)).toBe(48);
  });

  it('asks for a day of windows, and for a week of days', () => {
    expect([hourMs / 4, hourMs, 6 * hourMs, dayMs, 7 * dayMs].map(learnedNeeded)).toEqual([96, 24, 8, 7, 4]);
  });
});
