import type { ChunkRow, FlushRows } from '../../common/rows.ts';
import type { PartitionId } from '../../common/source.ts';

/**
 * What follows the commit protocol: rows that count go on to others. It is told what counts, and finds in the store what was
 * counted before it was there to be told.
 */
export interface Outgoing {
  /** The partition is ours; everything before `position` is counted. Rejects while the store does not answer. */
  assigned(partition: PartitionId, position: number): Promise<void>;
  revoked(partition: PartitionId): void;
  /**
   * Chunks of a flush that count from now on. Resolves when there is room for more; not when they have gone out.
   * @param chunkOf index into `rows.chunks`, one an event
   * @param stop ends the wait: what has not gone out is in the store
   */
  counted(rows: FlushRows, chunkOf: Int32Array, chunks: readonly ChunkRow[], stop: AbortSignal): Promise<void>;
  /** Resolves when all that counts has gone out; soon after `stop` in any case, since the next start goes on from there. */
  drained(stop: AbortSignal): Promise<void>;
}
