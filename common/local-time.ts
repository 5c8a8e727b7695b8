const quarterMs = 900_000;
const dayMs = 86_400_000;

/** Is this the name of a time zone, such as `Europe/Berlin`? By the tables of Intl; `UTC` is one. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export interface LocalTime {
  /** Days since 1970-01-01 on the calendar of the place; a whole number. */
  readonly day: number;
  /** 0 to 23, as its clocks show. */
  readonly hour: number;
  /** 0 Monday to 6 Sunday. */
  readonly weekday: number;
}

/** What calendars and clocks of one time zone show at a moment (ms since 1970), and the reverse. */
export interface LocalClock {
  readonly timeZone: string;
  at(ms: number): LocalTime;
  /** The moment at which a local day begins: the least of those it has. */
  startOfDay(day: number): number;
}

/** Clocks are put forward and back at quarters of an hour (UTC) only, so offsets are known by quarters. At most so many. */
const quartersMax = 100_000;

/** @throws RangeError where Intl knows no such zone */
export function localClock(timeZone: string): LocalClock {
  const offsetMs = timeZone === 'UTC' ? () => 0 : offsets(timeZone);
  const dayAt = (ms: number): number => Math.floor((ms + offsetMs(ms)) / dayMs);
  return {
    timeZone,
    at(ms) {
      const localMs = ms + offsetMs(ms);
      const day = Math.floor(localMs / dayMs);
      return {
        day,
        hour: Math.floor((localMs - day * dayMs) / 3_600_000),
        // 1970-01-01 was a Thursday.
        weekday: (((day + 3) % 7) + 7) % 7,
      };
    },
    startOfDay(day) {
      // No zone is more than 15 hours off, and none changes its clocks by more than a day.
      let low = (day * dayMs) / quarterMs - 64;
      let high = (day * dayMs) / quarterMs + 64;
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (dayAt(middle * quarterMs) >= day) high = middle;
        else low = middle;
      }
      return high * quarterMs;
    },
  };
}

function offsets(timeZone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    era: 'short',
  });
  const known = new Map<number, number>();
  return (ms) => {
    const quarter = Math.floor(ms / quarterMs);
    const found = known.get(quarter);
    if (found !== undefined) return found;
    if (known.size >= quartersMax) known.clear();
    const parts: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(quarter * quarterMs)) parts[type] = value;
    const number = (name: string): number => Number(parts[name]);
    const year = parts['era'] === 'BC' ? 1 - number('year') : number('year');
    const local = Date.UTC(
      2000,
      number('month') - 1,
      number('day'),
      number('hour'),
      number('minute'),
      number('second'),
    );
    const offset = new Date(local).setUTCFullYear(year, number('month') - 1, number('day')) - quarter * quarterMs;
    known.set(quarter, offset);
    return offset;
  };
}

/** Days since 1970 as `2001-12-24`. */
export function formatDay(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}
