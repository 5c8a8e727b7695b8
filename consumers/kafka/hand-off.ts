import type { SourceBatch } from '../../common/source.ts';

export interface HandOffBounds {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

interface Entry {
  readonly batch: SourceBatch;
  readonly bytes: number;
}

/**
 * The bounded queue between fetching and processing. The side that fetches asks {@link HandOff.hasSpace} before it puts;
 * the side that processes takes. An empty queue accepts a batch of any size, so that one larger than the bound passes.
 */
export interface HandOff {
  readonly messages: number;
  readonly bytes: number;
  hasSpace(): boolean;
  /** Resolves when something was taken or the queue was cleared or closed; at once while there is space. */
  whenSpace(): Promise<void>;
  put(batch: SourceBatch, bytes: number): void;
  /** The next batch; waits while there is none; undefined after `close`. Rejects after `fail`. */
  take(): Promise<SourceBatch | undefined>;
  /** Forgets what was not taken: it belongs to partitions that are gone, and their next owner reads it again. */
  clear(): void;
  close(): void;
  fail(error: unknown): void;
}

export function createHandOff(bounds: HandOffBounds): HandOff {
  let entries: Entry[] = [];
  let messages = 0;
  let bytes = 0;
  let ended: { readonly error?: unknown } | undefined;
  let takers: {
    readonly resolve: (batch: SourceBatch | undefined) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  let waiting: (() => void)[] = [];

  const announceSpace = () => {
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  const hasSpace = () => entries.length === 0 || (messages < bounds.maxMessages && bytes < bounds.maxBytes);
  const clear = () => {
    entries = [];
    messages = 0;
    bytes = 0;
    announceSpace();
  };
  const end = (reason: { readonly error?: unknown }) => {
    if (ended !== undefined) return;
    ended = reason;
    clear();
    for (const taker of takers) {
      if ('error' in reason) taker.reject(reason.error);
      else taker.resolve(undefined);
    }
    takers = [];
  };

  return {
    get messages() {
      return messages;
    },
    get bytes() {
      return bytes;
    },
    hasSpace,
    whenSpace: () =>
      hasSpace() || ended !== undefined ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
    put(batch, size) {
      if (ended !== undefined) return;
      const taker = takers.shift();
      if (taker !== undefined) {
        taker.resolve(batch);
        return;
      }
      entries.push({ batch, bytes: size });
      messages += batch.messages.length;
      bytes += size;
    },
    async take() {
      const entry = entries.shift();
      if (entry !== undefined) {
        messages -= entry.batch.messages.length;
        bytes -= entry.bytes;
        if (hasSpace()) announceSpace();
        return entry.batch;
      }
      if (ended !== undefined) {
        if ('error' in ended) throw ended.error;
        return undefined;
      }
      return new Promise((resolve, reject) => takers.push({ resolve, reject }));
    },
    clear,
    close: () => end({}),
    fail: (error) => end({ error }),
  };
}
