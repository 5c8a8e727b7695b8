import type { ReplayPart, SelectedLetter } from '../../common/replay.ts';

/** Of one part, which is one transaction. */
const partLetters = 1000;
const partBytes = 8 * 1024 * 1024;

/** Cuts letters, which come ordered, into parts of one partition each. */
export function* partsOf(letters: readonly SelectedLetter[], replay: string): Generator<Omit<ReplayPart, 'target'>> {
  let open: { source: string; partition: number; offsets: number[]; bytes: number } | undefined;
  let count = 0;
  const end = (part: NonNullable<typeof open>) => ({
    id: `${replay}/${++count}`,
    source: part.source,
    partition: part.partition,
    offsets: part.offsets,
  });
  for (const { source, partition, offset, bytes } of letters) {
    const other =
      open !== undefined &&
      (open.source !== source ||
        open.partition !== partition ||
        open.offsets.length >= partLetters ||
        open.bytes + bytes > partBytes);
    if (open !== undefined && other) yield end(open);
    if (open === undefined || other) open = { source, partition, offsets: [], bytes: 0 };
    open.offsets.push(offset);
    open.bytes += bytes;
  }
  if (open !== undefined) yield end(open);
}
