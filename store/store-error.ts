import { ErrorCode, messageOf, TidemarkError } from '../common/error.ts';

const unreachable = /ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|socket hang up|Timeout error|timeout/i;
const busy =
  /TOO_MANY_SIMULTANEOUS_QUERIES|MEMORY_LIMIT_EXCEEDED|TOO_MANY_PARTS|TABLE_IS_READ_ONLY|KEEPER_EXCEPTION|TIMEOUT_EXCEEDED|NETWORK_ERROR|Code: (?:202|241|252|242|999|159|210)\b/;
const directoryTrouble =
  /EACCES|EROFS|ENOSPC|EPERM|ENOTDIR|Read-only file system|Permission denied|No space left|CANNOT_OPEN_FILE|NOT_ENOUGH_SPACE|Cannot lock file|lock file|another server instance/i;

/** Foreign errors of the client and the engine, translated once, here. */
export function translateStoreError(error: unknown, place: string): TidemarkError {
  if (error instanceof TidemarkError) return error;
  const message = messageOf(error).split('\n')[0] ?? 'unknown error';
  if (directoryTrouble.test(message)) {
    return new TidemarkError(ErrorCode.STORE_DIRECTORY, `the data directory cannot be used: ${message}`, {
      place,
      cure: 'Check that the directory is writable, that the disk has room, and that no other process has it open',
      retriable: /ENOSPC|No space left|NOT_ENOUGH_SPACE/.test(message),
      cause: error,
    });
  }
  if (unreachable.test(message) || busy.test(message)) {
    return new TidemarkError(ErrorCode.STORE_UNAVAILABLE, `the store does not answer: ${message}`, {
      place,
      cure: 'Check that ClickHouse runs and can be reached; intake is held until it answers',
      retriable: true,
      cause: error,
    });
  }
  return new TidemarkError(ErrorCode.STORE_REJECTED, `the store refused a statement: ${message}`, {
    place,
    cause: error,
  });
}
