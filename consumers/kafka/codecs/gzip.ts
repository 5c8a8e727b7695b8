import { promisify } from 'node:util';
import { constants, gzip, unzip } from 'node:zlib';
import { messageOf } from '../../../common/error.ts';
import { maxBatchBytes, unreadable } from './limit.ts';

const unzipAsync = promisify(unzip);
const gzipAsync = promisify(gzip);

/** kafkajs' own has no bound. */
export async function decompressGzip(data: Buffer): Promise<Buffer> {
  try {
    return await unzipAsync(data, { maxOutputLength: maxBatchBytes });
  } catch (error) {
    throw unreadable('gzip', messageOf(error));
  }
}

export function compressGzip(data: Buffer): Promise<Buffer> {
  return gzipAsync(data, { level: constants.Z_DEFAULT_COMPRESSION });
}
