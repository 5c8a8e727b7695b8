import type { HolidayDate, Holidays } from '../../common/calendar.ts';
import { formatDuration } from '../../common/duration.ts';
import { type LocalClock, localClock } from '../../common/local-time.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const weekMs = 7 * dayMs;

export const seasonKinds = ['hour-of-day', 'hour-of-week', 'day-of-week'] as const;
export type SeasonKind = (typeof seasonKinds)[number];

/** What a window is compared with, where that is windows before it. */
export type EarlierSpec =
  | { readonly kind: 'rolling'; readonly overMs: number }
  | {
      readonly kind: 'seasonal';
      readonly season: SeasonKind;
      /** IANA name; the clock that tells hours and days. */
      readonly timeZone: string;
      readonly overMs: number;
    };

/** Names a comparison within a reference: equal for comparisons whose ordinary distances are the same. */
export function earlierKey(spec: EarlierSpec): string {
  const over = formatDuration(spec.overMs).replace(' ', '');
  return spec.kind === 'rolling' ? `rolling:${over}` : `seasonal:${spec.season}:${over}:${spec.timeZone}`;
}

/** So many earlier occasions of a season are needed: of fewer, one odd day is half of what is called ordinary. */
export const occasionsNeeded = 3;
/** Holidays are few and far apart; those before the last dozen days of them say little. */
const holidaysMax = 12;

/** The time from one occasion of a season to the next. */
export function seasonPeriodMs(season: SeasonKind): number {
  return season === 'hour-of-day' ? dayMs : weekMs;
}

export interface Span {
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

/** The windows before one that it is compared with. */
export interface EarlierWindows {
  readonly kind: 'rolling' | 'seasonal' | 'holiday';
  /** `Mondays 08:00`, `holidays named Easter`; of rolling, `7d`. */
  readonly label: string;
  /** The latest last; the windows of one occasion put together where they touch. Of rolling there is one occasion. */
  readonly occasions: readonly (readonly Span[])[];
}

/** Where a window stands among others: those of one group are compared, those of one occasion are not. */
export interface Place {
  readonly group: number;
  readonly occasion: number;
}

export interface EarlierRule {
  readonly key: string;
  readonly spec: EarlierSpec;
  readonly windowMs: number;
  /** Undefined for a window on a holiday: it is never counted among the ordinary. */
  placeOf(startMs: number): Place | undefined;
  /** `sinceMs`: nothing before it is stored. */
  earlier(startMs: number, sinceMs: number): EarlierWindows;
}

/**
 * The rule by which earlier windows are chosen. Windows are aligned to 1970, and a window belongs to the season of its start.
 * A season is an hour of the day, an hour of the week or a day of the week on the clocks of the zone, so that it moves with
 * summer time; of windows of a day and longer, hours of the week are days of the week.
 */
export function earlierRule(spec: EarlierSpec, windowMs: number, holidays: Holidays | undefined): EarlierRule {
  const clock = localClock(spec.kind === 'seasonal' ? spec.timeZone : 'UTC');
  const season = spec.kind === 'seasonal' ? seasonOfWindows(spec.season, windowMs) : undefined;
  const holidayOf = (startMs: number): HolidayDate | undefined => holidays?.of(startMs, windowMs);
  const placeOf = (startMs: number): Place | undefined => {
    if (holidayOf(startMs) !== undefined) return undefined;
    if (season === undefined) return { group: 0, occasion: startMs };
    return { group: groupAt(clock, season, startMs), occasion: clock.at(startMs).day };
  };
  return {
    key: earlierKey(spec),
    spec,
    windowMs,
    placeOf,
    earlier(startMs, sinceMs) {
      const holiday = holidayOf(startMs);
      if (holiday !== undefined && holidays !== undefined)
        return earlierHolidays({ holiday, holidays, clock, season, windowMs, startMs, sinceMs });
      const own = placeOf(startMs) as Place;
      const byOccasion = new Map<number, Span[]>();
      const first = Math.max(startMs - spec.overMs, sinceMs);
      for (let at = startMs - windowMs; at >= first; at -= windowMs) {
        const place = placeOf(at);
        if (place === undefined || place.group !== own.group || place.occasion >= own.occasion) continue;
        add(byOccasion, season === undefined ? 0 : place.occasion, { fromMs: at, toMs: at + windowMs });
      }
      const place = clock.timeZone === 'UTC' ? '' : ` (${clock.timeZone})`;
      const label = season === undefined ? formatDuration(spec.overMs) : `${labelOf(season, own.group)}${place}`;
      return { kind: spec.kind, label, occasions: inOrder(byOccasion) };
    },
  };
}

/** Those of the windows for which `keep` holds, by their start; occasions of which nothing is left are left out. */
export function keepWindows(
  windows: EarlierWindows,
  windowMs: number,
  keep: (startMs: number) => boolean,
): EarlierWindows {
  const occasions = windows.occasions.map((spans) => {
    const kept: Span[] = [];
    for (const { fromMs, toMs } of spans)
      for (let at = fromMs; at < toMs; at += windowMs) {
        if (!keep(at)) continue;
        const last = kept.at(-1);
        if (last?.toMs === at) kept[kept.length - 1] = { fromMs: last.fromMs, toMs: at + windowMs };
        else kept.push({ fromMs: at, toMs: at + windowMs });
      }
    return kept;
  });
  return { ...windows, occasions: occasions.filter((spans) => spans.length > 0) };
}

export function lengthOf({ occasions }: EarlierWindows): number {
  return occasions.flat().reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
}

function seasonOfWindows(season: SeasonKind, windowMs: number): SeasonKind {
  return season === 'hour-of-week' && windowMs >= dayMs ? 'day-of-week' : season;
}

function groupAt(clock: LocalClock, season: SeasonKind, startMs: number): number {
  const { hour, weekday } = clock.at(startMs);
  if (season === 'hour-of-day') return hour;
  return season === 'day-of-week' ? weekday : weekday * 24 + hour;
}

const weekdays = ['Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays', 'Sundays'];

function labelOf(season: SeasonKind, group: number): string {
  const hour = `${String(group % 24).padStart(2, '0')}:00`;
  if (season === 'hour-of-day') return `days at ${hour}`;
  if (season === 'day-of-week') return weekdays[group] as string;
  return `${weekdays[Math.floor(group / 24)]} ${hour}`;
}

/**
 * A holiday takes the place of the day: its windows are compared with earlier days of the same name where there are enough of
 * them, else with all earlier holidays, at the same hour where the season is one of hours. They are looked for as far back as
 * panes are kept, since holidays come once a year.
 */
function earlierHolidays(request: {
  readonly holiday: HolidayDate;
  readonly holidays: Holidays;
  readonly clock: LocalClock;
  readonly season: SeasonKind | undefined;
  readonly windowMs: number;
  readonly startMs: number;
  readonly sinceMs: number;
}): EarlierWindows {
  const { holiday, holidays, clock, season, windowMs, startMs, sinceMs } = request;
  const before = holidays.before(holiday.day).filter(({ day }) => holidays.clock.startOfDay(day) >= sinceMs);
  const named = before.filter(({ name }) => name === holiday.name);
  const repeats = named.length >= occasionsNeeded;
  const hour =
    season !== undefined && season !== 'day-of-week' && windowMs < dayMs ? clock.at(startMs).hour : undefined;
  const byOccasion = new Map<number, Span[]>();
  for (const { day } of (repeats ? named : before).slice(0, holidaysMax)) {
    const endMs = holidays.clock.startOfDay(day + 1);
    const half = windowMs / 2;
    const lastMs = (Math.ceil((endMs - half) / windowMs) - 1) * windowMs;
    for (let at = lastMs; at + half >= holidays.clock.startOfDay(day); at -= windowMs) {
      if (hour === undefined || clock.at(at).hour === hour) add(byOccasion, day, { fromMs: at, toMs: at + windowMs });
    }
  }
  const label = repeats ? `days of ${holiday.name}` : 'holidays';
  return { kind: 'holiday', label, occasions: inOrder(byOccasion) };
}

/** Spans come latest first; those that touch become one. */
function add(byOccasion: Map<number, Span[]>, occasion: number, span: Span): void {
  const spans = byOccasion.get(occasion);
  const last = spans?.at(-1);
  if (spans === undefined || last === undefined) byOccasion.set(occasion, [span]);
  else if (last.fromMs === span.toMs) spans[spans.length - 1] = { fromMs: span.fromMs, toMs: last.toMs };
  else spans.push(span);
}

function inOrder(byOccasion: ReadonlyMap<number, readonly Span[]>): readonly (readonly Span[])[] {
  return [...byOccasion].sort(([a], [b]) => a - b).map(([, spans]) => [...spans].reverse());
}
