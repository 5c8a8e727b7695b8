import { ErrorCode, TidemarkError } from '../../../common/error.ts';

/**
 * What one record batch may hold after decompression. Brokers take batches of 1 MiB compressed by default; a few hundred KB of
 * zeros can expand to gigabytes, which would end the process again at every start.
 */
export const maxBatchBytes = 512 * 1024 * 1024;

/** Throws where a batch may be larger than that. */
export function checkSize(codec: string, bytes: number, limitBytes = maxBatchBytes): void {
  if (bytes > limitBytes) throw unreadable(codec, `it may hold ${bytes} bytes, more than ${limitBytes}`);
}

/** A batch that is no valid output of its codec, or too large. Without a cause: kafkajs keeps only the innermost error. */
export function unreadable(codec: string, why: string): TidemarkError {
  return new TidemarkError(
    ErrorCode.SOURCE_UNAVAILABLE,
    `a batch of messages cannot be decompressed (${codec}): ${why}`,
    {
      place: 'kafka',
      cure: "Reading waits at it. Find its producer, or set the group's offset behind it.",
    },
  );
}
