import { existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';
import type { DeadLetter } from '../../common/outgoing.ts';
import type { ReplayPart, ReplayStore } from '../../common/replay.ts';

const newline = 10;
const carriageReturn = 13;
const space = 32;

/** Parts that went to files and were interrupted: a file is there whole or not at all. */
export async function settleFiles(store: ReplayStore): Promise<void> {
  for (const part of await store.pending())
    if (part.target.startsWith('/')) await store.end(part, existsSync(part.target) ? 'sent' : 'void');
}

/** Writes letters to a new file, one a line, and notes them as sent. Returns the lines. */
export async function replayToFile(request: {
  readonly file: string;
  readonly parts: readonly Omit<ReplayPart, 'target'>[];
  readonly store: ReplayStore;
}): Promise<number> {
  const { parts, store } = request;
  const target = resolve(request.file);
  if (existsSync(target)) throw unwritable(target, 'the file is there already', 'Name a new file');
  const temporary = `${target}.part`;
  let lines = 0;
  try {
    const handle = await open(temporary, 'w');
    try {
      for (const part of parts) {
        await store.begin({ ...part, target });
        for (const letter of await store.letters(part)) lines += await writeLine(handle, letter);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    if (error instanceof TidemarkError) throw error;
    throw unwritable(target, messageOf(error), 'Check the path and its permissions', error);
  }
  for (const { id } of parts) await store.end({ id, target, begunAtMs: 0 }, 'sent');
  return lines;
}

/** Line breaks inside an event are white space of its JSON. */
async function writeLine(handle: FileHandle, { payload }: DeadLetter): Promise<number> {
  if (payload === null || payload.length === 0) return 0;
  const line = Buffer.alloc(payload.length + 1, newline);
  for (let at = 0; at < payload.length; at++) {
    const byte = payload[at] as number;
    line[at] = byte === newline || byte === carriageReturn ? space : byte;
  }
  await handle.write(line);
  return 1;
}

function unwritable(place: string, reason: string, cure: string, cause?: unknown): TidemarkError {
  return new TidemarkError(ErrorCode.FILE_UNREADABLE, `the file cannot be written: ${reason}`, { place, cure, cause });
}
