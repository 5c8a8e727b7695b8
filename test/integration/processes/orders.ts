import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore, type Store } from '../../../store/client.ts';
import type { Producing } from '../kafka/members.ts';

/** Orders of a shop, one a second, made from their number: what they are does not depend on who reads them when. */
export const firstMs = Date.parse('2026-03-02T00:00:00Z');
const countries = ['de', 'fr', 'it', 'es'];

/** Uniform in [0, 1), the same for a number each time. */
function noise(at: number, salt: number): number {
  let bits = (at * 2_654_435_761 + salt * 40_503) >>> 0;
  bits = Math.imul(bits ^ (bits >>> 15), 2_246_822_519);
  bits = Math.imul(bits ^ (bits >>> 13), 3_266_489_917);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}

const timeOf = (at: number) => new Date(firstMs + at * 1000).toISOString();

export interface OrderFaults {
  /** From so many on, until so many: amounts are in cents. */
  readonly cents?: readonly [number, number];
  /** Every so manyth is no JSON, the one half-way between repeats the one before it in its partition. */
  readonly brokenEvery?: number;
  readonly partitions: number;
}

export function order(at: number, { cents, brokenEvery, partitions }: OrderFaults): string {
  if (brokenEvery !== undefined && at % brokenEvery === brokenEvery - 1) return '{"id": ';
  const repeats = brokenEvery !== undefined && at % brokenEvery === Math.floor(brokenEvery / 2) && at >= partitions;
  const of = repeats ? at - partitions : at;
  const amount = 20 + noise(of, 1) * 40;
  const inCents = cents !== undefined && of >= cents[0] && of < cents[1];
  return JSON.stringify({
    id: `o${of}`,
    at: timeOf(of),
    amount: Math.round(amount * (inCents ? 10_000 : 100)) / 100,
    country: countries[Math.floor(noise(of, 2) * countries.length)],
    count: 1 + Math.floor(noise(of, 3) * 5),
  });
}

/** Produces orders `[from, to)`, each to the partition of its number, in batches small enough to make many flushes. */
export async function produceOrders(
  log: Producing,
  request: { readonly topic: string; readonly from: number; readonly to: number; readonly faults: OrderFaults },
): Promise<void> {
  const { topic, from, to, faults } = request;
  for (let begin = from; begin < to; begin += 500) {
    const messages = Array.from({ length: Math.min(500, to - begin) }, (_, index) => {
      const at = begin + index;
      return { value: order(at, faults), partition: at % faults.partitions };
    });
    await log.send(topic, messages);
  }
}

/** Writes contract, reference and pipeline file into a directory; `more` is YAML of further sections. */
export async function writeOrders(request: {
  readonly directory: string;
  readonly pipeline: string;
  readonly brokers: string;
  readonly topic: string;
  readonly storeUrl: string;
  /** YAML in braces; default: the topic. */
  readonly source?: string;
  readonly more?: string;
}): Promise<string> {
  const { directory, pipeline, brokers, topic, storeUrl, more = '' } = request;
  const kafka = `{ kafka: { brokers: ["${brokers}"], topic: ${topic}, group: ${pipeline}, sessionTimeout: 6s, maxWait: 50ms, maxBytesPerPartition: 16384 } }`;
  await mkdir(directory, { recursive: true });
  await writeFile(
    join(directory, 'contract.yaml'),
    'contract: orders\nfeatures:\n  amount: { type: number, min: 0 }\n  country: { type: string }\n  count: { type: integer }\n',
  );
  const header = 'id,at,amount,country,count';
  const rows = Array.from({ length: 6 * 3600 }, (_, index) => {
    // The day before, so that ids and times are others.
    const { id, at, amount, country, count } = JSON.parse(order(index - 86_400, { partitions: 1 })) as Record<
      string,
      string
    >;
    return [id, at, amount, country, count].join(',');
  });
  await writeFile(join(directory, 'reference.csv'), [header, ...rows].join('\n'));
  const path = join(directory, `${pipeline}.yaml`);
  await writeFile(
    path,
    `pipeline: ${pipeline}
source: ${request.source ?? kafka}
event: { id: /id, time: /at, arrival: /at }
contract: contract.yaml
reference: reference.csv
windows: { pane: 1m, lateness: 30s, idle: 10m }
drift: [{ against: training, window: 10m }]
segments: [{ by: [country], pane: 10m }]
flush: { rows: 1000, interval: 100ms }
server: { port: 0 }
store: { url: "${storeUrl}" }
${more}`,
  );
  return path;
}

export function openOrders(storeUrl: string, pipeline: string): Promise<Store> {
  const database = `tidemark_${pipeline.replaceAll('-', '_')}`;
  return openStore({ url: storeUrl, database, workingDirectory: '/' });
}

/** What the workers counted and what the tables hold, by partition. */
export async function countsByPartition(store: Store): Promise<readonly object[]> {
  const from = (table: string) => `\`${store.database}\`.${table}`;
  const names = ['read', 'valid', 'coerced', 'flagged', 'rejected', 'duplicates', 'late'];
  const sums = names.map((name) => `sum(${name}) AS ${name}`).join(', ');
  const chunks = `SELECT partition, ${sums}, min(from_offset) AS first, max(to_offset) AS last FROM ${from('chunks')} FINAL GROUP BY partition`;
  const rows = (table: string) => `SELECT partition, count() AS rows FROM ${from(table)} FINAL GROUP BY partition`;
  return store.query(
    `SELECT c.*, e.rows AS events, d.rows AS letters FROM (${chunks}) AS c LEFT JOIN (${rows('events')}) AS e USING partition
     LEFT JOIN (${rows('dead_letters')}) AS d USING partition ORDER BY partition`,
  );
}

/** Sealed panes, whole but for the sums of doubles, which depend on the order of addition. */
export function sealedPanes(store: Store): Promise<object[]> {
  return store.query(
    `SELECT pane, pane_ms, segment, feature, binning, n, missing, invalid, zero, nan, pos_inf, neg_inf, min, max, bin_index, bin_count,
       unseen, unseen_value, unseen_count, distinct_index, distinct_rank
     FROM \`${store.database}\`.sealed_profiles FINAL ORDER BY pane, pane_ms, segment, feature, binning`,
  );
}

interface SavedState {
  readonly round: number;
  readonly seen: Readonly<Record<string, number>>;
  readonly closedThroughMs: number;
}

/** Where the monitor stands, whoever leads. */
export async function monitorState(store: Store): Promise<SavedState | undefined> {
  const [row] = await store.query<{ document: string }>(
    `SELECT document FROM \`${store.database}\`.monitor_state FINAL WHERE key = 'monitor'`,
  );
  return row && (JSON.parse(row.document) as SavedState);
}
