import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holidaysOf } from '../../../../common/calendar.ts';
import {
  type EarlierSpec,
  earlierKey,
  earlierRule,
  keepWindows,
  lengthOf,
  type SeasonKind,
} from '../../../../drift/reference/earlier.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const weekMs = 7 * dayMs;
const never = Number.NEGATIVE_INFINITY;
const seasonal = (season: SeasonKind, overMs = 4 * weekMs, timeZone = 'UTC'): EarlierSpec => ({
  kind: 'seasonal',
  season,
  timeZone,
  overMs,
});
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);
/** Monday. */
const monday = Date.UTC(2026, 5, 1);
const dayOf = (text: string) => Date.parse(text) / dayMs;

describe('keepWindows', () => {
  it('cuts windows out of spans, and occasions of which nothing is left', () => {
    const rolling = earlierRule({ kind: 'rolling', overMs: dayMs }, 6 * hourMs, undefined).earlier(monday, never);
    const out = monday - 12 * hourMs;
    const kept = keepWindows(rolling, 6 * hourMs, (at) => at !== out);
    expect(kept.occasions).toEqual([
      [
        { fromMs: monday - dayMs, toMs: out },
        { fromMs: monday - 6 * hourMs, toMs: monday },
      ],
    ]);
    expect([lengthOf(rolling), lengthOf(kept)]).toEqual([dayMs, 18 * hourMs]);
    const weeks = earlierRule(seasonal('hour-of-week'), hourMs, undefined).earlier(monday, never);
    expect(keepWindows(weeks, hourMs, (at) => at !== monday - weekMs).occasions).toEqual(weeks.occasions.slice(0, -1));
    expect(keepWindows(weeks, hourMs, () => true)).toEqual(weeks);
  });
});

describe('earlierRule', () => {
  it('takes the span before, for rolling', () => {
    const rule = earlierRule({ kind: 'rolling', overMs: 7 * dayMs }, hourMs, undefined);
    expect(rule.earlier(monday, never)).toEqual({
      kind: 'rolling',
      label: '7d',
      occasions: [[{ fromMs: monday - weekMs, toMs: monday }]],
    });
    expect(rule.earlier(monday, monday - dayMs).occasions).toEqual([[{ fromMs: monday - dayMs, toMs: monday }]]);
    expect(rule.earlier(monday, monday).occasions).toEqual([]);
  });

  it('takes the same hour of the weeks before', () => {
    const rule = earlierRule(seasonal('hour-of-week'), hourMs, undefined);
    const { label, occasions } = rule.earlier(monday + 8 * hourMs, never);
    expect(label).toBe('Mondays 08:00');
    expect(occasions.flat().map(({ fromMs }) => iso(fromMs))).toEqual([
      '2026-05-04T08:00',
      '2026-05-11T08:00',
      '2026-05-18T08:00',
      '2026-05-25T08:00',
    ]);
  });

  it('puts the windows of one occasion together, and those of the day itself aside', () => {
    const quarters = earlierRule(seasonal('hour-of-day', 3 * dayMs), hourMs / 4, undefined);
    const at = monday + 8.5 * hourMs;
    const { occasions } = quarters.earlier(at, never);
    // Three days before 08:30 begin at 08:30; the others have their whole hour; 08:00 of the same day is too near.
    expect(occasions.map((spans) => spans.map(({ fromMs, toMs }) => (toMs - fromMs) / hourMs))).toEqual([
      [0.5],
      [1],
      [1],
    ]);
    expect(Math.max(...occasions.flat().map(({ toMs }) => toMs))).toBe(monday - dayMs + 9 * hourMs);
    const mondays = earlierRule(seasonal('day-of-week'), hourMs, undefined).earlier(monday + 8 * hourMs, never);
    expect(mondays.label).toBe('Mondays');
    expect(mondays.occasions.map((spans) => spans.length)).toEqual([1, 1, 1, 1]);
    expect(mondays.occasions[1]).toEqual([{ fromMs: monday - 3 * weekMs, toMs: monday - 3 * weekMs + dayMs }]);
  });

  it('takes days of the week for windows of a day', () => {
    const rule = earlierRule(seasonal('hour-of-week'), dayMs, undefined);
    const { label, occasions } = rule.earlier(monday, never);
    expect(label).toBe('Mondays');
    expect(occasions.flat().map(({ fromMs }) => (monday - fromMs) / weekMs)).toEqual([4, 3, 2, 1]);
  });

  it('follows the clocks of the zone through summer time', () => {
    const rule = earlierRule(seasonal('hour-of-week', 4 * weekMs, 'Europe/Berlin'), hourMs, undefined);
    // 08:00 in Berlin is 06:00 UTC from 29 March 2026 on, 07:00 before.
    const { occasions, label } = rule.earlier(Date.UTC(2026, 3, 6, 6), never);
    expect(label).toBe('Mondays 08:00 (Europe/Berlin)');
    expect(occasions.flat().map(({ fromMs }) => iso(fromMs))).toEqual([
      '2026-03-09T07:00',
      '2026-03-16T07:00',
      '2026-03-23T07:00',
      '2026-03-30T06:00',
    ]);
  });

  it('has no earlier hour for the one that summer time leaves out, and two for the one it repeats', () => {
    const rule = earlierRule(seasonal('hour-of-day', 4 * dayMs, 'Europe/Berlin'), hourMs, undefined);
    const spring = rule.earlier(Date.UTC(2026, 2, 31, 0), never);
    expect(spring.occasions.flat().map(({ fromMs }) => iso(fromMs))).toEqual([
      '2026-03-27T01:00',
      '2026-03-28T01:00',
      '2026-03-30T00:00',
    ]);
    const autumn = rule.earlier(Date.UTC(2026, 9, 26, 1), never);
    expect(autumn.occasions.at(-1)).toEqual([{ fromMs: Date.UTC(2026, 9, 25, 0), toMs: Date.UTC(2026, 9, 25, 2) }]);
  });
});

describe('holidays', () => {
  const holidays = holidaysOf({
    timeZone: 'UTC',
    holidays: [
      { name: 'Sale', fromDay: dayOf('2026-05-11'), toDay: dayOf('2026-05-11') },
      { name: 'Fair', fromDay: dayOf('2026-05-14'), toDay: dayOf('2026-05-16') },
      { name: 'Feast', fromDay: dayOf('2026-05-20'), toDay: dayOf('2026-05-20') },
      { name: 'Fair', fromDay: dayOf('2026-06-01'), toDay: dayOf('2026-06-02') },
    ],
  });
  const rule = earlierRule(seasonal('hour-of-week'), hourMs, holidays);
  const from = (windows: { readonly occasions: readonly (readonly { readonly fromMs: number }[])[] }) =>
    windows.occasions.flat().map(({ fromMs }) => iso(fromMs));

  it('are never drawn on by ordinary windows', () => {
    expect(from(rule.earlier(Date.UTC(2026, 5, 8, 8), never))).toEqual(['2026-05-18T08:00', '2026-05-25T08:00']);
    const rolling = earlierRule({ kind: 'rolling', overMs: 4 * dayMs }, hourMs, holidays);
    expect(rolling.earlier(Date.UTC(2026, 4, 22), never).occasions).toEqual([
      [
        { fromMs: Date.UTC(2026, 4, 18), toMs: Date.UTC(2026, 4, 20) },
        { fromMs: Date.UTC(2026, 4, 21), toMs: Date.UTC(2026, 4, 22) },
      ],
    ]);
  });

  it('are compared by name where the name has come often enough, else with all', () => {
    const fair = rule.earlier(Date.UTC(2026, 5, 1, 9), never);
    expect(fair).toMatchObject({ kind: 'holiday', label: 'days of Fair' });
    expect(from(fair)).toEqual(['2026-05-14T09:00', '2026-05-15T09:00', '2026-05-16T09:00']);
    const feast = rule.earlier(Date.UTC(2026, 4, 20, 9), never);
    expect(feast.label).toBe('holidays');
    expect(from(feast)).toEqual(['2026-05-11T09:00', '2026-05-14T09:00', '2026-05-15T09:00', '2026-05-16T09:00']);
  });

  it('look no further back than what is stored', () => {
    expect(from(rule.earlier(Date.UTC(2026, 4, 20, 9), Date.UTC(2026, 4, 15)))).toEqual([
      '2026-05-15T09:00',
      '2026-05-16T09:00',
    ]);
  });

  it('take in windows of a day whose larger part they are', () => {
    const berlin = holidaysOf({
      timeZone: 'America/New_York',
      holidays: [{ name: 'Thanksgiving', fromDay: dayOf('2026-11-26'), toDay: dayOf('2026-11-26') }],
    });
    // Midnight UTC is the evening before in New York.
    expect(berlin.of(Date.UTC(2026, 10, 26), dayMs)?.name).toBe('Thanksgiving');
    expect(berlin.of(Date.UTC(2026, 10, 27), dayMs)).toBeUndefined();
    expect(berlin.of(Date.UTC(2026, 10, 27, 3), hourMs)?.name).toBe('Thanksgiving');
  });
});

describe('any rule', () => {
  const spec = fc.oneof(
    fc.record({ kind: fc.constant('rolling' as const), overMs: fc.integer({ min: 2, max: 15 }).map((n) => n * dayMs) }),
    fc.record({
      kind: fc.constant('seasonal' as const),
      season: fc.constantFrom<SeasonKind>('hour-of-day', 'hour-of-week', 'day-of-week'),
      timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu'),
      overMs: fc.integer({ min: 3, max: 5 }).map((n) => n * weekMs),
    }),
  );
  const days = fc.uniqueArray(fc.integer({ min: 20_400, max: 20_800 }), { maxLength: 30 });

  it('gives whole windows that end before, within reach, in order, none twice, of one group, and no holidays', () => {
    fc.assert(
      fc.property(
        spec,
        fc.constantFrom(0.5, 1, 6).map((hours) => hours * hourMs),
        fc.integer({ min: 20_500 * 24, max: 20_800 * 24 }),
        days,
        (one, windowMs, hour, dates) => {
          const calendar = holidaysOf({
            timeZone: 'UTC',
            holidays: dates.map((day) => ({ name: 'off', fromDay: day, toDay: day })),
          });
          const rule = earlierRule(one, windowMs, calendar);
          const startMs = Math.floor((hour * hourMs) / windowMs) * windowMs;
          const { kind, occasions } = rule.earlier(startMs, never);
          let last = Number.NEGATIVE_INFINITY;
          for (const { fromMs, toMs } of occasions.flat()) {
            expect(fromMs).toBeGreaterThanOrEqual(last);
            expect(toMs).toBeGreaterThan(fromMs);
            expect([fromMs % windowMs, toMs % windowMs]).toEqual([0, 0]);
            last = toMs;
            if (kind === 'holiday') continue;
            for (let at = fromMs; at < toMs; at += windowMs) {
              expect(rule.placeOf(at)?.group).toBe(rule.placeOf(startMs)?.group);
              expect(calendar.of(at, windowMs)).toBeUndefined();
            }
            expect(fromMs).toBeGreaterThanOrEqual(startMs - one.overMs);
          }
          expect(last).toBeLessThanOrEqual(startMs);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('has a key of its own', () => {
    fc.assert(
      fc.property(spec, spec, (a, b) => {
        expect(earlierKey(a) === earlierKey(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});
