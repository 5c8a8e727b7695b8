import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Data, DataType, tableFromIPC, type Vector } from 'apache-arrow';
import { ErrorCode, messageOf, TidemarkError } from '../../../common/error.ts';

/** Labelled flights in order of time. Shapes `[rows]`. */
export interface FlightData {
  readonly rows: number;
  /** ms since 1970, ascending. */
  readonly timeMs: Float64Array;
  /** Index into `airports` plus one; 0 where the airport is absent. */
  readonly origin: Int32Array;
  readonly destination: Int32Array;
  /** Sorted, of both columns. */
  readonly airports: readonly string[];
  /** NaN where absent. */
  readonly distance: Float64Array;
  readonly hour: Float64Array;
  readonly weekday: Float64Array;
  /** 1 where the flight was more than 15 minutes late. */
  readonly label: Uint8Array;
  readonly weight: Float64Array;
  /** sha256 of the file. */
  readonly id: string;
}

/**
 * Reads a training file: Arrow IPC with the columns event_time, f_origin, f_destination, f_distance, f_hour, f_weekday and
 * label; `weight` is optional, others are passed over, rows without a label or a time are left out.
 * @throws FILE_UNREADABLE, FILE_MALFORMED naming the column or what is missing
 */
export async function readFlights(path: string): Promise<FlightData> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new TidemarkError(ErrorCode.FILE_UNREADABLE, messageOf(cause), { place: path, cause });
  });
  const fail = (message: string, cause?: unknown): never => {
    throw new TidemarkError(ErrorCode.FILE_MALFORMED, message, { place: path, cause });
  };
  const column = openTable(bytes, fail);
  const times = readNumbers(column('event_time'), 'event_time', fail);
  const labels = readNumbers(column('label'), 'label', fail);
  const airports = new Airports();
  const origins = airports.read(column('f_origin'), 'f_origin', fail);
  const destinations = airports.read(column('f_destination'), 'f_destination', fail);
  const numbers = (['f_distance', 'f_hour', 'f_weekday'] as const).map((name) => readNumbers(column(name), name, fail));
  const weights = column.has('weight') ? readNumbers(column('weight'), 'weight', fail) : undefined;

  const usable: number[] = [];
  for (let row = 0; row < times.length; row++) {
    const label = labels[row] as number;
    if (Number.isNaN(label) || !Number.isFinite(times[row] as number)) continue;
    if (label !== 0 && label !== 1) fail(`column label holds ${label}; it has to be 0 or 1`);
    if (weights !== undefined && !((weights[row] as number) >= 0))
      fail('column weight holds a negative number or none');
    usable.push(row);
  }
  if (usable.length === 0) fail('the data set has no labelled row');
  const order = Int32Array.from(usable);
  if (!isAscending(times, order)) order.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);

  const { names, rank } = airports.sorted();
  const pick = (values: Float64Array) => Float64Array.from(order, (row) => values[row] as number);
  const ranks = (codes: Int32Array) => Int32Array.from(order, (row) => rank[codes[row] as number] as number);
  const [distance, hour, weekday] = numbers.map(pick) as [Float64Array, Float64Array, Float64Array];
  return {
    rows: order.length,
    timeMs: pick(times),
    origin: ranks(origins),
    destination: ranks(destinations),
    airports: names,
    distance,
    hour,
    weekday,
    label: Uint8Array.from(order, (row) => labels[row] as number),
    weight: weights === undefined ? new Float64Array(order.length).fill(1) : pick(weights),
    id: createHash('sha256').update(bytes).digest('hex'),
  };
}

type Fail = (message: string, cause?: unknown) => never;

function openTable(bytes: Buffer, fail: Fail): { (name: string): Vector; has(name: string): boolean } {
  let table: ReturnType<typeof tableFromIPC>;
  try {
    table = tableFromIPC(bytes);
  } catch (cause) {
    return fail(`the file is not Arrow IPC, or it is damaged: ${messageOf(cause)}`, cause);
  }
  const has = (name: string) => table.schema.fields.some((field) => field.name === name);
  if (table.schema.fields.length === 0) fail('the file is not Arrow IPC, or it is empty');
  const column = (name: string): Vector => {
    if (!has(name)) {
      fail(`column ${name} is missing; the file has ${table.schema.fields.map((field) => field.name).join(', ')}`);
    }
    return table.getChild(name) as Vector;
  };
  return Object.assign(column, { has });
}

function isAscending(times: Float64Array, order: Int32Array): boolean {
  for (let at = 1; at < order.length; at++) {
    if ((times[order[at] as number] as number) < (times[order[at - 1] as number] as number)) return false;
  }
  return true;
}

/** Any numeric, boolean or timestamp column as doubles (timestamps in ms); null is NaN. */
function readNumbers(vector: Vector, name: string, fail: Fail): Float64Array {
  const type: DataType = vector.type;
  const numeric = DataType.isInt(type) || DataType.isFloat(type) || DataType.isBool(type) || DataType.isTimestamp(type);
  if (!numeric) return fail(`column ${name} is of type ${type}; it has to be a number`);
  const values = new Float64Array(vector.length);
  let at = 0;
  for (const data of vector.data as readonly Data[]) {
    const plain = data.nullCount === 0 && (data.values instanceof Float64Array || data.values instanceof Float32Array);
    if (plain) values.set(data.values.subarray(0, data.length), at);
    else {
      // Arrow's own accessor knows the units of timestamps and the halves of 64-bit integers.
      for (let row = 0; row < data.length; row++) {
        const value: unknown = vector.get(at + row);
        values[at + row] = value === null ? Number.NaN : Number(value);
      }
    }
    at += data.length;
  }
  return values;
}

/** One numbering of airports for both columns; 0 is absent. */
class Airports {
  readonly #codeOf = new Map<string, number>([['', 0]]);

  read(vector: Vector, name: string, fail: Fail): Int32Array {
    const codes = new Int32Array(vector.length);
    let at = 0;
    for (const data of vector.data as readonly Data[]) {
      if (DataType.isDictionary(data.type) && data.dictionary !== undefined && DataType.isUtf8(data.type.dictionary)) {
        const table = Int32Array.from(data.dictionary, (value: string | null) => this.#code(value ?? ''));
        for (let row = 0; row < data.length; row++) {
          codes[at + row] = data.getValid(row) ? (table[Number(data.values[row])] as number) : 0;
        }
      } else if (DataType.isUtf8(data.type) || DataType.isLargeUtf8(data.type)) {
        for (let row = 0; row < data.length; row++)
          codes[at + row] = this.#code((vector.get(at + row) as string) ?? '');
      } else fail(`column ${name} is of type ${data.type}; it has to be text`);
      at += data.length;
    }
    return codes;
  }

  /** Names in order, and the rank of each code in it plus one. */
  sorted(): { readonly names: string[]; readonly rank: Int32Array } {
    const names = [...this.#codeOf.keys()].filter((name) => name !== '').sort();
    const rank = new Int32Array(this.#codeOf.size);
    names.forEach((name, at) => {
      rank[this.#codeOf.get(name) as number] = at + 1;
    });
    return { names, rank };
  }

  #code(value: string): number {
    const known = this.#codeOf.get(value);
    if (known !== undefined) return known;
    const code = this.#codeOf.size;
    this.#codeOf.set(value, code);
    return code;
  }
}
