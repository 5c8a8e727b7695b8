import {
  type Column,
  createNumberColumn,
  createTextColumn,
  encode,
  setPresent,
  vectorColumn,
} from '../common/columns.ts';
import type { FeatureField, Frame } from '../common/feature.ts';
import type { Store } from './client.ts';
import { featureColumn } from './migrations.ts';

/** Rows of a window that are handed on at most: those with the smallest priorities. */
const rowsMost = 2000;

interface SampleRecord extends Readonly<Record<string, unknown>> {
  readonly pane_index: string;
  readonly priority: number;
  readonly per_pane: number;
}

/**
 * Reads samples of closed windows. The features are those of `fields`, by the names a reference has for them: `@time`, `@lag`, and
 * `@prediction:MODEL:VERSION`, stand for what the events' times and the champions say.
 */
export interface SampleRequest {
  /** The window, whole panes; ms since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  readonly paneMs: number;
  readonly fields: readonly FeatureField[];
}

export function createSampleReader(store: Store) {
  return {
    /**
     * A uniform sample of the accepted events of a window: every event below one priority, the greatest at which all panes are
     * complete. Undefined where nothing is kept. The same events in whatever chunks give the same sample; rows beyond what is
     * committed of their partition do not count, and of two writings of one position the later owner's does.
     */
    async windowSample({ startMs, endMs, paneMs, fields }: SampleRequest): Promise<Frame | undefined> {
      const present = await columnsPresent(store);
      const stored = fields.filter(({ name }) => !name.startsWith('@') && present.has(featureColumn(name)));
      const table = (name: string) => `\`${store.database}\`.\`${name}\``;
      const records = await store.query<SampleRecord>(
        `SELECT toUnixTimestamp64Milli(event_time) AS event_ms, toUnixTimestamp64Milli(arrival_time) AS arrival_ms,
           intDiv(event_ms, {pane:Int64}) AS pane_index, sample_priority AS priority, sample_per_pane AS per_pane, sample_models, sample_predictions
           ${stored.map(({ name }) => `, \`${featureColumn(name)}\``).join('')}
         FROM ${table('events')}
         INNER JOIN (SELECT source, partition, max(to_offset) AS counted FROM ${table('chunks')} GROUP BY source, partition) AS c
           USING (source, partition)
         PREWHERE sample_per_pane > 0 AND event_time >= fromUnixTimestamp64Milli({start:Int64})
           AND event_time < fromUnixTimestamp64Milli({end:Int64})
         WHERE offset < c.counted
         ORDER BY pane_index, priority, source, partition, offset, epoch DESC
         LIMIT 1 BY source, partition, offset`,
        { start: startMs, end: endMs, pane: paneMs },
      );
      const chosen = uniform(records);
      if (chosen.length === 0) return undefined;
      return { rows: chosen.length, fields, columns: fields.map((field) => columnFrom(chosen, field)) };
    },
  };
}

export type SampleReader = ReturnType<typeof createSampleReader>;

async function columnsPresent(store: Store): Promise<ReadonlySet<string>> {
  const rows = await store.query<{ name: string }>(
    'SELECT name FROM system.columns WHERE database = {database:String} AND table = {table:String}',
    { database: store.database, table: 'events' },
  );
  return new Set(rows.map(({ name }) => name));
}

/**
 * Panes keep equal numbers of unequal crowds. Below the smallest of the priorities at which a pane was cut off every event of
 * every pane is there, so these are a uniform sample of the window (Cohen and Kaplan 2007, doi:10.1145/1281100.1281133).
 */
function uniform(records: readonly SampleRecord[]): readonly SampleRecord[] {
  let limit = Number.POSITIVE_INFINITY;
  for (let from = 0; from < records.length; ) {
    let to = from;
    // What was kept of all its chunks, should the setting have changed meanwhile.
    let kept = Number.POSITIVE_INFINITY;
    while (to < records.length && records[to]?.pane_index === records[from]?.pane_index)
      kept = Math.min(kept, Number(records[to++]?.per_pane));
    // The last one that is kept says where the pane was cut; it is itself in.
    if (to - from >= kept) limit = Math.min(limit, Number(records[from + kept - 1]?.priority));
    from = to;
  }
  const below = records.filter(({ priority }) => Number(priority) <= limit);
  if (below.length <= rowsMost) return below;
  return below.toSorted((a, b) => Number(a.priority) - Number(b.priority)).slice(0, rowsMost);
}

function columnFrom(records: readonly SampleRecord[], { name, type, dimension }: FeatureField): Column {
  if (dimension !== undefined) {
    const vectors = records.map((record) => record[featureColumn(name)] as readonly unknown[] | undefined);
    // The empty list stands for an absent vector.
    return vectorColumn(
      dimension,
      vectors.map((one) => (one?.length === dimension ? one.map(parseDouble) : null)),
    );
  }
  if (type === 'string') {
    const column = createTextColumn(records.length);
    records.forEach((record, row) => {
      const value = record[featureColumn(name)];
      if (typeof value !== 'string') return;
      column.codes[row] = encode(column.dictionary, value);
      setPresent(column.validity, row);
    });
    return column;
  }
  const column = createNumberColumn(records.length);
  records.forEach((record, row) => {
    const value = numberOf(record, name);
    if (value === undefined) return;
    column.values[row] = value;
    setPresent(column.validity, row);
  });
  return column;
}

function numberOf(record: SampleRecord, name: string): number | undefined {
  if (name === '@time') return Number(record['event_ms']);
  if (name === '@lag') {
    const arrival = record['arrival_ms'];
    return arrival === null ? undefined : (Number(record['event_ms']) - Number(arrival)) / 1000;
  }
  if (name.startsWith('@prediction:')) {
    const at = (record['sample_models'] as readonly string[]).indexOf(name.slice('@prediction:'.length));
    return at < 0 ? undefined : parseDouble((record['sample_predictions'] as readonly unknown[])[at]);
  }
  const value = record[featureColumn(name)];
  return value === null || value === undefined ? undefined : parseDouble(value);
}

/** As the engine writes them in JSON: NaN and the infinities are texts. */
function parseDouble(value: unknown): number {
  if (value === 'inf') return Number.POSITIVE_INFINITY;
  return value === '-inf' ? Number.NEGATIVE_INFINITY : Number(value);
}
