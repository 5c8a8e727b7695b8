import { existsSync } from 'node:fs';
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NumberColumn, TextColumn } from '../../common/columns.ts';
import { columnOf, type Frame } from '../../common/feature.ts';
import { createRandom } from '../../common/random.ts';
import { arrowColumn, encodeArrow } from '../../store/arrow-encode.ts';
import { readFrame } from '../../store/read-file.ts';
import { type FaultKind, type Flight, faultKinds, iso, type Line, type Lot, linesOf } from './faults.ts';

/** What the stream was made of: the truth that the summary is compared with. */
export interface Injected {
  readonly seed: number;
  readonly flights: number;
  readonly lines: number;
  readonly faults: Readonly<Record<FaultKind, number>>;
}

/** A flight is late when it arrives more than so many minutes after schedule. */
export const lateMinutes = 15;
const seed = 20010201;
const streamFromMs = Date.parse('2001-02-01T00:00Z');
const streamToMs = Date.parse('2001-07-01T00:00Z');

/** What preparing leaves in its directory. */
export function filesIn(directory: string) {
  return {
    events: join(directory, 'events.ndjson'),
    labels: join(directory, 'labels.ndjson'),
    /** January as columns, with the outcome beside each flight. */
    january: join(directory, 'january.arrow'),
    injected: join(directory, 'injected.json'),
  };
}

/**
 * Turns the real flights into files: January as columns, February to June as lines of events and of labels, each in the order
 * in which it becomes known, with the faults in it. Written once; a second start finds them.
 */
export async function prepareFiles(directory: string, flights: Frame, untilMs = streamToMs): Promise<void> {
  await mkdir(directory, { recursive: true });
  const files = filesIn(directory);
  if (existsSync(files.injected)) return;
  const stream = columnsOf(flights);
  // First and at once: the contract and the first model are made from it while the stream is being written.
  await writeFile(`${files.january}.part`, encodeJanuary(stream));
  await rename(`${files.january}.part`, files.january);
  const injected = await writeEvents(files.events, stream, untilMs);
  await writeLabels(files.labels, stream, untilMs);
  // Written last: a start that is interrupted before begins anew.
  await writeFile(`${files.injected}.part`, JSON.stringify(injected, null, 2));
  await rename(`${files.injected}.part`, files.injected);
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

function encodeJanuary(stream: FlightColumns): Uint8Array {
  const rows = stream.date.findIndex((timeMs) => timeMs >= streamFromMs);
  const validity = new Uint8Array((rows + 7) >> 3).fill(0xff);
  const text = (column: TextColumn): TextColumn => ({ ...column, validity });
  const scheduled = stream.date.slice(0, rows);
  return encodeArrow(
    [
      arrowColumn.timestamp('scheduled', scheduled),
      arrowColumn.timestamp('received', scheduled.map(receivedAt)),
      arrowColumn.text('origin', rows, text(stream.origin)),
      arrowColumn.text('destination', rows, text(stream.destination)),
      arrowColumn.int64('distance', stream.distance.slice(0, rows)),
      arrowColumn.float64(
        'label',
        stream.delay.slice(0, rows).map((minutes) => Number(minutes > lateMinutes)),
      ),
    ],
    rows,
  ).bytes;
}

async function writeEvents(path: string, flights: FlightColumns, untilMs: number): Promise<Injected> {
  const random = createRandom(seed);
  const faults = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  const count = (kind: FaultKind) => {
    faults[kind]++;
  };
  const flightAt = (row: number): Flight => ({
    id: idOf(row),
    scheduledMs: flights.date[row] as number,
    receivedMs: receivedAt(flights.date[row] as number, row),
    origin: textAt(flights.origin, row),
    destination: textAt(flights.destination, row),
    distance: flights.distance[row] as number,
  });
  const first = flights.date.findIndex((timeMs) => timeMs >= streamFromMs);
  const rows = flights.rows - first;
  // Typed arrays: five million small objects would cost more to collect than all else here.
  const fault = new Float64Array(rows);
  const detail = new Float64Array(rows);
  /** Row of each line, and which of its lines it is: the bytes are made when they are written, in their order. */
  const rowOf = new Int32Array(2 * rows);
  const copyOf = new Uint8Array(2 * rows);
  const order = new Float64Array(2 * rows);
  const lotOf = (of: number): Lot => ({ fault: fault[of - first] as number, detail: detail[of - first] as number });
  let lines = 0;
  let row = first;
  for (; row < flights.rows && (flights.date[row] as number) < untilMs; row++) {
    fault[row - first] = random.next();
    detail[row - first] = random.next();
    const made = linesOf(flightAt(row), lotOf(row), count);
    for (let copy = 0; copy < made.length; copy++) {
      order[lines] = orderKey((made[copy] as Line).receivedMs, lines);
      rowOf[lines] = row;
      copyOf[lines++] = copy;
    }
  }
  await writeLines(path, order.subarray(0, lines), (at) => {
    const of = rowOf[at] as number;
    return (linesOf(flightAt(of), lotOf(of), () => {})[copyOf[at] as number] as Line).bytes();
  });
  return { seed, flights: row - first, lines, faults };
}

/** Labels become known when the flight has landed: schedule, delay, and the time in the air. */
async function writeLabels(path: string, flights: FlightColumns, untilMs: number): Promise<void> {
  const landedMs = (row: number) => {
    const airborneMin = 30 + (flights.distance[row] as number) / 7.5;
    return (flights.date[row] as number) + Math.round(airborneMin + Math.max(0, flights.delay[row] as number)) * 60_000;
  };
  const order = new Float64Array(flights.rows);
  let labels = 0;
  for (let row = 0; row < flights.rows; row++) {
    const scheduledMs = flights.date[row] as number;
    if (scheduledMs >= streamFromMs && scheduledMs < untilMs) order[labels++] = orderKey(landedMs(row), row);
  }
  await writeLines(path, order.subarray(0, labels), (row) => {
    const delay = flights.delay[row] as number;
    return `{"id":"${idOf(row)}","landed":"${iso(landedMs(row))}","delay":${delay},"late":${delay > lateMinutes}}`;
  });
}

/** Time to the second and a number below 2^23 in one double, so that sorting numbers sorts lines by time. */
const orderKey = (timeMs: number, at: number): number => Math.floor((timeMs - streamFromMs) / 1000) * 8_388_608 + at;

async function writeLines(path: string, order: Float64Array, lineAt: (at: number) => Buffer | string): Promise<void> {
  const file = await open(path, 'w');
  const newline = Buffer.from('\n');
  let parts: Buffer[] = [];
  let text = '';
  for (const key of order.sort()) {
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

/** The command: `prepare.ts PARQUET DIRECTORY [UNTIL]`. A process of its own, so that three million rows leave no memory behind. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [parquet, directory, until] = process.argv.slice(2) as [string, string, string | undefined];
  await prepareFiles(directory, await readFrame(parquet), until === undefined ? undefined : Date.parse(until));
}
