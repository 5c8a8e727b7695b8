const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const weekMs = 7 * dayMs;
/** 1970-01-01 was a Thursday: weeks begin on Monday, 00:00 UTC. */
const mondayOffsetMs = 3 * dayMs;

/** How many seasons windows of this length have: a week's hours, a week's days, or one where a week is too short. */
export function seasonCount(windowMs: number): number {
  if (windowMs >= weekMs) return 1;
  if (windowMs >= dayMs) return 7;
  return 168;
}

/** The season of the window that starts at `startMs`: hour of the week (UTC, Monday first) below a day, else its day. */
export function seasonOf(startMs: number, windowMs: number): number {
  const count = seasonCount(windowMs);
  if (count === 1) return 0;
  const within = (((startMs + mondayOffsetMs) % weekMs) + weekMs) % weekMs;
  return Math.floor(within / (count === 7 ? dayMs : hourMs));
}

/** The coarser season above one: its hour of the day, where seasons are hours of the week. */
export function parentSeason(season: number, seasons: number): number {
  return seasons === 168 ? season % 24 : 0;
}
