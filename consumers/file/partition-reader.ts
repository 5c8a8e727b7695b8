import type { PartitionId, SourceBatch } from '../../common/source.ts';

/** Reads one file as one partition. */
export interface PartitionReader {
  readonly partition: PartitionId;
  /** No offset from here on will ever come. */
  readonly end: number;
  seek(offset: number): void;
  /** The next messages; undefined at the end. */
  read(): Promise<SourceBatch | undefined>;
  close(): Promise<void>;
}
