import { databaseOf } from '../../cli/runtime/runtime.ts';
import { openStore } from '../../store/client.ts';

/** What the tables of a run hold, asked by statements of their own: nothing of the worker's or the server's is used. */
export interface FlightsCounts {
  /** Sum over `chunks`. */
  readonly read: number;
  readonly chunks: number;
  /** Rows of `events` by verdict, and rows of `dead_letters` by reason; every position once. */
  readonly events: Readonly<Record<string, number>>;
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly duplicates: number;
  readonly late: number;
  readonly predictions: number;
  /** Events counted into the profiles of committed chunks, by feature: over all events, and over all segments. */
  readonly profiled: Readonly<Record<string, number>>;
  readonly profiledInSegments: Readonly<Record<string, number>>;
  /** Hashes over the content of all rows, without what differs between runs (positions, epochs, chunks). */
  readonly digests: { readonly events: string; readonly predictions: string; readonly profiles: string };
  /** Wall clock of the last chunk, ms since 1970. */
  readonly lastCommitAtMs: number;
}

/** Reads the store of a run that has ended: one process at a time may have the embedded engine's directory open. */
export async function readCounts(storeDirectory: string): Promise<FlightsCounts> {
  const database = databaseOf('flights');
  const store = await openStore({ url: `embedded:${storeDirectory}`, database, workingDirectory: '/' });
  const table = (name: string) => `\`${database}\`.\`${name}\``;
  const numbers = async (sql: string): Promise<Record<string, number>> => {
    const rows = await store.query<{ name: string; total: string }>(sql);
    return Object.fromEntries(rows.map(({ name, total }) => [name, Number(total)]));
  };
  const one = async <Row extends object>(sql: string): Promise<Row> => (await store.query<Row>(sql))[0] as Row;
  try {
    const chunks = await one<{ messages: string; n: string; last: string }>(
      `SELECT sum(read) AS messages, count() AS n, toUnixTimestamp64Milli(max(committed_at)) AS last FROM ${table('chunks')} FINAL`,
    );
    const features = await store.query<{ name: string }>(
      `SELECT name FROM system.columns WHERE database = '${database}' AND table = 'events' AND startsWith(name, 'f_') ORDER BY name`,
    );
    const content = ['event_time', 'arrival_time', 'id', 'verdict', 'violations', 'duplicate', 'late'];
    const hashed = [...content, ...features.map(({ name }) => name)].map((name) => `toString(${name})`).join(', ');
    const events = await one<{ duplicates: string; lates: string; digest: string }>(
      `SELECT sum(duplicate) AS duplicates, sum(late) AS lates, hex(sum(sipHash64(tuple(${hashed})))) AS digest FROM ${table('events')} FINAL`,
    );
    const predictions = await one<{ n: string; digest: string }>(
      `SELECT count() AS n, hex(sum(sipHash64(id, model, version, slot, value))) AS digest FROM ${table('predictions')} FINAL`,
    );
    const committed = `${table('profiles')} FINAL WHERE chunk_id IN (SELECT chunk_id FROM ${table('chunks')} FINAL)`;
    const profiles = await one<{ digest: string }>(
      `SELECT hex(sum(hash)) AS digest FROM (
         SELECT sipHash64(pane, pane_ms, segment, feature, binning, sum(n), sum(missing), sum(invalid), sum(zero), sum(unseen),
                          min(min), max(max), toString(sumMap(bin_index, bin_count))) AS hash
         FROM ${committed} GROUP BY pane, pane_ms, segment, feature, binning)`,
    );
    return {
      read: Number(chunks.messages),
      chunks: Number(chunks.n),
      events: await numbers(
        `SELECT transform(verdict, [0, 1, 2], ['valid', 'coerced', 'flagged'], '?') AS name, count() AS total FROM ${table('events')} FINAL GROUP BY name ORDER BY name`,
      ),
      deadLetters: await numbers(
        `SELECT reason AS name, count() AS total FROM ${table('dead_letters')} FINAL GROUP BY name ORDER BY name`,
      ),
      duplicates: Number(events.duplicates),
      late: Number(events.lates),
      predictions: Number(predictions.n),
      profiled: await numbers(
        `SELECT feature AS name, sum(n) AS total FROM ${committed} AND segment = '' GROUP BY name ORDER BY name`,
      ),
      profiledInSegments: await numbers(
        `SELECT feature AS name, sum(n) AS total FROM ${committed} AND segment != '' GROUP BY name ORDER BY name`,
      ),
      digests: { events: events.digest, predictions: predictions.digest, profiles: profiles.digest },
      lastCommitAtMs: Number(chunks.last),
    };
  } finally {
    await store.close();
  }
}

/** The parts that must be the same for the same lines, however they came and however often a process was killed. */
export function comparableCounts({ chunks: _, lastCommitAtMs: __, ...rest }: FlightsCounts): object {
  return rest;
}
