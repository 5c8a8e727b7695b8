import { open } from 'node:fs/promises';

const newline = 0x0a;
/** Below the megabyte that a broker takes at once. */
const piecesBytes = 512 * 1024;

/**
 * The lines of a file, or the first `count` of them, as they stand: byte for byte and without their newline; a piece of the file
 * at a time. Throws where there are fewer than `count`.
 */
export async function* linesOf(path: string, count = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer[]> {
  const file = await open(path);
  let left = count;
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of file.createReadStream({ highWaterMark: piecesBytes, autoClose: false })) {
      const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
      const lines: Buffer[] = [];
      let from = 0;
      for (let end = bytes.indexOf(newline); end >= 0 && lines.length < left; end = bytes.indexOf(newline, from)) {
        lines.push(bytes.subarray(from, end));
        from = end + 1;
      }
      rest = bytes.subarray(from);
      left -= lines.length;
      yield lines;
      if (left === 0) return;
    }
  } finally {
    await file.close();
  }
  if (Number.isFinite(left)) throw new Error(`${path} has ${left} lines too few`);
}
