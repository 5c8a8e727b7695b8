import { type FileHandle, open } from 'node:fs/promises';
import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';
import type { PartitionId, SourceMessage } from '../../common/source.ts';
import type { PartitionReader } from './partition-reader.ts';

const newline = 0x0a;
const carriageReturn = 0x0d;
const blockBytes = 1024 * 1024;

export interface NdjsonReaderOptions {
  readonly path: string;
  readonly partition: PartitionId;
  /** Lines a read. */
  readonly maxMessages: number;
  /** A line longer than this is handed on cut, so that the decoder refuses it, and the rest of it is passed over. */
  readonly maxLineBytes: number;
}

/**
 * One message a line; empty lines are none. The offset is the position of the line's first byte, so a restart seeks instead of
 * counting. The file ends where it ended when it was opened: a last line without a newline is a line.
 */
export async function openNdjson(options: NdjsonReaderOptions): Promise<PartitionReader> {
  const { path, partition } = options;
  const handle = await openFile(path);
  const size = (await handle.stat()).size;
  const end = await endOfLines(handle, size);
  let offset = 0;
  /** Bytes of the file from `offset` on that are read already. */
  let buffered: Buffer = Buffer.alloc(0);

  async function fill(): Promise<boolean> {
    const from = offset + buffered.length;
    const wanted = Math.min(blockBytes, size - from);
    if (wanted <= 0) return false;
    const block = Buffer.allocUnsafeSlow(buffered.length + wanted);
    buffered.copy(block);
    const { bytesRead } = await handle.read(block, buffered.length, wanted, from);
    if (bytesRead === 0) {
      throw new TidemarkError(
        ErrorCode.FILE_UNREADABLE,
        `the file has shrunk to less than ${size} bytes while it was read`,
        {
          place: path,
          cure: 'Do not change a file that is being read; append to a new one',
        },
      );
    }
    buffered = block.subarray(0, buffered.length + bytesRead);
    return true;
  }

  /** Passes over the rest of a line that is too long to be kept. */
  async function skipLine(): Promise<void> {
    for (;;) {
      const at = buffered.indexOf(newline);
      if (at >= 0) return advance(at + 1);
      advance(buffered.length);
      if (!(await fill())) return;
    }
  }

  function advance(bytes: number): void {
    offset += bytes;
    buffered = buffered.subarray(bytes);
  }

  return {
    partition,
    end,
    seek(to) {
      offset = to;
      buffered = Buffer.alloc(0);
    },
    async read() {
      const messages: SourceMessage[] = [];
      while (messages.length < options.maxMessages) {
        const at = buffered.indexOf(newline);
        if (at < 0) {
          if (buffered.length > options.maxLineBytes) {
            messages.push({ offset, key: null, value: Buffer.from(buffered.subarray(0, options.maxLineBytes + 1)) });
            await skipLine();
            continue;
          }
          if (await fill()) continue;
          if (buffered.length === 0) break;
        }
        const lineBytes = at < 0 ? buffered.length : at;
        const trimmed = lineBytes > 0 && buffered[lineBytes - 1] === carriageReturn ? lineBytes - 1 : lineBytes;
        if (trimmed > 0) messages.push({ offset, key: null, value: buffered.subarray(0, trimmed) });
        advance(at < 0 ? lineBytes : lineBytes + 1);
      }
      return messages.length === 0 && offset >= size ? undefined : { partition, messages, nextOffset: offset };
    },
    close: () => handle.close(),
  };
}

/** The position after the last byte that is no end of a line: no message begins from there on. */
async function endOfLines(handle: FileHandle, size: number): Promise<number> {
  const block = Buffer.allocUnsafe(4096);
  for (let to = size; to > 0; ) {
    const from = Math.max(0, to - block.length);
    const { bytesRead } = await handle.read(block, 0, to - from, from);
    for (let at = bytesRead - 1; at >= 0; at--) {
      if (block[at] !== newline && block[at] !== carriageReturn) return from + at + 1;
    }
    to = from;
  }
  return 0;
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path, 'r');
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    throw new TidemarkError(ErrorCode.FILE_UNREADABLE, `the file cannot be read: ${messageOf(error)}`, {
      place: path,
      cure: 'Check the path and its permissions',
      cause: error,
    });
  }
  throw new TidemarkError(ErrorCode.FILE_UNREADABLE, 'this is no regular file', { place: path, cure: 'Name a file' });
}
