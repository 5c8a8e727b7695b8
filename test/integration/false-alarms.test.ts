import { describe, expect, it } from 'vitest';
import type { NumberColumn } from '../../common/columns.ts';
import type { Frame } from '../../common/feature.ts';
import { createRandom } from '../../common/random.ts';
import { type AgainstEarlier, judgeWindow } from '../../drift/judge/judge-window.ts';
import { sumProfiles } from '../../drift/profile/merge.ts';
import type { ProfiledFeature } from '../../drift/profile/profile.ts';
import { accumulate, createProfileSet, type ProfileSet, profileOf } from '../../drift/profile/profile-set.ts';
import { buildReference } from '../../drift/reference/build-reference.ts';
import { type EarlierRule, type EarlierSpec, earlierRule } from '../../drift/reference/earlier.ts';

const hourMs = 3_600_000;
const week = 168;
const perHour = 500;
const features = ['a', 'b', 'c', 'd', 'e'];
const referenceHours = 8 * week;
const judgedHours = 6 * week;
const startMs = 4 * 24 * hourMs;

/** Alarms a week on hourly windows of normal features: a weekly season, an autocorrelated level (0.8), and what is added after. */
function alarmsPerWeek(stream: {
  readonly season: number;
  readonly level: number;
  readonly shift: number;
  /** Earlier windows instead of the reference. */
  readonly earlier?: EarlierSpec;
}): number {
  const rule = stream.earlier === undefined ? undefined : earlierRule(stream.earlier, hourMs, undefined);
  const random = createRandom(1);
  const hours = referenceHours + judgedHours;
  const columns = features.map((_, which) => {
    const values = new Float64Array(hours * perHour);
    let level = 0;
    for (let hour = 0; hour < hours; hour++) {
      level = 0.8 * level + 0.6 * random.normal();
      const season = Math.SQRT2 * Math.sin(2 * Math.PI * ((hour % week) / week + which / 10));
      const mean = stream.season * season + stream.level * level + (hour < referenceHours ? 0 : stream.shift);
      for (let at = 0; at < perHour; at++) values[hour * perHour + at] = mean + random.normal();
    }
    return values;
  });
  const piece = (from: number, to: number): Frame => ({
    rows: (to - from) * perHour,
    fields: features.map((name) => ({ name, type: 'number' })),
    columns: columns.map((values): NumberColumn => {
      const part = values.subarray(from * perHour, to * perHour);
      return { kind: 'number', values: part, validity: new Uint8Array((part.length + 7) >> 3).fill(255) };
    }),
  });
  const hourOf = (row: number): number => Math.floor(row / perHour);
  const reference = buildReference({
    frame: piece(0, referenceHours),
    timesMs: Float64Array.from({ length: referenceHours * perHour }, (_, row) => startMs + hourOf(row) * hourMs),
    origin: 'null',
    segments: [],
    windowsMs: [hourMs],
    ...(rule === undefined ? {} : { earlier: [rule] }),
  });
  const current = piece(0, hours);
  const groups = Int32Array.from({ length: current.rows }, (_, row) => hourOf(row));
  const sets = new Map<string, ProfileSet>();
  reference.features.forEach(({ name, binning }, at) => {
    const set = createProfileSet(binning, hours);
    accumulate(set, current.columns[at] as NumberColumn, groups, current.rows);
    sets.set(name, set);
  });
  const before = (given: EarlierRule, start: number): AgainstEarlier => {
    const { occasions } = given.earlier(start, startMs);
    const profile = (_: string, feature: string) => {
      const { binning } = reference.features.find(({ name }) => name === feature) as ProfiledFeature;
      const parts = occasions.flat().flatMap(({ fromMs, toMs }) => {
        const first = (fromMs - startMs) / hourMs;
        return Array.from({ length: (toMs - fromMs) / hourMs }, (_, at) =>
          profileOf(sets.get(feature) as ProfileSet, first + at),
        );
      });
      return sumProfiles(parts, binning);
    };
    return {
      kind: 'earlier',
      key: given.key,
      profile,
      lacking: () => '',
      compared: { with: '', spans: [] },
      learnedNeeded: 24,
    };
  };
  let alarms = 0;
  for (let hour = 0; hour < judgedHours; hour++) {
    const start = startMs + (referenceHours + hour) * hourMs;
    const judged = judgeWindow({
      reference,
      against: rule === undefined ? { kind: 'training' } : before(rule, start),
      comparison: 'any:1h',
      window: { startMs: start, endMs: start + hourMs },
      profile: (_, feature) => profileOf(sets.get(feature) as ProfileSet, referenceHours + hour),
      features,
      segments: [''],
      budget: { falseAlarmsPerWeek: 1, minEffect: 0 },
      judgementsPerWeek: features.length * week,
    });
    alarms += judged.filter(({ alarm }) => alarm).length;
  }
  return alarms / (judgedHours / week);
}

/** 840 judgements a week, a budget of one false alarm a week, no smallest effect to help. */
describe('false alarms on streams in which nothing changes', () => {
  it('stay within the budget on plain features', () => {
    expect(alarmsPerWeek({ season: 0, level: 0, shift: 0 })).toBeLessThanOrEqual(1);
  });

  it('stay within the budget with a weekly season and an autocorrelated level', () => {
    expect(alarmsPerWeek({ season: 0.5, level: 0.1, shift: 0 })).toBeLessThanOrEqual(1);
  });

  const rolling = { kind: 'rolling', overMs: 7 * 24 * hourMs } as const;
  const seasonal = { kind: 'seasonal', season: 'hour-of-week', timeZone: 'UTC', overMs: 28 * 24 * hourMs } as const;

  it('stay within the budget against the span before and earlier windows of the season, too', () => {
    const alarms = Object.fromEntries(
      Object.entries({ training: undefined, rolling, seasonal }).map(([name, earlier]) => {
        const by = (season: number, level: number, shift: number) =>
          alarmsPerWeek({ season, level, shift, ...(earlier === undefined ? {} : { earlier }) });
        return [name, { plain: by(0, 0, 0), season: by(0.5, 0.1, 0), shifted: by(0.5, 0.1, 0.3) }];
      }),
    );
    for (const { plain, season } of Object.values(alarms)) {
      expect(plain).toBeLessThanOrEqual(1);
      expect(season).toBeLessThanOrEqual(1);
    }
    expect(alarms['seasonal']?.shifted).toBeGreaterThan(10);
  });

  it('do not come at the price of seeing nothing', () => {
    expect(alarmsPerWeek({ season: 0, level: 0, shift: 0.2 })).toBeGreaterThan(40);
    expect(alarmsPerWeek({ season: 0.5, level: 0.1, shift: 0.5 })).toBeGreaterThan(100);
  });
});
