import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NumberColumn, TextColumn } from '../../common/columns.ts';
import { columnOf, type Frame } from '../../common/feature.ts';
import { createRandom } from '../../common/random.ts';
import { type FaultKind, faultKinds, iso, linesOf } from './faults.ts';

/** What the stream was made of: the truth that the summary is compared with. */
export interface Injected {
  readonly seed: number;
  readonly flights: number;
  readonly lines: number;
  readonly faults: Readonly<Record<FaultKind, number>>;
}

export interface PreparedFiles {
  readonly events: string;
  readonly labels: string;
  readonly january: January;
  readonly injected: Injected;
}

/** The flights that the contract, the first model and the reference are made from. Arrays of one length. */
export interface January {
  readonly frame: Frame;
  /** 1 where the flight was more than 15 minutes late. */
  readonly late: Float64Array;
}

/** A flight is late when it arrives more than so many minutes after schedule. */
export const lateMinutes = 15;
const seed = 20010201;
const streamFromMs = Date.parse('2001-02-01T00:00Z');
const streamToMs = Date.parse('2001-07-01T00:00Z');

/**
 * Turns the real flights into files: January as columns, February to June as lines of events and of labels, each in the order
 * in which it becomes known, with the faults in it. Written once; a second start finds them.
 */
export async function prepareFiles(directory: string, flights: Frame, parquet: string): Promise<PreparedFiles> {
  await mkdir(directory, { recursive: true });
  const events = join(directory, 'events.ndjson');
  const labels = join(directory, 'labels.ndjson');
  const stamp = join(directory, 'injected.json');
  const source = createHash('sha256').update(parquet).update(String(seed)).digest('hex').slice(0, 12);
  const stream = columnsOf(flights);
  if (!existsSync(stamp)) {
    const injected = await writeEvents(events, stream);
    await writeLabels(labels, stream);
    // Written last: a start that is interrupted before begins anew.
    await writeFile(`${stamp}.part`, JSON.stringify({ source, ...injected }, null, 2));
    await rename(`${stamp}.part`, stamp);
  }
  const injected = JSON.parse(await readFile(stamp, 'utf8')) as Injected;
  return { events, labels, injected, january: januaryOf(flights, stream) };
}

interface FlightColumns {
  readonly rows: number;
  readonly date: Float64Array;
  readonly delay: Float64Array;
  readonly distance: Float64Array;
  readonly origin: TextColumn;
  readonly destination: TextColumn;
}

function columnsOf(frame: Frame): FlightColumns {
  const numbers = (name: string) => (columnOf(frame, name) as NumberColumn).values;
  return {
    rows: frame.rows,
    date: numbers('date'),
    delay: numbers('delay'),
    distance: numbers('distance'),
    origin: columnOf(frame, 'origin') as TextColumn,
    destination: columnOf(frame, 'destination') as TextColumn,
  };
}

const textAt = ({ codes, dictionary }: TextColumn, row: number): string =>
  dictionary.values[codes[row] as number] as string;
const idOf = (row: number): string => `f${String(row).padStart(7, '0')}`;
/** A gateway receives an event one to twenty seconds after its scheduled time. */
const receivedAt = (scheduledMs: number, row: number): number => scheduledMs + 1000 + ((row * 7919) % 19_000);

function januaryOf({ fields, columns }: Frame, stream: FlightColumns): January {
  const rows = stream.date.findIndex((timeMs) => timeMs >= streamFromMs);
  const validity = new Uint8Array((rows + 7) >> 3).fill(0xff);
  const number = (values: Float64Array) => ({ kind: 'number', values, validity }) as const;
  const text = (column: TextColumn): TextColumn => ({ ...column, codes: column.codes.subarray(0, rows), validity });
  const scheduled = stream.date.subarray(0, rows);
  return {
    frame: {
      rows,
      fields: [
        { name: 'scheduled', type: 'timestamp' },
        { name: 'received', type: 'timestamp' },
        { name: 'origin', type: 'string' },
        { name: 'destination', type: 'string' },
        {
          name: 'distance',
          type:
            fields[columns.indexOf(columnOf({ rows, fields, columns }, 'distance') as NumberColumn)]?.type ?? 'number',
        },
      ],
      columns: [
        number(scheduled),
        number(scheduled.map(receivedAt)),
        text(stream.origin),
        text(stream.destination),
        number(stream.distance.subarray(0, rows)),
      ],
    },
    late: stream.delay.subarray(0, rows).map((minutes) => Number(minutes > lateMinutes)),
  };
}

async function writeEvents(path: string, flights: FlightColumns): Promise<Omit<Injected, 'source'>> {
  const random = createRandom(seed);
  const faults = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  const lines: (Buffer | string)[] = [];
  const order: number[] = [];
  let count = 0;
  for (let row = 0; row < flights.rows; row++) {
    const scheduledMs = flights.date[row] as number;
    if (scheduledMs < streamFromMs || scheduledMs >= streamToMs) continue;
    count++;
    const flight = {
      id: idOf(row),
      scheduledMs,
      receivedMs: receivedAt(scheduledMs, row),
      origin: textAt(flights.origin, row),
      destination: textAt(flights.destination, row),
      distance: flights.distance[row] as number,
    };
    for (const { receivedMs, bytes } of linesOf(flight, random, (kind) => faults[kind]++)) {
      order.push(orderKey(receivedMs, lines.length));
      lines.push(bytes);
    }
  }
  await writeLines(path, order, (at) => lines[at] as Buffer | string);
  return { seed, flights: count, lines: lines.length, faults };
}

/** Labels become known when the flight has landed: schedule, delay, and the time in the air. */
async function writeLabels(path: string, flights: FlightColumns): Promise<void> {
  const order: number[] = [];
  const landedMs = (row: number) => {
    const airborneMin = 30 + (flights.distance[row] as number) / 7.5;
    return (flights.date[row] as number) + Math.round(airborneMin + Math.max(0, flights.delay[row] as number)) * 60_000;
  };
  for (let row = 0; row < flights.rows; row++) {
    const scheduledMs = flights.date[row] as number;
    if (scheduledMs >= streamFromMs && scheduledMs < streamToMs) order.push(orderKey(landedMs(row), row));
  }
  await writeLines(path, order, (row) => {
    const delay = flights.delay[row] as number;
    return `{"id":"${idOf(row)}","landed":"${iso(landedMs(row))}","delay":${delay},"late":${delay > lateMinutes}}`;
  });
}

/** Time to the second and a number below 2^23 in one double, so that sorting numbers sorts lines by time. */
const orderKey = (timeMs: number, at: number): number => Math.floor((timeMs - streamFromMs) / 1000) * 8_388_608 + at;

async function writeLines(
  path: string,
  order: readonly number[],
  lineAt: (at: number) => Buffer | string,
): Promise<void> {
  const file = await open(path, 'w');
  const newline = Buffer.from('\n');
  let parts: Buffer[] = [];
  let text = '';
  for (const key of Float64Array.from(order).sort()) {
    const line = lineAt(key % 8_388_608);
    if (typeof line === 'string') text += `${line}\n`;
    else {
      parts.push(Buffer.from(text), line, newline);
      text = '';
    }
    if (text.length > 4_000_000 || parts.length > 1000) {
      await file.writev([...parts, Buffer.from(text)]);
      parts = [];
      text = '';
    }
  }
  await file.writev([...parts, Buffer.from(text)]);
  await file.close();
}
