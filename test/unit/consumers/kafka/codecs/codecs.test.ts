import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { compressGzip, decompressGzip } from '../../../../../consumers/kafka/codecs/gzip.ts';
import { boundOfLz4, compressLz4, decompressLz4 } from '../../../../../consumers/kafka/codecs/lz4.ts';
import { compressSnappy, decompressSnappy } from '../../../../../consumers/kafka/codecs/snappy.ts';
import { boundOfZstd, compressZstd, decompressZstd } from '../../../../../consumers/kafka/codecs/zstd.ts';

const text = Buffer.from(
  Array.from({ length: 20_000 }, (_, at) => JSON.stringify({ id: `e${at}`, size: at % 7 })).join('\n'),
);
const samples: Readonly<Record<string, Buffer>> = {
  'one byte': Buffer.from('x'),
  text,
  'bytes that do not compress': randomBytes(300_000),
  zeros: Buffer.alloc(1_000_000),
};
const codecs = {
  gzip: { compress: compressGzip, decompress: decompressGzip },
  snappy: { compress: compressSnappy, decompress: decompressSnappy },
  lz4: { compress: compressLz4, decompress: decompressLz4 },
  zstd: { compress: compressZstd, decompress: decompressZstd },
};

describe.each(Object.entries(codecs))('%s', (_, { compress, decompress }) => {
  it.each(Object.entries(samples))('gives back %s', async (_name, data) => {
    expect((await decompress(await compress(data))).equals(data)).toBe(true);
  });

  it('says of a batch that is cut short that it cannot be decompressed', async () => {
    const whole = await compress(text);
    await expect(async () => decompress(whole.subarray(0, whole.length >> 1))).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringContaining('cannot be decompressed'),
      retriable: false,
    });
  });

  it('says the same of something else', async () => {
    await expect(async () => decompress(Buffer.from('HTTP/1.1 400 Bad Request\r\n'))).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
    });
  });
});

describe('the bounds of sizes', () => {
  it.each(Object.entries(samples))('are no less than what %s takes', async (_, data) => {
    const lz4 = await compressLz4(data);
    const zstd = await compressZstd(data);
    expect(boundOfLz4(lz4)).toBeGreaterThanOrEqual(data.length);
    expect(boundOfZstd(zstd)).toBeGreaterThanOrEqual(data.length);
    // No more than one block too many of ordinary data.
    expect(boundOfLz4(lz4)).toBeLessThan(data.length + 4 * 1024 * 1024);
    expect(boundOfZstd(zstd)).toBeLessThan(data.length + 128 * 1024);
  });

  it('refuse a batch that would fill the memory, before it is decompressed', async () => {
    // Frame header with a window of 128 KiB, then blocks of one byte repeated 128 Ki times: 12,000 of them in 48 KB.
    const block = Buffer.from([0x02, 0x00, 0x10, 0x00]);
    const bomb = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]), ...Array(12_000).fill(block)]);
    const last = Buffer.from([0x03, 0x00, 0x10, 0x00]);
    await expect(decompressZstd(Buffer.concat([bomb, last]))).rejects.toThrow('it may hold 1572995072 bytes');
  });

  it('refuse blocks of snappy that say so', () => {
    const claims = Buffer.from([0x80, 0x80, 0x80, 0x80, 0x04, 0x00]);
    expect(() => decompressSnappy(claims)).toThrow('more than 536870912');
  });
});
