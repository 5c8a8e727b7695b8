import type { DeadLetter, OutgoingStore, Page, PageRequest, Prediction } from '../common/outgoing.ts';
import type { Store } from './client.ts';
import { type DeadLetterRecord, deadLetterColumns, deadLetterOf } from './dead-letter-reader.ts';
import { sqlTime } from './flush-writer.ts';

/** Of one page: what one transaction sends after an outage. */
const pageRows = 2000;
const pageBytes = 8 * 1024 * 1024;
const predictionPageRows = 20_000;
/** Chunks looked at for one page. */
const chunkLimit = 500;

/** A counted chunk that holds rows of the wanted kind. */
interface CountedChunk {
  readonly from: number;
  readonly to: number;
  readonly epoch: number;
}

/**
 * What has gone out, and what there is to go out: rows of counted chunks only. Rows that a crash left behind under an epoch
 * that was never counted are passed over.
 */
export function createOutgoingStore(store: Store, nowMs: () => number): OutgoingStore {
  const table = (name: string) => `\`${store.database}\`.\`${name}\``;
  const where = 'source = {source:String} AND partition = {partition:UInt32}';

  /** Chunks with rows, ascending, and up to where they are all of them. */
  async function chunksWith(rows: 'rejected' | 'predictions', { partition, from, through }: PageRequest) {
    const found = await store.query<{ first: string; next: string; epoch: string }>(
      `SELECT from_offset AS first, to_offset AS next, epoch FROM ${table('chunks')} FINAL
       WHERE ${where} AND to_offset > {from:UInt64} AND from_offset < {through:UInt64} AND ${rows} > 0
       ORDER BY from_offset LIMIT ${chunkLimit}`,
      { source: partition.source, partition: partition.partition, from, through },
    );
    const chunks: readonly CountedChunk[] = found.map(({ first, next, epoch }) => ({
      from: Number(first),
      to: Number(next),
      epoch: Number(epoch),
    }));
    const last = chunks.at(-1);
    return { chunks, through: chunks.length < chunkLimit || last === undefined ? through : Math.min(through, last.to) };
  }

  /** Rows of the range whose chunk counts them, by the epoch that wrote them. */
  function counted<Row extends { readonly offset: string; readonly epoch: string }>(
    rows: readonly Row[],
    chunks: readonly CountedChunk[],
  ): Row[] {
    let at = 0;
    return rows.filter((row) => {
      const offset = Number(row.offset);
      while (at < chunks.length && offset >= (chunks[at] as CountedChunk).to) at++;
      const chunk = chunks[at];
      return chunk !== undefined && offset >= chunk.from && Number(row.epoch) === chunk.epoch;
    });
  }

  async function deadLetters(request: PageRequest): Promise<Page<DeadLetter>> {
    const { chunks, through } = await chunksWith('rejected', request);
    if (chunks.length === 0) return { rows: [], to: through };
    const { source, partition } = request.partition;
    const params = { source, partition, from: request.from, through };
    // Sizes first: payloads may be large, and a page is bounded by bytes.
    const sizes = await store.query<{ offset: string; size: string }>(
      `SELECT offset, length(payload) + length(key) AS size FROM ${table('dead_letters')} FINAL
       WHERE ${where} AND offset >= {from:UInt64} AND offset < {through:UInt64} ORDER BY offset LIMIT ${pageRows}`,
      params,
    );
    let bytes = 0;
    const over = sizes.findIndex(({ size }, at) => {
      bytes += Number(size);
      return at > 0 && bytes > pageBytes;
    });
    const full = over >= 0 || sizes.length === pageRows;
    const last = sizes[over >= 0 ? over - 1 : sizes.length - 1];
    const to = full && last !== undefined ? Number(last.offset) + 1 : through;
    const records = await store.query<DeadLetterRecord>(
      `SELECT ${deadLetterColumns} FROM ${table('dead_letters')} FINAL
       WHERE ${where} AND offset >= {from:UInt64} AND offset < {through:UInt64} ORDER BY offset`,
      { ...params, through: to },
    );
    return { rows: counted(records, chunks).map(deadLetterOf), to };
  }

  async function predictions(request: PageRequest): Promise<Page<Prediction>> {
    const { chunks, through } = await chunksWith('predictions', request);
    if (chunks.length === 0) return { rows: [], to: through };
    const { source, partition } = request.partition;
    const records = await store.query<{
      readonly offset: string;
      readonly epoch: string;
      readonly id: string;
      readonly model: string;
      readonly version: string;
      readonly slot: string;
      readonly value: string | number;
      readonly at: string;
    }>(
      `SELECT offset, epoch, id, model, version, slot, value, toUnixTimestamp64Milli(event_time) AS at
       FROM ${table('predictions')} FINAL
       WHERE ${where} AND offset >= {from:UInt64} AND offset < {through:UInt64}
       ORDER BY offset, model, slot LIMIT ${predictionPageRows}`,
      { source, partition, from: request.from, through },
    );
    const last = records.at(-1);
    // The last position may have more rows than the page: it is left to the next one.
    const to = records.length === predictionPageRows && last !== undefined ? Number(last.offset) : through;
    const whole = records.filter(({ offset }) => Number(offset) < to);
    return {
      rows: counted(whole, chunks).map(({ offset, value, at, id, model, version, slot }) => ({
        offset: Number(offset),
        id,
        model,
        version,
        slot,
        value: Number(value),
        eventTimeMs: Number(at),
      })),
      to,
    };
  }

  return {
    async position(lane) {
      const [row] = await store.query<{ position: string; n: string }>(
        `SELECT max(position) AS position, count() AS n FROM ${table('outgoing')} WHERE lane = {lane:String}`,
        { lane },
      );
      return row === undefined || Number(row.n) === 0 ? undefined : Number(row.position);
    },
    writePositions: (positions) =>
      store.insertRows(
        'outgoing',
        positions.map(({ lane, position }) => ({ lane, position, at: sqlTime(nowMs()) })),
      ),
    deadLetters,
    predictions,
  };
}
