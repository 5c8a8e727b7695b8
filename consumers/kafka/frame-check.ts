/** Of the first answer on a connection: the versions a broker speaks, below a kilobyte. */
const maxFirstBytes = 1024 * 1024;
/** Of any other: a fetch of one message that is as large as topics allow. */
const maxFrameBytes = 1024 * 1024 * 1024;

/**
 * Follows the frames of a connection: each begins with its size in four bytes. Returns false at a size that no broker sends, which
 * is how something else that answers at the port shows itself (`HTTP` read as a size is 1.2 GB). Without this the client would
 * keep what it sends and wait for the rest of it.
 */
export function createFrameCheck(): (chunk: Buffer) => boolean {
  let first = true;
  /** Bytes of the present frame that have not come yet. */
  let left = 0;
  let size = 0;
  let sizeBytes = 0;
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (left > 0) {
        const taken = Math.min(left, chunk.length - at);
        left -= taken;
        at += taken;
        continue;
      }
      size = size * 256 + (chunk[at++] as number);
      if (++sizeBytes < 4) continue;
      if (size > (first ? maxFirstBytes : maxFrameBytes)) return false;
      left = size;
      size = 0;
      sizeBytes = 0;
      first = false;
    }
    return true;
  };
}
