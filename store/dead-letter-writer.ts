import type { DeadLetterRow } from '../common/rows.ts';
import { arrowColumn, encodeArrow, packBytes } from './arrow-encode.ts';
import type { ArrowFile, Store } from './client.ts';

/** Dead letters keep so much of a message, which is more than brokers take; the whole size is beside it. */
export const payloadLimitBytes = 16 * 1024 * 1024;
/** Of one insert, so that a flush of large messages does not need all of them once more in memory. */
const insertLimitBytes = 64 * 1024 * 1024;

export async function writeDeadLetters(store: Store, letters: readonly DeadLetterRow[], atMs: number): Promise<void> {
  let from = 0;
  let bytes = 0;
  for (let at = 0; at < letters.length; at++) {
    bytes += Math.min(payloadLimitBytes, letters[at]?.payload?.length ?? 0);
    if (bytes < insertLimitBytes && at < letters.length - 1) continue;
    await store.insertArrow('dead_letters', encodeDeadLetters(letters.slice(from, at + 1), atMs));
    from = at + 1;
    bytes = 0;
  }
}

const nothing = Buffer.alloc(0);

function encodeDeadLetters(letters: readonly DeadLetterRow[], atMs: number): ArrowFile {
  const texts = (name: string, of: (letter: DeadLetterRow) => string) => arrowColumn.texts(name, letters.map(of));
  const numbers = (of: (letter: DeadLetterRow) => number) => Float64Array.from(letters, of);
  const flags = (name: string, of: (letter: DeadLetterRow) => boolean) =>
    arrowColumn.uint8(
      name,
      Uint8Array.from(letters, (letter) => Number(of(letter))),
    );
  const bytes = (name: string, of: (letter: DeadLetterRow) => Buffer) =>
    arrowColumn.bytes(name, packBytes(letters.map(of)));
  const headers = letters.flatMap((letter) => letter.headers);
  const headerOffsets = new Int32Array(letters.length + 1);
  letters.forEach((letter, at) => {
    headerOffsets[at + 1] = (headerOffsets[at] as number) + letter.headers.length;
  });
  return encodeArrow(
    [
      texts('source', ({ partition }) => partition.source),
      arrowColumn.uint32(
        'partition',
        Uint32Array.from(letters, ({ partition }) => partition.partition),
      ),
      arrowColumn.int64(
        'offset',
        numbers(({ offset }) => offset),
      ),
      arrowColumn.int64(
        'epoch',
        numbers(({ epoch }) => epoch),
      ),
      arrowColumn.timestamp(
        'arrival_time',
        numbers(({ arrivalTimeMs }) => arrivalTimeMs ?? Number.NaN),
      ),
      texts('reason', ({ violations }) => violations[0]?.code ?? ''),
      texts('path', ({ violations }) => violations[0]?.path ?? ''),
      texts('message', ({ violations }) => violations[0]?.message ?? ''),
      texts('violations', ({ violations }) => JSON.stringify(violations)),
      bytes('key', ({ key }) => key ?? nothing),
      bytes('payload', ({ payload }) => payload?.subarray(0, payloadLimitBytes) ?? nothing),
      arrowColumn.int64(
        'payload_bytes',
        numbers(({ payload }) => payload?.length ?? 0),
      ),
      texts('contract', ({ contract }) => contract),
      arrowColumn.timestamp(
        'rejected_at',
        numbers(() => atMs),
      ),
      flags('key_absent', ({ key }) => key === null),
      flags('payload_absent', ({ payload }) => payload === null),
      arrowColumn.textLists(
        'header_names',
        headerOffsets,
        headers.map(({ name }) => name),
      ),
      arrowColumn.bytesLists(
        'header_values',
        headerOffsets.slice(),
        headers.map(({ value }) => value),
      ),
    ],
    letters.length,
  );
}
