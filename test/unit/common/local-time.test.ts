import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDay, isTimeZone, localClock } from '../../../common/local-time.ts';

const hourMs = 3_600_000;
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Apia'];

describe('localClock', () => {
  it('shows the hours of a place, summer time included', () => {
    const berlin = localClock('Europe/Berlin');
    expect(berlin.at(Date.UTC(2026, 0, 5, 7))).toEqual({ day: Date.UTC(2026, 0, 5) / 86_400_000, hour: 8, weekday: 0 });
    expect(berlin.at(Date.UTC(2026, 6, 6, 6))).toMatchObject({ hour: 8, weekday: 0 });
    // 29 March 2026: 02:00 does not come. 25 October: it comes twice.
    expect([0, 1].map((hour) => berlin.at(Date.UTC(2026, 2, 29, hour)).hour)).toEqual([1, 3]);
    expect([0, 1].map((hour) => berlin.at(Date.UTC(2026, 9, 25, hour)).hour)).toEqual([2, 2]);
  });

  it('knows zones that are no whole hours off, and times before 1970', () => {
    expect(localClock('Asia/Kathmandu').at(Date.UTC(2026, 0, 1, 0, 15)).hour).toBe(6);
    expect(localClock('America/New_York').at(Date.UTC(1955, 6, 1, 3))).toMatchObject({ hour: 23, weekday: 3 });
  });

  it('agrees with Intl at any moment of a century', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(1975, 0), max: Date.UTC(2060, 0) }),
        (timeZone, ms) => {
          const text = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(
            ms,
          );
          const { day, hour } = localClock(timeZone).at(ms);
          expect(`${formatDay(day)} ${String(hour).padStart(2, '0')}`).toBe(text.slice(0, 13));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('begins a day where its date begins', () => {
    for (const timeZone of zones) {
      const clock = localClock(timeZone);
      for (let day = 20_400; day < 20_800; day++) {
        const startMs = clock.startOfDay(day);
        expect(clock.at(startMs).day).toBe(day);
        expect(clock.at(startMs - 1).day).toBe(day - 1);
        expect((clock.startOfDay(day + 1) - startMs) / hourMs).toBeGreaterThanOrEqual(23);
      }
    }
  });
});

describe('isTimeZone', () => {
  it('knows IANA names and nothing else', () => {
    expect(['UTC', 'Europe/Berlin'].every(isTimeZone)).toBe(true);
    expect(['Berlin', 'Europe/Bonn', ''].some(isTimeZone)).toBe(false);
  });
});
