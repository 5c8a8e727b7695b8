import { open, writeFile } from 'node:fs/promises';

const newline = 0x0a;
/** Below the megabyte that a broker takes at once. */
const piecesBytes = 512 * 1024;

/** The first `count` lines of a file as they stand, byte for byte and without their newline; a piece of the file at a time. */
export async function* linesOf(path: string, count: number): AsyncGenerator<Buffer[]> {
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
  throw new Error(`${path} has ${left} lines too few`);
}

/**
 * Writes a stream of `count` lines: those of `from`, and after every `every`-th the one `every` lines before it again, as a
 * producer that did not get its answer would. Returns how many were sent again.
 */
export async function writeWithResends(request: {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly every: number;
}): Promise<number> {
  const { from, to, count, every } = request;
  const out: Buffer[] = [];
  const separator = Buffer.from('\n');
  let written = 0;
  let resent = 0;
  let remembered: Buffer | undefined;
  let sinceLast = 0;
  const push = (line: Buffer) => {
    out.push(line, separator);
    written++;
  };
  for await (const lines of linesOf(from, count)) {
    for (const line of lines) {
      if (written >= count) break;
      push(line);
      if (++sinceLast < every) continue;
      sinceLast = 0;
      if (remembered !== undefined && written < count) {
        push(remembered);
        resent++;
      }
      remembered = line;
    }
  }
  await writeFile(to, Buffer.concat(out));
  return resent;
}
