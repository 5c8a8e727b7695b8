import { writeFile } from 'node:fs/promises';
import { linesOf } from '../../examples/flights/lines.ts';

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
