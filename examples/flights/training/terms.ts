import type { FlightData } from './dataset.ts';

/** One additive part of the logit: every row has one level of it. Level 0 is unknown and weighs nothing, as the average does. */
export interface Term {
  readonly name: string;
  readonly levels: number;
  /** Pulls a level towards the average as strongly as `ridge` units of curvature (p (1 - p) summed over rows) would. */
  readonly ridge: number;
  /**
   * Pulls a level towards the average as if it had been average on so many further days. Flights of one day share their
   * weather: what was seen on three days is weak evidence, however many flights there were.
   */
  readonly ridgeDays: number;
  level(row: FlightLevels): number;
}

/** A flight in levels: 0 is unknown. */
export interface FlightLevels {
  /** 1 to the number of airports. */
  readonly origin: number;
  readonly destination: number;
  /** 1 to 24. */
  readonly hour: number;
  /** 1 (Monday) to 7. */
  readonly weekday: number;
  /** 1 to `distanceEdges.length + 1`. */
  readonly distance: number;
}

/** Miles; a level holds the distances from its edge up to the next. */
export const distanceEdges = [150, 250, 350, 450, 600, 750, 900, 1100, 1400, 1800, 2400] as const;

/** Both factors known, or 0. */
const cross = (a: number, b: number, size: number): number => (a === 0 || b === 0 ? 0 : a * size + b);

/** What a flight's lateness is made of. */
export function termsOf(airports: number): readonly Term[] {
  const codes = airports + 1;
  const term = (name: string, levels: number, ridge: number, ridgeDays: number, level: Term['level']): Term => {
    return { name, levels, ridge, ridgeDays, level };
  };
  return [
    term('hour', 25, 1, 0, ({ hour }) => hour),
    term('weekday_hour', 8 * 25, 1, 5, ({ weekday, hour }) => cross(weekday, hour, 25)),
    term('origin', codes, 5, 3, ({ origin }) => origin),
    term('destination', codes, 5, 3, ({ destination }) => destination),
    term('distance', distanceEdges.length + 2, 5, 0, ({ distance }) => distance),
    term('origin_hour', codes * 25, 30, 3, ({ origin, hour }) => cross(origin, hour, 25)),
    term('destination_hour', codes * 25, 30, 3, ({ destination, hour }) => cross(destination, hour, 25)),
    term('route', codes * codes, 30, 3, ({ origin, destination }) => cross(origin, destination, codes)),
  ];
}

export function levelsAt(data: FlightData, row: number): FlightLevels {
  return {
    origin: data.origin[row] as number,
    destination: data.destination[row] as number,
    hour: slot(data.hour[row] as number, 24),
    weekday: slot(data.weekday[row] as number, 7),
    distance: distanceLevel(data.distance[row] as number),
  };
}

/** The level of every row in every term; `[terms][rows]`. */
export function designOf(data: FlightData, terms: readonly Term[]): readonly Int32Array[] {
  const design = terms.map(() => new Int32Array(data.rows));
  for (let row = 0; row < data.rows; row++) {
    const levels = levelsAt(data, row);
    for (let t = 0; t < terms.length; t++) (design[t] as Int32Array)[row] = (terms[t] as Term).level(levels);
  }
  return design;
}

function slot(value: number, size: number): number {
  return value >= 0 && value < size ? Math.floor(value) + 1 : 0;
}

function distanceLevel(miles: number): number {
  if (Number.isNaN(miles)) return 0;
  let level = 1;
  for (const edge of distanceEdges) if (miles >= edge) level++;
  return level;
}
