import type { Verdict } from './verdict.ts';
import type { Violation } from './violation.ts';

/**
 * What the worker reads from. A position is (source, partition, offset): offsets of one partition increase, need not be
 * dense, and stay the same however often they are read. A Kafka offset, a byte position in a file, a running number.
 */

export interface SourceMessage {
  readonly offset: number;
  readonly key: Buffer | null;
  /** null is a tombstone. */
  readonly value: Buffer | null;
  /** From a file of columns (Parquet, Arrow, CSV): the row, which then stands in place of `value`. */
  readonly record?: Readonly<Record<string, unknown>>;
  /** When the broker or the server took it, ms since 1970; undefined where nobody wrote it down. */
  readonly arrivalTimeMs?: number;
  readonly headers?: Readonly<Record<string, Buffer>>;
  /** Every header as it came: of a name that stands several times all values, and values that are null. For dead letters. */
  readonly rawHeaders?: RawHeaders;
}

type HeaderValue = Buffer | string | null;

export type RawHeaders = Readonly<Record<string, HeaderValue | readonly HeaderValue[] | undefined>>;

/** Consecutive messages of one partition, as one read of the source gave them. */
export interface SourceBatch {
  readonly partition: PartitionId;
  readonly messages: readonly SourceMessage[];
  /** The offset after the last message: where the next read goes on. */
  readonly nextOffset: number;
  /**
   * Under which the partition was ours when this was read; absent where partitions never change hands. What was read under an
   * older epoch is dropped: the partition goes on from its committed offset.
   */
  readonly epoch?: number;
}

export interface PartitionId {
  /** A topic, or the name of a file or HTTP source. */
  readonly source: string;
  readonly partition: number;
  /** What its messages are. */
  readonly role: 'events' | 'labels';
}

export function partitionKey(partition: Pick<PartitionId, 'source' | 'partition'>): string {
  return `${partition.source}/${partition.partition}`;
}

/** What is committed for one partition by one flush: the events of `[from, to)`. */
export interface CommittedRange {
  readonly partition: PartitionId;
  readonly chunkId: string;
  readonly from: number;
  readonly to: number;
  /** The worker's epoch for this partition when it read the messages. A stale one is refused. */
  readonly epoch: number;
  /** What the next owner needs to repair the `chunks` table and go on: the chunk row, as JSON. */
  readonly metadata: string;
}

/** Called by a source when the set of its partitions changes. */
export interface AssignmentListener {
  /**
   * Partitions are ours from now on. The answer is where to start each of them (the position after the last committed
   * chunk, after repair). `committed` is what the source itself knows of it, where it knows anything.
   */
  assigned(
    partitions: readonly (PartitionId & {
      readonly committed?: { readonly offset: number; readonly metadata: string };
    })[],
  ): Promise<readonly { readonly partition: PartitionId; readonly offset: number; readonly epoch: number }[]>;
  /** Partitions are no longer ours; what was in flight for them must be dropped. */
  revoked(partitions: readonly PartitionId[]): void;
}

export interface Source {
  /** Connects and begins to read; resolves when the first assignment is done. */
  start(listener: AssignmentListener): Promise<void>;
  /**
   * The next messages, or `undefined` at the end of a bounded source. Waits while there are none. Not asking for more
   * is how the worker holds intake: a source reads ahead only to a bound.
   */
  read(): Promise<SourceBatch | undefined>;
  /**
   * Makes the ranges the place to go on from. Atomic for sources without a broker, where the `chunks` table is the only
   * record (then this does nothing). Throws `PARTITION_LOST` where the broker refuses.
   */
  commit(ranges: readonly CommittedRange[]): Promise<void>;
  /** True where several processes may share the partitions and the broker fences their commits. */
  readonly shared: boolean;
  /** Where partitions end for good (bounded sources): no offset from `end` on will ever come. */
  ends(): readonly { readonly partition: PartitionId; readonly end: number }[];
  /** Called after the commit with what became of each message, where somebody waits for it (HTTP producers). */
  settle?(outcomes: readonly EventOutcome[]): void;
  /** How it is doing at this moment, where it can say; one entry a topic. */
  status?(): readonly SourceStatus[];
  close(): Promise<void>;
}

/** How this process reads one topic, at this moment. */
export interface SourceStatus {
  readonly source: string;
  readonly role: PartitionId['role'];
  /** A member of the group. */
  readonly connected: boolean;
  /** Owned by this process. */
  readonly partitions: number;
  /** Fetched since the start of the process, tombstones included. */
  readonly messages: number;
  /** Over the last ten seconds. */
  readonly messagesPerSecond: number;
  /** Messages of the owned partitions that are not committed, as of the last fetch of each. */
  readonly lag: number;
  /** How long the last commit took. */
  readonly lastCommitSeconds: number | null;
  /** Wall clock. */
  readonly lastCommitAtMs: number | null;
  /** Times the group was joined, the first included. */
  readonly rebalances: number;
  /** Passed over. */
  readonly tombstones: number;
}

/** What became of one message. */
export interface EventOutcome {
  readonly partition: PartitionId;
  readonly offset: number;
  readonly verdict: Verdict;
  readonly violations: readonly Violation[];
}
