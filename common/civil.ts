const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export interface CivilDate {
  /** 0 to 9999. */
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/**
 * Midnight in UTC of a day of the proleptic Gregorian calendar, ms since 1970; undefined where there is no such day.
 * Days from civil, Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2014. Date.UTC takes the years 0 to 99
 * for 1900 to 1999 and rolls 30 February over.
 */
export function civilMs({ year, month, day }: CivilDate): number | undefined {
  if (month < 1 || month > 12 || day < 1) return undefined;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (day > (monthDays[month - 1] as number) + (month === 2 && leap ? 1 : 0)) return undefined;
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * 146_097 + dayOfEra - 719_468) * 86_400_000;
}
