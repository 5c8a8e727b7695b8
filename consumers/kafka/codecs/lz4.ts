import { compressFrame, decompressFrame } from 'lz4-napi';
import { messageOf } from '../../../common/error.ts';
import { checkSize, unreadable } from './limit.ts';

const magic = 0x184d2204;

/**
 * The most that a frame can hold, from its blocks' headers: a block holds no more than the frame's block size, and no more than
 * 255 times what it takes.
 * See https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 */
export function boundOfLz4(data: Buffer): number {
  if (data.length < 7 || data.readUInt32LE(0) !== magic) throw unreadable('lz4', 'it is no frame');
  const flags = data[4] as number;
  const sizeCode = ((data[5] as number) >> 4) & 7;
  const blockBytes = 1 << (8 + 2 * Math.max(4, sizeCode));
  const checksum = (flags & 0x10) !== 0 ? 4 : 0;
  let at = 7 + ((flags & 0x08) !== 0 ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0);
  let bound = 0;
  while (at + 4 <= data.length) {
    const size = data.readUInt32LE(at);
    if (size === 0) return bound;
    const taken = size & 0x7fffffff;
    bound += size >>> 31 === 1 ? taken : Math.min(blockBytes, 255 * taken);
    at += 4 + taken + checksum;
  }
  throw unreadable('lz4', 'it ends within a block');
}

export async function decompressLz4(data: Buffer): Promise<Buffer> {
  checkSize('lz4', boundOfLz4(data));
  try {
    return await decompressFrame(data);
  } catch (error) {
    throw unreadable('lz4', `the frame is damaged: ${messageOf(error)}`);
  }
}

export function compressLz4(data: Buffer): Promise<Buffer> {
  return compressFrame(data);
}
