/**
 * Generated readings of sensors: what a number of readings must count up to is known without running anything. Reading `index`
 * is the same in every process, so producers can be killed, and what the tables hold can be compared with the plan alone.
 */

/** What is wrong with a reading on purpose. */
export const kinds = ['valid', 'coerced', 'flagged', 'missing', 'malformed'] as const;
export type Kind = (typeof kinds)[number];

export interface SensorStream {
  /** Event time of reading 0, ms since 1970. */
  readonly startMs: number;
  /** Between one reading and the next, ms; may be a fraction. */
  readonly stepMs: number;
}

export const sites = ['bergen', 'cadiz', 'delft', 'essen', 'faro', 'gent', 'hull', 'izmir', 'jena', 'kiel'] as const;
export const firmwares = ['1.4.2', '1.5.0', '1.5.1', '2.0.0'] as const;

/** A good 32-bit mix of reading and purpose (Murmur3's finaliser): uniform in [0, 1). */
function share(index: number, purpose: number): number {
  let h = Math.imul(index ^ Math.imul(purpose, 0x9e3779b1), 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  h = Math.imul(h, 0x27d4eb2f);
  h ^= h >>> 15;
  return (h >>> 0) / 4294967296;
}

/** Four readings of a thousand are wrong in some way, each kind by one. */
export function kindOf(index: number): Kind {
  const at = share(index, 1) * 1000;
  if (at < 1) return 'coerced';
  if (at < 2) return 'flagged';
  if (at < 3) return 'missing';
  return at < 4 ? 'malformed' : 'valid';
}

export function idOf(index: number): string {
  return `r${String(index).padStart(9, '0')}`;
}

export function timeOf({ startMs, stepMs }: SensorStream, index: number): number {
  return Math.floor(startMs + index * stepMs);
}

/** About normal: the sum of three uniforms, standard deviation 1. */
function bell(index: number, purpose: number): number {
  return 2 * (share(index, purpose) + share(index, purpose + 1) + share(index, purpose + 2)) - 3;
}

export interface Reading {
  readonly device: string;
  readonly site: string;
  readonly firmware: string;
  readonly temperature: number;
  readonly humidity: number;
  readonly vibration: number;
  /** Per cent. */
  readonly battery: number;
}

export function readingOf(index: number): Reading {
  const device = Math.floor(share(index, 2) * 400);
  return {
    device: `d${String(device).padStart(4, '0')}`,
    site: sites[device % sites.length] as string,
    firmware: firmwares[Math.floor(share(device, 3) ** 2 * firmwares.length)] as string,
    temperature: Math.round(100 * (18 + (device % 7) + 3 * bell(index, 10))) / 100,
    humidity: Math.round(10 * Math.min(100, Math.max(0, 50 + 15 * bell(index, 20)))) / 10,
    vibration: Math.round(10_000 * 0.02 * Math.exp(0.5 * bell(index, 30))) / 10_000,
    battery: 100 - Math.floor(share(device, 4) * 40) - Math.floor(share(index, 5) * 4),
  };
}

/** The message of a reading, about 172 bytes of JSON; and its key, the device. */
export function messageOf(stream: SensorStream, index: number): { readonly key: string; readonly value: string } {
  const { device, site, firmware, temperature, humidity, vibration, battery } = readingOf(index);
  const kind = kindOf(index);
  const time = new Date(timeOf(stream, index)).toISOString();
  const warmth = kind === 'coerced' ? `"${temperature}"` : kind === 'flagged' ? 900 : temperature;
  const place = kind === 'missing' ? '' : `"site":"${site}",`;
  const end = kind === 'malformed' ? '' : '}';
  return {
    key: device,
    value: `{"id":"${idOf(index)}","time":"${time}","device":"${device}",${place}"firmware":"${firmware}","temperature":${warmth},"humidity":${humidity},"vibration":${vibration},"battery":${battery}${end}`,
  };
}

/** How many of the readings `[from, to)` are of each kind. */
export function countKinds(from: number, to: number): Record<Kind, number> {
  const counts: Record<Kind, number> = { valid: 0, coerced: 0, flagged: 0, missing: 0, malformed: 0 };
  for (let index = from; index < to; index++) counts[kindOf(index)]++;
  return counts;
}
