import { compress, decompress } from '@mongodb-js/zstd';
import { messageOf } from '../../../common/error.ts';
import { checkSize, maxBatchBytes, unreadable } from './limit.ts';

const magic = 0xfd2fb528;
const maxBlockBytes = 128 * 1024;

/**
 * The most that a frame can hold, from its blocks' headers; producers that write as a stream do not put the size in the frame's.
 * See RFC 8878, sections 3.1.1.1 and 3.1.1.2.
 */
export function boundOfZstd(data: Buffer): number {
  if (data.length < 6 || data.readUInt32LE(0) !== magic) throw unreadable('zstd', 'it is no frame');
  const descriptor = data[4] as number;
  const single = (descriptor & 0x20) !== 0;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number;
  let at = 5 + (single ? 0 : 1) + dictionaryBytes + sizeBytes;
  let bound = 0;
  while (at + 3 <= data.length) {
    const header = data.readUIntLE(at, 3);
    const size = header >> 3;
    const kind = (header >> 1) & 3;
    // 0: as it is; 1: one byte repeated; 2: compressed.
    bound += kind === 2 ? maxBlockBytes : size;
    at += 3 + (kind === 1 ? 1 : size);
    if ((header & 1) === 1) return bound;
  }
  throw unreadable('zstd', 'it ends within a block');
}

export async function decompressZstd(data: Buffer): Promise<Buffer> {
  // Blocks that are not full make the bound too high, so it may be twice what is allowed elsewhere.
  checkSize('zstd', boundOfZstd(data), 2 * maxBatchBytes);
  try {
    return await decompress(data);
  } catch (error) {
    throw unreadable('zstd', `the frame is damaged: ${messageOf(error)}`);
  }
}

export function compressZstd(data: Buffer): Promise<Buffer> {
  return compress(data);
}
