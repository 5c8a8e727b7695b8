import { headerPrefix, type OutgoingMessage } from './message.ts';

/** What a record batch has around its records, and a record around its parts, at most. */
const batchOverheadBytes = 128;
const recordOverheadBytes = 40;
const headerOverheadBytes = 10;

/** Bytes of a message in a record batch, at most. */
export function sizeOf({ key, value, headers }: OutgoingMessage): number {
  let bytes = recordOverheadBytes + (key?.length ?? 0) + (value?.length ?? 0);
  for (const { name, value: text } of headers)
    bytes += headerOverheadBytes + Buffer.byteLength(name) + (text?.length ?? 0);
  return bytes;
}

/** What one send may hold so that each of its record batches is below the limit of the topic. */
export function roomOf(maxMessageBytes: number): number {
  return maxMessageBytes - batchOverheadBytes;
}

/**
 * A message that the topic takes: of one that is too large the payload is cut, and if that is not enough the headers that
 * are not ours and the key are left out. Headers say so; the whole message is in the store.
 */
export function cutToFit(message: OutgoingMessage, maxMessageBytes: number): OutgoingMessage {
  const room = roomOf(maxMessageBytes);
  if (sizeOf(message) <= room) return message;
  const ours = message.headers.filter(({ name }) => name.startsWith(headerPrefix));
  const note = (name: string, value: number) => ({ name: headerPrefix + name, value: Buffer.from(String(value)) });
  const bytes = message.value?.length ?? 0;
  const known = ours.some(({ name }) => name === `${headerPrefix}payload-bytes`);
  const cutNote = known ? [] : [note('payload-bytes', bytes)];
  const cut = (from: OutgoingMessage): OutgoingMessage | undefined => {
    const excess = sizeOf(from) - room;
    if (excess <= 0) return from;
    if (from.value === null || excess > from.value.length) return undefined;
    return { ...from, value: from.value.subarray(0, from.value.length - excess) };
  };
  const withNote = { ...message, headers: [...message.headers, ...cutNote] };
  const bare = {
    ...message,
    headers: [...ours, ...cutNote, note('headers-left-out', message.headers.length - ours.length)],
  };
  const keyless = { ...bare, key: null, headers: [...bare.headers, note('key-bytes', message.key?.length ?? 0)] };
  return cut(withNote) ?? cut(bare) ?? cut(keyless) ?? { ...keyless, value: null };
}
