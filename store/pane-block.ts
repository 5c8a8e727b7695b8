import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Data, type Table, tableFromIPC } from 'apache-arrow';
import { createTextColumn, type Dictionary, encode } from '../common/columns.ts';
import { numbersOf, textsOf } from './arrow-columns.ts';
import type { Store } from './client.ts';

/**
 * Sealed panes of a span of event time as columns: rows in order of time, of every key the newest revision alone. What lies in
 * lists is flat, with the ends of each row's part, shape `[rows + 1]`.
 */
export interface PaneBlock {
  readonly rows: number;
  /** Start of the pane, ms since 1970; ascending. */
  readonly paneMs: Float64Array;
  /** Codes into the reader's dictionaries. */
  readonly segment: Int32Array;
  readonly feature: Int32Array;
  readonly binning: Int32Array;
  /** By the names in {@link paneNumbers}. */
  readonly numbers: Readonly<Record<PaneNumber, Float64Array>>;
  readonly bins: Lists;
  readonly binIndex: Uint16Array;
  readonly unseen: Lists;
  readonly unseenText: (at: number) => string;
  /** Registers of different values; see `drift/profile/distinct.ts`. */
  readonly distinct: Ends;
  readonly distinctIndex: Uint16Array;
  readonly distinctRank: Uint8Array;
}

/** Row `row` of the block has what is in lists from `start[row]` to `end[row]`. */
export interface Ends {
  readonly start: Int32Array;
  readonly end: Int32Array;
}

/** Counts of lists. */
export interface Lists extends Ends {
  readonly counts: Float64Array;
}

export const paneNumbers = [
  'n',
  'missing',
  'invalid',
  'zero',
  'nan',
  'pos_inf',
  'neg_inf',
  'min',
  'max',
  'sum_z',
  'sum_z2',
  'unseen',
] as const;
export type PaneNumber = (typeof paneNumbers)[number];

/** One code for a text in all blocks. */
export interface PaneDictionaries {
  readonly segment: Dictionary;
  readonly feature: Dictionary;
  readonly binning: Dictionary;
}

let files = 0;

/**
 * Reads the panes that start in `[fromMs, toMs)`. Without FINAL: revisions are compared here, which costs less than the engine's
 * merging of rows with lists. As Arrow, since the lists would be parsed number by number from JSON.
 */
export async function readPaneBlock(
  store: Store,
  span: { readonly fromMs: number; readonly toMs: number },
  dictionaries: PaneDictionaries,
): Promise<PaneBlock> {
  const path = join(
    store.directory === undefined ? tmpdir() : join(store.directory, 'spool'),
    `tidemark-${process.pid}-panes-${files++}.arrow`,
  );
  try {
    await store.exportArrow(
      `SELECT toFloat64(toUnixTimestamp64Milli(pane)) AS start, toFloat64(pane_ms) AS length, toFloat64(revision) AS version,
         segment, feature, binning, ${paneNumbers.map((name) => `toFloat64("${name}") AS "number_${name}"`).join(', ')},
         bin_index, bin_count, unseen_value, unseen_count, distinct_index, distinct_rank
       FROM \`${store.database}\`.sealed_profiles
       WHERE pane >= fromUnixTimestamp64Milli({from:Int64}) AND pane < fromUnixTimestamp64Milli({to:Int64})`,
      { from: span.fromMs, to: span.toMs },
      path,
    );
    return decode(tableFromIPC(await readFile(path)), dictionaries);
  } finally {
    await rm(path, { force: true });
  }
}

function decode(table: Table, dictionaries: PaneDictionaries): PaneBlock {
  const numbers = (name: string) => numbersOf(table, name).values;
  const paneMs = numbers('start');
  const keys = {
    paneMs,
    lengthMs: numbers('length'),
    revision: numbers('version'),
    segment: codesOf(table, 'segment', dictionaries.segment),
    feature: codesOf(table, 'feature', dictionaries.feature),
    binning: codesOf(table, 'binning', dictionaries.binning),
  };
  const order = newestInOrder(keys);
  const take = order === undefined ? <A>(all: A): A => all : <A extends Numbers>(all: A): A => taken(all, order);
  const bins = listsOf(table, 'bin_count');
  const unseen = listsOf(table, 'unseen_count');
  const distinct = endsOf(table, 'distinct_index');
  return {
    rows: order?.length ?? table.numRows,
    paneMs: take(paneMs),
    segment: take(keys.segment),
    feature: take(keys.feature),
    binning: take(keys.binning),
    numbers: Object.fromEntries(paneNumbers.map((name) => [name, take(numbers(`number_${name}`))])) as Record<
      PaneNumber,
      Float64Array
    >,
    bins: { start: take(bins.start), end: take(bins.end), counts: bins.counts },
    binIndex: valuesOfLists(table, 'bin_index', Uint16Array),
    unseen: { start: take(unseen.start), end: take(unseen.end), counts: unseen.counts },
    unseenText: textsOfLists(table, 'unseen_value'),
    distinct: { start: take(distinct.start), end: take(distinct.end) },
    distinctIndex: valuesOfLists(table, 'distinct_index', Uint16Array),
    distinctRank: valuesOfLists(table, 'distinct_rank', Uint8Array),
  };
}

type Numbers = Float64Array | Int32Array;

function taken<A extends Numbers>(all: A, order: Int32Array): A {
  const out = (all instanceof Int32Array ? new Int32Array(order.length) : new Float64Array(order.length)) as A;
  for (let at = 0; at < order.length; at++) out[at] = all[order[at] as number] as number;
  return out;
}

interface Keys {
  readonly paneMs: Float64Array;
  readonly lengthMs: Float64Array;
  readonly revision: Float64Array;
  readonly segment: Int32Array;
  readonly feature: Int32Array;
  readonly binning: Int32Array;
}

/** The rows that count, in order of time; undefined where the table is so already. */
function newestInOrder(keys: Keys): Int32Array | undefined {
  const { paneMs, revision } = keys;
  const rows = paneMs.length;
  let ordered = true;
  for (let row = 1; row < rows && ordered; row++) ordered = (paneMs[row - 1] as number) <= (paneMs[row] as number);
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  if (!ordered) order.sort((a, b) => (paneMs[a] as number) - (paneMs[b] as number) || a - b);
  const keyOf = keyOfRow(keys);
  const newest = new Map<number, number>();
  let kept = 0;
  for (let at = 0; at < rows; at++) {
    const row = order[at] as number;
    if (kept > 0 && paneMs[row] !== paneMs[order[kept - 1] as number]) newest.clear();
    const key = keyOf(row);
    const place = newest.get(key);
    if (place === undefined) {
      newest.set(key, kept);
      order[kept++] = row;
    } else if ((revision[row] as number) > (revision[order[place] as number] as number)) order[place] = row;
  }
  return ordered && kept === rows ? undefined : order.subarray(0, kept);
}

/** A whole number that differs for rows of one pane with different keys. */
function keyOfRow({ lengthMs, segment, feature, binning }: Keys): (row: number) => number {
  const features = largest(feature) + 1;
  const binnings = largest(binning) + 1;
  const lengths: number[] = [];
  return (row) => {
    let length = lengths.indexOf(lengthMs[row] as number);
    if (length < 0) length = lengths.push(lengthMs[row] as number) - 1;
    const within =
      ((segment[row] as number) * features + (feature[row] as number)) * binnings + (binning[row] as number);
    // Panes that start at one time have few lengths: minutes, hours, days.
    return within * 16 + length;
  };
}

function largest(codes: Int32Array): number {
  return codes.reduce((most, code) => Math.max(most, code), 0);
}

function codesOf(table: Table, name: string, dictionary: Dictionary): Int32Array {
  const column = textsOf(table, name) ?? createTextColumn(table.numRows);
  const ours = Int32Array.from(column.dictionary.values, (value) => encode(dictionary, value));
  return column.codes.map((code) => ours[code] as number);
}

function* childrenOf(table: Table, name: string): Generator<{ readonly list: Data; readonly child: Data }> {
  for (const batch of table.batches) {
    const list = batch.getChild(name)?.data[0];
    const child = list?.children[0];
    if (list !== undefined && child !== undefined) yield { list, child };
  }
}

/** Lists of 64-bit counts, as doubles: exact below 2^53. */
function listsOf(table: Table, name: string): Lists {
  const parts = [...childrenOf(table, name)];
  const counts = new Float64Array(parts.reduce((sum, { child }) => sum + child.length, 0));
  let base = 0;
  for (const { child } of parts) {
    const wide = child.values as BigUint64Array;
    const halves = new Uint32Array(wide.buffer, wide.byteOffset, 2 * child.length);
    for (let at = 0; at < child.length; at++)
      counts[base + at] = (halves[2 * at] as number) + (halves[2 * at + 1] as number) * 4294967296;
    base += child.length;
  }
  return { ...endsOf(table, name), counts };
}

function endsOf(table: Table, name: string): Ends {
  const start = new Int32Array(table.numRows);
  const end = new Int32Array(table.numRows);
  let row = 0;
  let base = 0;
  for (const { list, child } of childrenOf(table, name)) {
    const offsets = list.valueOffsets as Int32Array;
    for (let at = 0; at < list.length; at++, row++) {
      start[row] = base + (offsets[at] as number);
      end[row] = base + (offsets[at + 1] as number);
    }
    base += child.length;
  }
  return { start, end };
}

function valuesOfLists<A extends Uint8Array | Uint16Array>(
  table: Table,
  name: string,
  type: { new (length: number): A },
): A {
  const parts = [...childrenOf(table, name)].map(({ child }) => (child.values as A).subarray(0, child.length));
  if (parts.length === 1) return parts[0] as A;
  const all = new type(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Texts are rare among panes: each is decoded when it is asked for. */
function textsOfLists(table: Table, name: string): (at: number) => string {
  const parts = [...childrenOf(table, name)].map(({ child }) => child);
  return (at) => {
    let within = at;
    for (const { length, values, valueOffsets } of parts) {
      if (within < length) {
        const bytes = values as Uint8Array;
        const offsets = valueOffsets as Int32Array;
        return Buffer.from(bytes.buffer, bytes.byteOffset).toString('utf8', offsets[within], offsets[within + 1]);
      }
      within -= length;
    }
    return '';
  };
}
