import { type LocalClock, localClock } from './local-time.ts';

/** Days that are not like others: what happens on them is compared with other such days only. */
export interface Holiday {
  /** Days of one name are of one kind: Christmas and Christmas. */
  readonly name: string;
  /** Days since 1970-01-01 on the calendar of the zone. */
  readonly fromDay: number;
  /** Included. */
  readonly toDay: number;
}

export interface HolidayCalendar {
  /** IANA name: a holiday begins and ends at its midnights. */
  readonly timeZone: string;
  readonly holidays: readonly Holiday[];
}

/** One day of a holiday. */
export interface HolidayDate {
  readonly name: string;
  readonly day: number;
}

export interface Holidays {
  /** The holiday that the middle of the window is in. */
  of(startMs: number, windowMs: number): HolidayDate | undefined;
  /** Days of holidays before `day`, the latest first. */
  before(day: number): readonly HolidayDate[];
  readonly clock: LocalClock;
}

/** A day that stands in two holidays belongs to the first. */
export function holidaysOf({ timeZone, holidays }: HolidayCalendar): Holidays {
  const clock = localClock(timeZone);
  const names = new Map<number, string>();
  for (const { name, fromDay, toDay } of holidays)
    for (let day = fromDay; day <= toDay; day++) if (!names.has(day)) names.set(day, name);
  const dates = [...names].map(([day, name]): HolidayDate => ({ day, name })).sort((a, b) => b.day - a.day);
  return {
    clock,
    of(startMs, windowMs) {
      const { day } = clock.at(startMs + windowMs / 2);
      const name = names.get(day);
      return name === undefined ? undefined : { name, day };
    },
    before: (day) => dates.slice(dates.findIndex((date) => date.day < day)).filter((date) => date.day < day),
  };
}
