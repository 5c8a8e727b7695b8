import { compressSync, uncompressSync } from 'snappy';
import { messageOf } from '../../../common/error.ts';
import { checkSize, unreadable } from './limit.ts';

/** Java's clients write blocks of 32 KiB behind this header (xerial); librdkafka writes one block without any. */
const header = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00, 0, 0, 0, 1, 0, 0, 0, 1]);
const magicBytes = 8;
const blockBytes = 32 * 1024;

/** The blocks of a batch, each of them snappy's own format. */
function blocksOf(data: Buffer): Buffer[] {
  if (data.length < header.length || data.compare(header, 0, magicBytes, 0, magicBytes) !== 0) return [data];
  const blocks: Buffer[] = [];
  for (let at = header.length; at < data.length; ) {
    const end = at + 4 <= data.length ? at + 4 + data.readUInt32BE(at) : Number.POSITIVE_INFINITY;
    if (end > data.length) throw unreadable('snappy', 'it ends within a block');
    blocks.push(data.subarray(at + 4, end));
    at = end;
  }
  return blocks;
}

/** Bytes a block says it holds: the varint it begins with. */
function heldBy(block: Buffer): number {
  let held = 0;
  for (let at = 0; at < 5; at++) {
    const byte = block[at];
    if (byte === undefined) break;
    held += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return held;
  }
  throw unreadable('snappy', 'a block does not begin with its size');
}

export function decompressSnappy(data: Buffer): Buffer {
  const blocks = blocksOf(data);
  checkSize(
    'snappy',
    blocks.reduce((sum, block) => sum + heldBy(block), 0),
  );
  try {
    // Copied once here costs a tenth of handing memory of the library over.
    const parts = blocks.map((block) => uncompressSync(block, { copyOutputData: true }) as Buffer);
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  } catch (error) {
    throw unreadable('snappy', `a block is damaged: ${messageOf(error)}`);
  }
}

/** With the header, as every reader knows it. */
export function compressSnappy(data: Buffer): Buffer {
  const parts: Buffer[] = [header];
  for (let at = 0; at < data.length; at += blockBytes) {
    const block = compressSync(data.subarray(at, at + blockBytes), { copyOutputData: true });
    const size = Buffer.alloc(4);
    size.writeUInt32BE(block.length);
    parts.push(size, block);
  }
  return Buffer.concat(parts);
}
