import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { type CommittedRange, type PartitionId, partitionKey } from '../../common/source.ts';

/** One partition while it is ours. A new assignment makes a new object, so that identity tells old from new. */
export interface OwnedPartition {
  readonly partition: PartitionId;
  readonly epoch: number;
  /** Offset the next accepted fetch has to begin at. */
  position: number;
}

/** Commits as the member and generation that kafkajs has at the moment, once, without kafkajs' own retries. */
export type KafkaCommit = (offsets: KafkaOffsets) => Promise<void>;

export interface KafkaOffsets {
  readonly topics: {
    readonly topic: string;
    readonly partitions: { readonly partition: number; readonly offset: string; readonly metadata: string }[];
  }[];
}

/** The partitions that are ours at this moment. Everything here is synchronous, so that no rebalance can come between. */
export interface Ownership {
  get(source: string, partition: number): OwnedPartition | undefined;
  partitions(): readonly PartitionId[];
  own(partition: PartitionId, start: { readonly epoch: number; readonly offset: number }): OwnedPartition;
  /** Ends all of it and returns what was ours. */
  revokeAll(): readonly PartitionId[];
  /**
   * Of the latest batch of this assignment; undefined before the first. One for all partitions, since the function holds
   * its whole batch in memory.
   */
  commit: KafkaCommit | undefined;
  /** Throws PARTITION_LOST where a partition of the ranges is not ours, or ours under another epoch. */
  check(ranges: readonly CommittedRange[]): void;
}

export function partitionLost(partition: PartitionId, why: string, cause?: unknown): TidemarkError {
  return new TidemarkError(ErrorCode.PARTITION_LOST, `partition ${partitionKey(partition)} is lost: ${why}`, {
    place: partitionKey(partition),
    cure: 'Nothing is to be done: its owner reads the events again.',
    cause,
  });
}

export function createOwnership(): Ownership {
  let owned = new Map<string, OwnedPartition>();
  return {
    commit: undefined,
    get: (source, partition) => owned.get(partitionKey({ source, partition })),
    partitions: () => [...owned.values()].map(({ partition }) => partition),
    own(partition, { epoch, offset }) {
      const entry: OwnedPartition = { partition, epoch, position: offset };
      owned.set(partitionKey(partition), entry);
      return entry;
    },
    revokeAll() {
      const before = [...owned.values()].map(({ partition }) => partition);
      owned = new Map();
      this.commit = undefined;
      return before;
    },
    check(ranges) {
      for (const { partition, epoch } of ranges) {
        const entry = owned.get(partitionKey(partition));
        if (entry === undefined) throw partitionLost(partition, 'the group was rebalanced');
        if (entry.epoch !== epoch)
          throw partitionLost(partition, `it was read in epoch ${epoch} and is ours in epoch ${entry.epoch}`);
      }
    },
  };
}
