import type { DeadLetterRow } from '../../common/rows.ts';
import type { EventOutcome, SourceMessage } from '../../common/source.ts';
import { Verdict } from '../../common/verdict.ts';
import type { Violation } from '../../common/violation.ts';
import type { RowBuilder } from '../../validators/compile.ts';
import { listHeaders } from './list-headers.ts';
import type { PartitionState } from './partitions.ts';
import type { ChunkTally } from './prepared.ts';

/** What was taken in since the last cut. Row arrays grow together; `row` is the row of the builder. */
export interface OpenBatch {
  readonly builder: RowBuilder;
  /** Messages, events and labels, accepted or not. */
  messageCount: number;
  readonly chunks: { readonly tally: ChunkTally; readonly state: PartitionState }[];
  readonly offsets: number[];
  /** By row; only where the columns may still reject one, for its dead letter. Bytes that are kept are bytes the collector copies. */
  readonly messages: SourceMessage[] | undefined;
  readonly chunkOf: number[];
  readonly eventTimesMs: number[];
  readonly arrivalTimesMs: number[];
  readonly ids: string[];
  readonly tenantCodes: number[];
  /** What was found before the column checks, by row. */
  readonly violations: Map<number, readonly Violation[]>;
  readonly labels: {
    readonly chunkOf: number[];
    readonly offsets: number[];
    readonly ids: string[];
    readonly timesMs: number[];
    readonly values: number[];
  };
  readonly deadLetters: DeadLetterRow[];
  /** Collected only where somebody waits for them. */
  readonly outcomes: EventOutcome[] | undefined;
}

export function createOpenBatch(
  builder: RowBuilder,
  { keepsMessages, wantsOutcomes }: { readonly keepsMessages: boolean; readonly wantsOutcomes: boolean },
): OpenBatch {
  return {
    builder,
    messageCount: 0,
    chunks: [],
    offsets: [],
    messages: keepsMessages ? [] : undefined,
    chunkOf: [],
    eventTimesMs: [],
    arrivalTimesMs: [],
    ids: [],
    tenantCodes: [],
    violations: new Map(),
    labels: { chunkOf: [], offsets: [], ids: [], timesMs: [], values: [] },
    deadLetters: [],
    outcomes: wantsOutcomes ? [] : undefined,
  };
}

/** The index of the chunk that the partition's messages go to. */
export function chunkFor(batch: OpenBatch, state: PartitionState): number {
  const known = batch.chunks.findIndex((chunk) => chunk.state === state);
  if (known >= 0) return known;
  const tally: ChunkTally = {
    partition: state.id,
    epoch: state.epoch,
    from: state.position,
    to: state.position,
    read: 0,
    verdicts: [0, 0, 0, 0],
    duplicates: 0,
    late: 0,
    labels: 0,
    watermarkMs: state.watermarkMs,
  };
  return batch.chunks.push({ tally, state }) - 1;
}

export function tallyOf(batch: OpenBatch, chunk: number): ChunkTally {
  return (batch.chunks[chunk] as { tally: ChunkTally }).tally;
}

export interface Rejection {
  readonly chunk: number;
  readonly message: SourceMessage;
  readonly violations: readonly Violation[];
  /** Name and version of the contract that refused it. */
  readonly contract: string;
}

/** Counts a message as rejected and writes its dead letter. */
export function reject(batch: OpenBatch, { chunk, message, violations, contract }: Rejection): void {
  const tally = tallyOf(batch, chunk);
  tally.verdicts[Verdict.REJECTED]++;
  batch.deadLetters.push({
    partition: tally.partition,
    offset: message.offset,
    epoch: tally.epoch,
    arrivalTimeMs: message.arrivalTimeMs,
    violations,
    key: message.key,
    payload: message.record === undefined ? message.value : Buffer.from(JSON.stringify(message.record)),
    headers: listHeaders(message.rawHeaders),
    contract,
  });
  batch.outcomes?.push({ partition: tally.partition, offset: message.offset, verdict: Verdict.REJECTED, violations });
}

/** An id or tenant as text; the empty text where there is none that can be trusted. */
export function identify(value: unknown): string {
  if (typeof value === 'string') return value;
  // A bigint is exact; a number beyond the safe integers may stand for several.
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))) return String(value);
  return '';
}
