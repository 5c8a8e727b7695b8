import type { PartitionId } from '../common/source.ts';
import type { Store } from './client.ts';
import { writeChunks, writeRows } from './flush-writer.ts';

/** What a worker reads and writes: the commit protocol's side of the store. */
export function createWorkerStore(store: Store, nowMs: () => number) {
  const table = (name: string) => `\`${store.database}\`.\`${name}\``;
  const where = 'source = {source:String} AND partition = {partition:UInt32}';
  const keyOf = ({ source, partition }: PartitionId) => ({ source, partition });
  return {
    writeRows: (rows: Parameters<typeof writeRows>[1]) => writeRows(store, rows),
    writeChunks: (chunks: Parameters<typeof writeChunks>[1]) => writeChunks(store, chunks, nowMs()),
    async lastChunk(partition: PartitionId) {
      const [row] = await store.query<{ to: string; epoch: string; watermark: string }>(
        `SELECT to_offset AS to, epoch, toUnixTimestamp64Milli(watermark) AS watermark FROM ${table('chunks')} FINAL
         WHERE ${where} ORDER BY to_offset DESC LIMIT 1`,
        keyOf(partition),
      );
      return row && { to: Number(row.to), epoch: Number(row.epoch), watermarkMs: Number(row.watermark) };
    },
    async isCounted(chunkId: string) {
      const [row] = await store.query<{ n: string }>(
        `SELECT count() AS n FROM ${table('chunks')} WHERE chunk_id = {id:String}`,
        { id: chunkId },
      );
      return Number(row?.n) > 0;
    },
    async panesOf(chunkId: string) {
      const rows = await store.query<{ at: string }>(
        `SELECT DISTINCT toUnixTimestamp64Milli(pane) AS at FROM ${table('profiles')} WHERE chunk_id = {id:String} ORDER BY at`,
        { id: chunkId },
      );
      return rows.map(({ at }) => Number(at));
    },
    async recentIds(partition: PartitionId, before: number, limit: number) {
      const rows = await store.query<{ id: string }>(
        `SELECT id FROM ${table('events')} FINAL WHERE ${where} AND offset < {before:UInt64} AND duplicate = 0 AND id != ''
         ORDER BY offset DESC LIMIT {limit:UInt64}`,
        { ...keyOf(partition), before, limit },
      );
      return rows.map(({ id }) => id).reverse();
    },
    async lastFlush() {
      const [row] = await store.query<{ flush: string }>(`SELECT max(flush) AS flush FROM ${table('chunks')}`);
      return Number(row?.flush ?? 0);
    },
  };
}
