import type { Frame } from '../../common/feature.ts';
import type { DeadLetterRow, EventRows, LabelRows } from '../../common/rows.ts';
import type { EventOutcome, PartitionId } from '../../common/source.ts';

/** What a flush knows of one chunk before scoring and profiling. */
export interface ChunkTally {
  readonly partition: PartitionId;
  readonly epoch: number;
  readonly from: number;
  to: number;
  read: number;
  /** Accepted and rejected events by verdict; indices are those of `Verdict`. */
  readonly verdicts: [number, number, number, number];
  duplicates: number;
  late: number;
  labels: number;
  watermarkMs: number;
}

/** Decoded and validated events and labels, ready to be scored, profiled and stored. */
export interface Prepared {
  readonly events: EventRows;
  /** The features of the accepted events; the same columns as in `events`. */
  readonly frame: Frame;
  /** Index into `chunks`, one an event. */
  readonly chunkOf: Int32Array;
  /** Accepted values that could not be used, as (row, index of the feature). */
  readonly invalid: readonly { readonly row: number; readonly feature: number }[];
  readonly labels: LabelRows;
  readonly deadLetters: readonly DeadLetterRow[];
  readonly chunks: readonly ChunkTally[];
  /** Filled only where somebody waits for outcomes. */
  readonly outcomes: readonly EventOutcome[];
}
