import type { DeadLetter, Page, Prediction } from '../../../common/outgoing.ts';
import type { ChunkRow, DeadLetterRow, EventRows, FlushRows } from '../../../common/rows.ts';
import { sizeOf } from './cut-to-fit.ts';
import type { Slice } from './lane.ts';
import { letterMessage, type OutgoingMessage, predictionMessage } from './message.ts';

/** What a prediction waiting to go out holds in memory: a share of the columns of its flush. */
const predictionBytes = 100;

/** What an output takes of a chunk that counts, as it is in memory. */
export type SliceOf = (rows: FlushRows, chunkOf: Int32Array, chunk: ChunkRow) => Slice;

/** What an output takes of rows read back from the store. */
export function pageSlice<Row>(from: number, page: Page<Row>, toMessage: (row: Row) => OutgoingMessage): Slice {
  return { from, to: page.to, bytes: 0, messages: () => page.rows.map(toMessage) };
}

export function deadLetterSlice(pipeline: string): SliceOf {
  return (rows, _chunkOf, { partition, from, to, epoch, rejected }) => {
    const own =
      rejected === 0
        ? []
        : rows.deadLetters.filter(
            ({ partition: of, offset, epoch: by }) =>
              of.source === partition.source &&
              of.partition === partition.partition &&
              by === epoch &&
              offset >= from &&
              offset < to,
          );
    const letters = own.map((row) => letterMessage(deadLetterOf(row, rows.atMs), pipeline));
    // Letters are handed over in the order they were found: what only the column checks refused comes last.
    letters.sort((a, b) => a.offset - b.offset);
    return { from, to, bytes: letters.reduce((sum, letter) => sum + sizeOf(letter), 0), messages: () => letters };
  };
}

function deadLetterOf(row: DeadLetterRow, rejectedAtMs: number): DeadLetter {
  const [first] = row.violations;
  return {
    source: row.partition.source,
    partition: row.partition.partition,
    offset: row.offset,
    rejectedAtMs,
    reason: first?.code ?? '',
    path: first?.path ?? '',
    message: first?.message ?? '',
    key: row.key,
    payload: row.payload,
    payloadBytes: row.payload?.length ?? 0,
    headers: row.headers,
    contract: row.contract,
  };
}

export const predictionSlice: SliceOf = (rows, chunkOf, chunk) => {
  const { from, to, predictions: count } = chunk;
  const at = rows.chunks.indexOf(chunk);
  const messages = () => {
    const found: OutgoingMessage[] = [];
    for (const prediction of rows.predictions) {
      prediction.rowOf.forEach((row, index) => {
        if (chunkOf[row] === at) found.push(predictionMessage(predictionOf(rows.events, prediction, row, index)));
      });
    }
    return found;
  };
  return { from, to, bytes: count * predictionBytes, messages: count === 0 ? () => [] : messages };
};

function predictionOf(
  events: EventRows,
  { model, version, slot, values }: FlushRows['predictions'][number],
  row: number,
  index: number,
): Prediction {
  const { offsets, bytes } = events.id;
  const id = bytes.subarray(offsets[row], offsets[row + 1]);
  return {
    offset: events.offset[row] as number,
    id: Buffer.from(id.buffer, id.byteOffset, id.length).toString(),
    model,
    version,
    slot,
    value: values[index] as number,
    eventTimeMs: events.eventTimeMs[row] as number,
  };
}
