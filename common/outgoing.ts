import type { MessageHeader } from './rows.ts';
import type { PartitionId } from './source.ts';

/** What goes out to others after it counts, as it is in memory and as it is read back from the store: both are the same. */

/** One dead letter with what is needed to make the message again. */
export interface DeadLetter {
  readonly source: string;
  readonly partition: number;
  readonly offset: number;
  readonly rejectedAtMs: number;
  /** Of the first violation. */
  readonly reason: string;
  readonly path: string;
  readonly message: string;
  readonly key: Buffer | null;
  /** null is a tombstone. */
  readonly payload: Buffer | null;
  /** Of the message as it came: more than `payload` has where that was cut. */
  readonly payloadBytes: number;
  readonly headers: readonly MessageHeader[];
  /** Name and version. */
  readonly contract: string;
}

export interface Prediction {
  readonly offset: number;
  readonly id: string;
  readonly model: string;
  readonly version: string;
  /** `champion` or `challenger:VERSION`. */
  readonly slot: string;
  readonly value: number;
  readonly eventTimeMs: number;
}

/** Rows that count, ascending by offset: all there are from where was asked up to `to`. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly to: number;
}

export interface PageRequest {
  readonly partition: Pick<PartitionId, 'source' | 'partition'>;
  readonly from: number;
  /** Everything before it is counted. */
  readonly through: number;
}

/** What the outbox needs of the store: rows that count, and a memory of how far they have gone. */
export interface OutgoingStore {
  /** Undefined where the lane has never been. */
  position(lane: string): Promise<number | undefined>;
  writePositions(positions: readonly { readonly lane: string; readonly position: number }[]): Promise<void>;
  deadLetters(request: PageRequest): Promise<Page<DeadLetter>>;
  predictions(request: PageRequest): Promise<Page<Prediction>>;
}
