import type { SourceBatch } from '../../common/source.ts';

/** Some ten milliseconds of work. */
const pieceMessages = 2048;

/** A batch in pieces that follow each other without a gap: each ends where the next begins, the last where the batch does. */
export function* piecesOf(batch: SourceBatch, size: number = pieceMessages): Generator<SourceBatch> {
  const { messages } = batch;
  if (messages.length <= size) {
    yield batch;
    return;
  }
  for (let from = 0; from < messages.length; from += size) {
    const nextOffset = messages[from + size]?.offset ?? batch.nextOffset;
    yield { ...batch, messages: messages.slice(from, from + size), nextOffset };
  }
}

/** A turn of the event loop: timers, sockets and what the engine has finished. */
export const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
