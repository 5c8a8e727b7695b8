import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { ErrorCode, messageOf, TidemarkError } from '../common/error.ts';

const unreachable =
  /ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|socket hang up|timeout|Bad Gateway|Service Unavailable|Gateway Time-?out/i;
const busy =
  /TOO_MANY_SIMULTANEOUS_QUERIES|MEMORY_LIMIT_EXCEEDED|TOO_MANY_PARTS|TABLE_IS_READ_ONLY|KEEPER_EXCEPTION|TIMEOUT_EXCEEDED|SOCKET_TIMEOUT|NETWORK_ERROR|ALL_CONNECTION_TRIES_FAILED|ABORTED|Code: (?:202|241|252|242|999|159|209|210|236|279)\b/;
const full = /ENOSPC|No space left|NOT_ENOUGH_SPACE|not enough space|Code: 243\b/i;
const directoryTrouble =
  /EACCES|EROFS|EPERM|ENOTDIR|Read-only file system|Permission denied|CANNOT_OPEN_FILE|Cannot lock file|another server instance|Failed to create connection|ENOENT.*mkdir|Code: 76\b/i;
const login =
  /AUTHENTICATION_FAILED|REQUIRED_PASSWORD|WRONG_PASSWORD|UNKNOWN_USER|ACCESS_DENIED|Code: (?:516|497|194|193|192)\b/;

/**
 * Foreign errors of the client and the engine, translated once, here.
 * @param place the data directory of the embedded engine (absolute), or the URL of a server
 */
export function translateStoreError(error: unknown, place: string): TidemarkError {
  if (error instanceof TidemarkError) return error;
  const message = reasonOf(error);
  // The client takes number and name of an engine's error out of its message.
  const { code, type } = error as { readonly code?: unknown; readonly type?: unknown };
  const text = `${message} Code: ${code} ${type}`;
  const embedded = isAbsolute(place);
  if (embedded && (full.test(text) || directoryTrouble.test(text))) return directoryUnusable(error, place);
  if (unreachable.test(text) || busy.test(text) || full.test(text)) {
    return new TidemarkError(ErrorCode.STORE_UNAVAILABLE, `the store does not answer: ${message}`, {
      place,
      cure: 'Check that ClickHouse runs and can be reached; intake is held until it answers',
      retriable: true,
      cause: error,
    });
  }
  return new TidemarkError(ErrorCode.STORE_REJECTED, `the store refused a statement: ${message}`, {
    place,
    ...(login.test(text) ? { cure: 'Check user and password in store.url, and what the user may do' } : {}),
    cause: error,
  });
}

/** The directory of the embedded engine cannot be opened or written to. A full disk may get room; nothing else mends itself. */
export function directoryUnusable(error: unknown, directory: string): TidemarkError {
  const message = reasonOf(error);
  const translated = (reason: string, cure: string, retriable = false) =>
    new TidemarkError(ErrorCode.STORE_DIRECTORY, reason, { place: directory, cure, retriable, cause: error });
  if (full.test(message)) {
    const cure = 'Make room; a pipeline that runs holds intake and goes on when there is some';
    return translated(`the disk of the data directory is full: ${message}`, cure, true);
  }
  const owner = ownerOf(directory);
  if (owner !== undefined) {
    const cure =
      'One process at a time has it open: stop that one, or share it by tidemark store or a ClickHouse server';
    return translated(`the data directory is in use by process ${owner}`, cure);
  }
  return translated(`the data directory cannot be used: ${message}`, 'Check that it is a directory and writable');
}

/** The other running process that has the directory open, as the engine writes it down. */
function ownerOf(directory: string): number | undefined {
  try {
    const pid = Number(/^PID: (\d+)/m.exec(readFileSync(join(directory, 'engine', 'status'), 'utf8'))?.[1]);
    if (!(pid > 0) || pid === process.pid) return undefined;
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  const [line = 'unknown error'] = messageOf(error).split('\n');
  return line.trim().replace(/[.:\s]+$/, '');
}
