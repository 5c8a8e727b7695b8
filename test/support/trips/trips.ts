import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { createRandom } from '../../../common/random.ts';

/** Trips of scooters: how long a trip takes goes with how far it is; forty firmwares measure the battery. */
export interface Trip {
  readonly id: string;
  readonly at: string;
  readonly distance: number;
  readonly duration: number;
  battery: number;
  readonly region: string;
  readonly firmware: string;
}

export interface TripChanges {
  /** From here on durations are those of other trips: each feature by itself is as before. */
  readonly unpairedFromMs?: number;
  /** From here on this firmware says a third of what batteries have. */
  readonly faulty?: { readonly firmware: string; readonly fromMs: number };
}

export const hourMs = 3_600_000;
export const tripsStartMs = Date.UTC(2026, 0, 5);
const perHour = 200;
const regions = ['north', 'south', 'east', 'west'];

/** Trips of the hours `[from, to)` after the start, two hundred an hour; the same for an hour whatever the range. */
export function* trips(from: number, to: number, changes: TripChanges = {}): Generator<Trip> {
  for (let hour = from; hour < to; hour++) {
    const random = createRandom(hour + 1);
    for (let at = 0; at < perHour; at++) {
      const timeMs = tripsStartMs + hour * hourMs + (at * hourMs) / perHour;
      const far = random.normal();
      const other = random.normal();
      const along = timeMs >= (changes.unpairedFromMs ?? Number.POSITIVE_INFINITY) ? other : far;
      const firmware = `fw-${random.below(40)}`;
      const faulty = firmware === changes.faulty?.firmware && timeMs >= changes.faulty.fromMs;
      const battery = 70 + 10 * random.normal();
      yield {
        id: `t${hour}-${at}`,
        at: new Date(timeMs).toISOString(),
        distance: round(3 * Math.exp(0.6 * far)),
        duration: round(12 * Math.exp(0.5 * along + 0.1 * random.normal())),
        battery: round(faulty ? battery / 3 : battery),
        region: regions[random.below(4)] as string,
        firmware,
      };
    }
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** Writes contract, reference (thirty days before the start) and pipeline; returns the path of the pipeline. */
export async function writeTrips(directory: string, events: Iterable<Trip>, changes: object = {}): Promise<string> {
  await mkdir(directory, { recursive: true });
  const lines = (rows: Iterable<Trip>) => `${Array.from(rows, (trip) => JSON.stringify(trip)).join('\n')}\n`;
  await writeFile(join(directory, 'reference.ndjson'), lines(trips(-30 * 24, 0)));
  await writeFile(join(directory, 'events.ndjson'), lines(events));
  const text = { type: 'string', required: true };
  const number = { type: 'number', required: true };
  await writeFile(
    join(directory, 'contract.yaml'),
    stringify({
      contract: 'trips',
      version: 1,
      unknownFields: 'ignore',
      features: { distance: number, duration: number, battery: number, region: text, firmware: text },
    }),
  );
  const pipeline = join(directory, 'pipeline.yaml');
  await writeFile(
    pipeline,
    stringify({
      pipeline: 'trips',
      source: { file: { path: 'events.ndjson' } },
      event: { format: 'json', id: '/id', time: '/at' },
      contract: 'contract.yaml',
      reference: 'reference.ndjson',
      windows: { pane: '1h', lateness: '0s' },
      drift: [{ against: 'training', window: '6h' }],
      samples: { perPane: 128 },
      joint: {},
      server: { port: 0 },
      store: { url: 'embedded:./store' },
      ...changes,
    }),
  );
  return pipeline;
}
