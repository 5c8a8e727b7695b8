import { type PartitionId, partitionKey } from '../../common/source.ts';
import type { DuplicateFilter } from './duplicate-filter.ts';

/** What the worker knows of a partition that it owns. A pure function of the partition's log up to `position`. */
export interface PartitionState {
  readonly id: PartitionId;
  readonly epoch: number;
  /** The offset after the last message taken in. */
  position: number;
  /** The latest event time that the stream has certainly reached, ms since 1970; -Infinity before the first event. */
  watermarkMs: number;
  readonly duplicates: DuplicateFilter;
  /** The time that taking in has reached, for sources that read several files in step; back to the watermark at each cut. */
  progressMs: number;
  /** What is committed, which lags behind what is taken in by up to two batches. */
  readonly committed: { position: number; watermarkMs: number; atMs: number };
}

export interface Partitions {
  get(id: PartitionId): PartitionState | undefined;
  put(state: PartitionState): void;
  drop(id: PartitionId): void;
  all(): readonly PartitionState[];
}

export function createPartitions(): Partitions {
  const states = new Map<string, PartitionState>();
  return {
    get: (id) => states.get(partitionKey(id)),
    put: (state) => void states.set(partitionKey(state.id), state),
    drop: (id) => void states.delete(partitionKey(id)),
    all: () => [...states.values()],
  };
}
