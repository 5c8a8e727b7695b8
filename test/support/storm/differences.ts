import { createClient } from '@clickhouse/client';
import { headerOf, type ReadMessage } from '../kafka-read.ts';
import type { Expected } from './expected.ts';

/**
 * Compares what the tables hold with what they must hold, row by row, by a client and by statements of its own. Each difference is
 * a sentence; at most `differencesMax` are told of each table.
 */
const differencesMax = 5;
const verdicts = ['valid', 'coerced', 'flagged'] as const;

export async function findDifferences(storeUrl: string, database: string, expected: Expected): Promise<string[]> {
  const client = createClient({ url: storeUrl, database });
  const rows = async <Row extends readonly unknown[]>(query: string): Promise<Row[]> => {
    const result = await client.query({ query, format: 'JSONCompactEachRow' });
    return (await result.json()) as unknown as Row[];
  };
  try {
    return [
      ...compareEvents(
        expected,
        await rows('SELECT partition, toString(offset), verdict, duplicate, id FROM events FINAL'),
      ),
      ...comparePredictions(
        expected,
        await rows("SELECT partition, toString(offset), id FROM predictions FINAL WHERE slot = 'champion'"),
      ),
      ...compareDeadLetters(
        expected,
        await rows('SELECT partition, toString(offset), toString(reason) FROM dead_letters FINAL'),
      ),
      ...compareChunks(
        expected,
        await rows(
          'SELECT partition, toString(from_offset), toString(to_offset), toString(read) FROM chunks FINAL ORDER BY partition, from_offset',
        ),
      ),
      ...compareProfiles(
        expected,
        await rows(
          `SELECT toString(toUnixTimestamp64Milli(pane)), toString(feature), toString(sum(n)), toString(sum(missing + invalid + unseen + arraySum(bin_count)))
           FROM profiles FINAL WHERE segment = '' AND chunk_id IN (SELECT chunk_id FROM chunks FINAL) GROUP BY pane, feature`,
        ),
      ),
    ];
  } finally {
    await client.close();
  }
}

type Place = readonly [partition: number, offset: string, ...rest: unknown[]];
const placeOf = ([partition, offset]: Place) => `${partition}/${offset}`;

/** Rows against what must be there, by place; `describe` gives what is compared of a row, and of what is expected. */
function compareByPlace<Row extends Place, Wanted>(
  table: string,
  found: readonly Row[],
  wanted: ReadonlyMap<string, Wanted>,
  describe: { readonly row: (row: Row) => string; readonly wanted: (wanted: Wanted) => string },
): string[] {
  const out: string[] = [];
  const seen = new Set<string>();
  for (const row of found) {
    const place = placeOf(row);
    const must = wanted.get(place);
    if (seen.has(place)) out.push(`${table}: ${place} is there twice`);
    else if (must === undefined) out.push(`${table}: ${place} should not be there (${describe.row(row)})`);
    else if (describe.row(row) !== describe.wanted(must))
      out.push(`${table}: ${place} is ${describe.row(row)}, not ${describe.wanted(must)}`);
    seen.add(place);
  }
  for (const [place, must] of wanted)
    if (!seen.has(place)) out.push(`${table}: ${place} is lost (${describe.wanted(must)})`);
  return shorten(table, out);
}

function compareEvents(
  { events }: Expected,
  found: readonly (readonly [number, string, number, number, string])[],
): string[] {
  return compareByPlace('events', found, events, {
    row: ([, , verdict, duplicate, id]) => `${id} ${verdicts[verdict]}${duplicate === 1 ? ' duplicate' : ''}`,
    wanted: ({ id, verdict, duplicate }) => `${id} ${verdict}${duplicate ? ' duplicate' : ''}`,
  });
}

function comparePredictions({ events }: Expected, found: readonly (readonly [number, string, string])[]): string[] {
  const scored = new Map([...events].filter(([, { duplicate }]) => !duplicate));
  return compareByPlace('predictions', found, scored, { row: ([, , id]) => id, wanted: ({ id }) => id });
}

function compareDeadLetters(
  { deadLetters }: Expected,
  found: readonly (readonly [number, string, string])[],
): string[] {
  return compareByPlace('dead_letters', found, deadLetters, {
    row: ([, , reason]) => reason,
    wanted: (reason) => reason,
  });
}

/** The topic of dead letters, as a reader of committed messages sees it: one for each refused message. */
export function compareLetters({ deadLetters }: Expected, found: readonly ReadMessage[]): string[] {
  const rows = found.map((letter): [number, string, string] => [
    Number(headerOf(letter, 'tidemark.partition')),
    headerOf(letter, 'tidemark.offset') ?? '',
    headerOf(letter, 'tidemark.reason') ?? '',
  ]);
  const describe = { row: ([, , reason]: (typeof rows)[number]) => reason, wanted: (reason: string) => reason };
  return compareByPlace('topic of dead letters', rows, deadLetters, describe);
}

/** The same by another client, which finds the positions `source/partition/offset` in the headers. */
export function comparePlaces({ deadLetters }: Expected, found: readonly string[]): string[] {
  const rows = found.map((place): [number, string] => {
    const [offset = '', partition = ''] = place.split('/').reverse();
    return [Number(partition), offset];
  });
  return compareByPlace('topic of dead letters, by kcat', rows, deadLetters, { row: () => '', wanted: () => '' });
}

/** The chunks of a partition follow each other from 0 to its end. */
function compareChunks({ ends }: Expected, found: readonly (readonly [number, string, string, string])[]): string[] {
  const out: string[] = [];
  const reached = new Map<number, number>();
  let read = 0;
  for (const [partition, from, to, messages] of found) {
    const before = reached.get(partition) ?? 0;
    if (Number(from) !== before) out.push(`chunks: partition ${partition} has one from ${from} after ${before}`);
    reached.set(partition, Number(to));
    read += Number(messages);
  }
  let all = 0;
  for (const [partition, end] of ends) {
    all += end;
    if ((reached.get(partition) ?? 0) !== end)
      out.push(`chunks: partition ${partition} is counted to ${reached.get(partition) ?? 0} of ${end}`);
  }
  if (read !== all) out.push(`chunks: ${read} messages read of ${all}`);
  return shorten('chunks', out);
}

/** In every pane each feature has been counted once for each event that is no duplicate, and the bins hold all of them. */
function compareProfiles(
  { events }: Expected,
  found: readonly (readonly [pane: string, feature: string, n: string, binned: string])[],
): string[] {
  const perPane = new Map<number, number>();
  for (const { duplicate, paneMs } of events.values())
    if (!duplicate) perPane.set(paneMs, (perPane.get(paneMs) ?? 0) + 1);
  const out: string[] = [];
  const features = new Set(found.map(([, feature]) => feature));
  if (features.size < 7) out.push(`profiles: only ${[...features].join(', ')} are counted`);
  for (const [pane, feature, n, binned] of found) {
    const must = perPane.get(Number(pane)) ?? 0;
    if (Number(n) !== must || Number(binned) !== must)
      out.push(
        `profiles: ${feature} at ${new Date(Number(pane)).toISOString()} has ${n} (${binned} in bins) of ${must}`,
      );
  }
  if (found.length !== perPane.size * features.size)
    out.push(`profiles: ${found.length} panes of features, not ${perPane.size} times ${features.size}`);
  return shorten('profiles', out);
}

function shorten(table: string, differences: readonly string[]): string[] {
  if (differences.length <= differencesMax) return [...differences];
  return [...differences.slice(0, differencesMax), `${table}: and ${differences.length - differencesMax} more`];
}
