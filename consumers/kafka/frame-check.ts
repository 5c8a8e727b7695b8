/** Of a list of the versions a broker speaks, which is below a kilobyte. */
const maxVersionsBytes = 1024 * 1024;
/** Of any other answer: a fetch of one message that is as large as topics allow. */
const maxFrameBytes = 1024 * 1024 * 1024;
/** The key of the request for versions, with which the first connection to a broker begins. Others may begin with a fetch. */
const versionsKey = 18;

/**
 * Follows the answers on a connection: one a request at most, and each begins with its size in four bytes. So something else
 * that answers at the port shows itself: it says a size that no broker says (`HTTP` is 1.2 GB), or speaks without being asked.
 * Without this the client would keep what comes and wait for the rest.
 */
export interface FrameCheck {
  /** A request was sent: its size, then the key of what it asks for. */
  asked(request: Buffer): void;
  /** False where the bytes are no answers. */
  accepts(chunk: Buffer): boolean;
}

export function createFrameCheck(): FrameCheck {
  let requests = 0;
  let firstMaxBytes = maxFrameBytes;
  let frames = 0;
  /** Bytes of the present frame that have not come yet. */
  let left = 0;
  let size = 0;
  let sizeBytes = 0;
  return {
    asked(request) {
      if (requests++ === 0 && request.length >= 6 && request.readInt16BE(4) === versionsKey)
        firstMaxBytes = maxVersionsBytes;
    },
    accepts(chunk) {
      for (let at = 0; at < chunk.length; ) {
        if (left > 0) {
          const taken = Math.min(left, chunk.length - at);
          left -= taken;
          at += taken;
          continue;
        }
        size = size * 256 + (chunk[at++] as number);
        if (++sizeBytes < 4) continue;
        if (++frames > requests || size > (frames === 1 ? firstMaxBytes : maxFrameBytes)) return false;
        left = size;
        size = 0;
        sizeBytes = 0;
      }
      return true;
    },
  };
}
