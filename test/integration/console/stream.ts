import { numberColumn, textColumn } from '../../../common/columns.ts';
import type { Frame } from '../../../common/feature.ts';
import { createRandom, type Random } from '../../../common/random.ts';

/** A made-up stream of flights, day by day, with three things that go wrong. The same seed gives the same days. */

export const dayMs = 86_400_000;
export const firstDayMs = Date.UTC(2001, 0, 1);
export const referenceDays = 31;
export const streamDays = 96;
export const eventsPerDay = 5000;

const airports = ['ATL', 'ORD', 'DFW', 'LAX', 'DEN', 'PHX', 'SLC', 'SEA', 'BOS', 'JFK', 'MIA', 'MSP', 'DTW', 'IAH'];

/** Days (of the stream) on which distances from Denver and Salt Lake City come in kilometres. */
export const kilometreDays = { from: 34, to: 43 } as const;
/** Days on which destinations are missing more often. */
export const missingDays = { from: 62, to: 65 } as const;
/** From this day on one airport is new. */
export const newAirportDay = 90;

export interface Day {
  readonly startMs: number;
  readonly frame: Frame;
  /** Event times, ms since 1970. */
  readonly timesMs: Float64Array;
}

/** @param day 0 is the first day of the reference */
export function createDay(day: number, rows = eventsPerDay): Day {
  const random = createRandom(7_000 + day);
  const startMs = firstDayMs + day * dayMs;
  const streamDay = day - referenceDays;
  const within = ({ from, to }: { from: number; to: number }) => streamDay >= from && streamDay < to;
  const timesMs = Float64Array.from({ length: rows }, (_, row) => startMs + Math.floor((row / rows) * dayMs));
  const origin: (string | null)[] = [];
  const destination: (string | null)[] = [];
  const distance: (number | null)[] = [];
  const delay: (number | null)[] = [];
  for (let row = 0; row < rows; row++) {
    const from = draw(random);
    const to = streamDay >= newAirportDay && random.next() < 0.03 ? 'XNA' : draw(random);
    origin.push(from);
    destination.push(within(missingDays) && random.next() < 0.12 ? null : to);
    const miles = Math.max(70, Math.round(Math.exp(6.3 + 0.6 * random.normal())));
    distance.push(within(kilometreDays) && (from === 'DEN' || from === 'SLC') ? Math.round(miles * 1.609) : miles);
    const season = 3 + 3 * Math.sin((day / 120) * Math.PI);
    delay.push(Math.round((random.next() < 0.2 ? 30 * Math.abs(random.normal()) : 6 * random.normal()) + season - 6));
  }
  return {
    startMs,
    timesMs,
    frame: {
      rows,
      fields: [
        { name: 'delay', type: 'integer' },
        { name: 'distance', type: 'number' },
        { name: 'origin', type: 'string' },
        { name: 'destination', type: 'string' },
      ],
      columns: [numberColumn(delay), numberColumn(distance), textColumn(origin), textColumn(destination)],
    },
  };
}

/** Earlier airports are more frequent. */
function draw(random: Random): string {
  const u = random.next();
  return airports[Math.min(airports.length - 1, Math.floor(u * u * airports.length))] as string;
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
