import type { Metrics } from '../../common/ports.ts';
import {
  type AssignmentListener,
  type PartitionId,
  partitionKey,
  type Source,
  type SourceBatch,
} from '../../common/source.ts';
import type { Decoder } from './decoder.ts';

export interface HoldingOptions {
  readonly decoder: Decoder;
  readonly metrics: Metrics;
  readonly role: PartitionId['role'];
  /** What is kept of partitions that wait; beyond it nothing is read. Default 50,000 messages and 32 MiB. */
  readonly maxMessages?: number;
  readonly maxBytes?: number;
}

/** A partition whose next batch waits for what its decoder needs, and the batches behind that. */
interface Line {
  readonly batches: SourceBatch[];
  readonly abort: AbortController;
  ready: boolean;
}

/**
 * A source that hands a batch over when its decoder is prepared for it. Until then the partition is held, with everything that
 * comes behind, in its order; the other partitions go on, up to the bounds. A partition that is taken away waits no longer.
 */
export function holdUntilPrepared(source: Source, options: HoldingOptions): Source {
  const { decoder, metrics, role, maxMessages = 50_000, maxBytes = 32 * 1024 * 1024 } = options;
  const lines = new Map<string, Line>();
  let messages = 0;
  let bytes = 0;
  let reading = false;
  let ended = false;
  let closed = false;
  let failure: { readonly error: unknown } | undefined;
  let arrived: SourceBatch | undefined;
  let wake: (() => void) | undefined;

  function read(): void {
    reading = true;
    source
      .read()
      .then(
        (batch) => {
          if (batch === undefined) ended = true;
          else arrived = batch;
        },
        (error: unknown) => {
          failure = { error };
        },
      )
      .finally(() => {
        reading = false;
        wake?.();
      });
  }

  function count(batch: SourceBatch, sign: 1 | -1): void {
    messages += sign * batch.messages.length;
    for (const { value } of batch.messages) bytes += sign * (value?.length ?? 0);
  }

  function report(): void {
    metrics.gauge('tidemark_held_partitions', lines.size, { role });
  }

  /** Notices when the first batch of the line is prepared. */
  function watch(key: string, line: Line, waiting: Promise<void> | undefined): void {
    line.ready = waiting === undefined;
    waiting?.then(
      () => {
        line.ready = true;
        wake?.();
      },
      (error: unknown) => {
        // A partition that was taken away is no failure.
        if (lines.get(key) !== line) return;
        failure = { error };
        wake?.();
      },
    );
  }

  function takeReady(): SourceBatch | undefined {
    for (const [key, line] of lines) {
      if (!line.ready) continue;
      const batch = line.batches.shift() as SourceBatch;
      count(batch, -1);
      if (line.batches[0] !== undefined) watch(key, line, decoder.prepare(line.batches[0], line.abort.signal));
      else {
        lines.delete(key);
        report();
      }
      return batch;
    }
    return undefined;
  }

  /** The batch, if it has to wait for nothing; else it is put in line. */
  function pass(batch: SourceBatch): SourceBatch | undefined {
    const key = partitionKey(batch.partition);
    const line = lines.get(key);
    if (line !== undefined) {
      line.batches.push(batch);
      count(batch, 1);
      return undefined;
    }
    const abort = new AbortController();
    const waiting = decoder.prepare(batch, abort.signal);
    if (waiting === undefined) return batch;
    const made: Line = { batches: [batch], abort, ready: false };
    lines.set(key, made);
    count(batch, 1);
    report();
    watch(key, made, waiting);
    return undefined;
  }

  function drop(keys: Iterable<string>): void {
    for (const key of keys) {
      const line = lines.get(key);
      if (line === undefined) continue;
      lines.delete(key);
      for (const batch of line.batches) count(batch, -1);
      line.abort.abort();
    }
    report();
    wake?.();
  }

  return {
    shared: source.shared,
    ends: () => source.ends(),
    commit: (ranges) => source.commit(ranges),
    settle: (outcomes) => source.settle?.(outcomes),
    status: () => source.status?.() ?? [],
    start(listener) {
      const own: AssignmentListener = {
        assigned: (partitions) => listener.assigned(partitions),
        revoked(partitions) {
          const keys = partitions.map(partitionKey);
          if (arrived !== undefined && keys.includes(partitionKey(arrived.partition))) arrived = undefined;
          drop(keys);
          listener.revoked(partitions);
        },
      };
      return source.start(own);
    },
    async read() {
      for (;;) {
        if (failure !== undefined) throw failure.error;
        if (closed) return undefined;
        const ready = takeReady();
        if (ready !== undefined) return ready;
        if (arrived !== undefined) {
          const batch = arrived;
          arrived = undefined;
          const passed = pass(batch);
          if (passed !== undefined) return passed;
          continue;
        }
        if (ended && lines.size === 0) return undefined;
        if (!reading && !ended && messages < maxMessages && bytes < maxBytes) read();
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
      }
    },
    async close() {
      closed = true;
      drop([...lines.keys()]);
      await source.close();
    },
  };
}
