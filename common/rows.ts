import type { Column, TextColumn } from './columns.ts';
import type { FeatureField } from './feature.ts';
import type { Profile } from './profile.ts';
import type { SegmentKey } from './segment.ts';
import type { PartitionId } from './source.ts';
import type { Violation } from './violation.ts';

/** What one flush hands to the store: rows keyed by position, and the chunks they belong to. */
export interface FlushRows {
  readonly events: EventRows;
  readonly predictions: readonly PredictionRows[];
  readonly labels: LabelRows;
  readonly deadLetters: readonly DeadLetterRow[];
  readonly profiles: readonly ProfileRow[];
  /** Which of the events are kept as a sample; absent where none are. */
  readonly samples?: SampleRows | undefined;
  readonly chunks: readonly ChunkRow[];
  /** Wall clock when the flush was processed, ms since 1970: when its dead letters were rejected. */
  readonly atMs: number;
}

/** Texts that are different in nearly every row: one byte buffer and the ends of its pieces, as Arrow's Utf8. */
export interface BytesColumn {
  /** Shape `[rows + 1]`. */
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
}

/** Where rows came from; all arrays of shape `[rows]`. */
export interface PositionColumns {
  readonly rows: number;
  readonly source: TextColumn;
  readonly partition: Uint32Array;
  readonly offset: Float64Array;
  readonly epoch: Float64Array;
}

export interface EventRows extends PositionColumns {
  /** ms since 1970. */
  readonly eventTimeMs: Float64Array;
  /** ms since 1970, NaN where unknown. */
  readonly arrivalTimeMs: Float64Array;
  readonly id: BytesColumn;
  readonly tenant: TextColumn;
  readonly verdict: Uint8Array;
  /** `code:path` separated by spaces; code 0 is the empty text. */
  readonly violations: TextColumn;
  readonly duplicate: Uint8Array;
  readonly late: Uint8Array;
  readonly fields: readonly FeatureField[];
  readonly columns: readonly Column[];
}

export interface PredictionRows {
  readonly model: string;
  readonly version: string;
  /** `champion` or `challenger:VERSION`. */
  readonly slot: string;
  /** Rows of the events that were scored, ascending. */
  readonly rowOf: Int32Array;
  /** Shape of `rowOf`. */
  readonly values: Float64Array;
}

export interface LabelRows extends PositionColumns {
  readonly id: BytesColumn;
  readonly labelTimeMs: Float64Array;
  readonly value: Float64Array;
}

export interface DeadLetterRow {
  readonly partition: PartitionId;
  readonly offset: number;
  readonly epoch: number;
  readonly arrivalTimeMs: number | undefined;
  readonly violations: readonly Violation[];
  readonly key: Buffer | null;
  /** null is a tombstone. */
  readonly payload: Buffer | null;
  readonly headers: readonly MessageHeader[];
  readonly contract: string;
}

/** One header of a message; a name may stand several times. */
export interface MessageHeader {
  readonly name: string;
  readonly value: Buffer | null;
}

export interface ProfileRow {
  readonly chunkId: string;
  readonly paneStartMs: number;
  readonly paneMs: number;
  readonly segment: SegmentKey;
  readonly feature: string;
  readonly binningId: string;
  readonly profile: Profile;
}

/** Events of a flush that are in the sample of their pane. Shapes `[samples]`. */
export interface SampleRows {
  /** So many a pane are kept in the end. */
  readonly perPane: number;
  /** Rows of the events. */
  readonly rowOf: Int32Array;
  /** 32-bit integers, uniform; the smallest of a pane are its sample. */
  readonly priority: Float64Array;
  readonly paneStartMs: Float64Array;
  /** Index into `chunkIds`. */
  readonly chunkOf: Int32Array;
  readonly chunkIds: readonly string[];
}

/** Counts of one chunk. `read = valid + coerced + flagged + rejected`. */
export interface ChunkRow {
  readonly chunkId: string;
  readonly partition: PartitionId;
  readonly from: number;
  readonly to: number;
  readonly epoch: number;
  readonly flush: number;
  readonly read: number;
  readonly valid: number;
  readonly coerced: number;
  readonly flagged: number;
  readonly rejected: number;
  readonly duplicates: number;
  readonly late: number;
  readonly predictions: number;
  readonly labels: number;
  readonly profileRows: number;
  readonly panesMs: readonly number[];
  readonly watermarkMs: number;
}
