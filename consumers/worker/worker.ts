import { ErrorCode, TidemarkError } from '../../common/error.ts';
import type { Clock, Logger, Metrics } from '../../common/ports.ts';
import { type RetryOptions, retry } from '../../common/retry.ts';
import type { ChunkRow, FlushRows, PredictionRows } from '../../common/rows.ts';
import {
  type AssignmentListener,
  type PartitionId,
  partitionKey,
  type Source,
  type SourceBatch,
} from '../../common/source.ts';
import { chunkIdOf, chunkRows } from './chunk-rows.ts';
import { createDuplicateFilter } from './duplicate-filter.ts';
import type { Intake } from './intake.ts';
import type { Outgoing } from './outgoing.ts';
import type { PartitionState, Partitions } from './partitions.ts';
import { nextTurn, piecesOf } from './pieces.ts';
import type { Prepared } from './prepared.ts';
import { type ProfilePlan, profileBatch } from './profile-batch.ts';
import { createReader } from './reader.ts';
import { reportFlush } from './report-flush.ts';
import { createSampler } from './sampler.ts';

/** What the worker needs of the store. */
export interface WorkerStore {
  /** Step 1: rows that are keyed, so that writing them twice changes nothing. */
  writeRows(rows: FlushRows): Promise<void>;
  /** Step 3: the chunks count from now on; all of them or none. */
  writeChunks(chunks: readonly ChunkRow[]): Promise<void>;
  /** The chunk that reaches furthest into the partition. */
  lastChunk(
    partition: PartitionId,
  ): Promise<{ readonly to: number; readonly epoch: number; readonly watermarkMs: number } | undefined>;
  isCounted(chunkId: string): Promise<boolean>;
  /** Starts of the panes in which the chunk has profiles, ms since 1970. */
  panesOf(chunkId: string): Promise<readonly number[]>;
  /** Ids of the last accepted events that are no duplicates, oldest first. */
  recentIds(partition: PartitionId, before: number, limit: number): Promise<readonly string[]>;
  lastFlush(): Promise<number>;
}

export interface WorkerOptions {
  readonly source: Source;
  readonly intake: Intake;
  readonly partitions: Partitions;
  readonly store: WorkerStore;
  /** Scores the events that are no duplicates. Called between flushes only, so a change of model takes effect there. */
  readonly score: (prepared: Prepared) => Promise<readonly PredictionRows[]>;
  readonly profilePlan: () => ProfilePlan;
  /**
   * After the chunks count, and once at the start. Awaited before the next batch is scored, so that what is decided takes
   * effect at the same place of the stream however often the process was killed.
   */
  readonly onCommitted: (status: WorkerStatus) => Promise<void>;
  /** Where counted rows go on to; absent where they go nowhere but to the store. */
  readonly outgoing?: Outgoing;
  readonly flushRows: number;
  /** How long a message of an unbounded partition waits for others at most. */
  readonly flushIntervalMs: number;
  readonly duplicateWindow: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
}

export interface WorkerStatus {
  readonly flush: number;
  readonly partitions: readonly PartitionProgress[];
}

/** How far a partition is committed. */
export interface PartitionProgress {
  readonly partition: PartitionId;
  readonly watermarkMs: number;
  /** Wall clock of the last commit, or of the assignment. */
  readonly committedAtMs: number;
  /** A bounded partition that is committed to its end. */
  readonly ended: boolean;
}

export interface Worker {
  /** Reads until the source ends or `stop` is called; rejects on an error that retrying cannot cure. */
  run(): Promise<void>;
  /**
   * Takes nothing in any more; `run` then commits what was taken in, leaves the source and returns. Where the store does not
   * answer, `run` rejects instead of waiting for it.
   */
  stop(): void;
}

/** Work between two turns of the event loop. */
const turnEveryMs = 10;

/** After `stop`, how long it may take to commit what was taken in, where others wait for the partitions. */
const drainMs = 5000;

export function createWorker(options: WorkerOptions): Worker {
  const { source, intake, partitions, store, clock, logger, metrics } = options;
  const reader = createReader(source);
  const sampler = createSampler();
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  let flush = 0;
  let turnedAtMs = 0;

  const retrying = <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const retryOptions: RetryOptions = {
      random: options.random,
      sleep: (ms) => Promise.race([options.sleep(ms), stopped]),
      // Who wants to stop does not wait for a store that is away: what is not committed is read or sent again.
      signal: stopping.signal,
      onRetry: ({ attempt, waitMs, reason }) => {
        metrics.count('tidemark_retries_total', 1, { what });
        logger.warn({ what, attempt, waitMs: Math.round(waitMs), reason }, 'trying again; intake is held');
      },
    };
    return retry(work, retryOptions);
  };

  const listener: AssignmentListener = {
    assigned: (ids) => Promise.all(ids.map(({ committed, ...partition }) => take(partition, committed))),
    revoked(ids) {
      for (const id of ids) {
        partitions.drop(id);
        options.outgoing?.revoked(id);
      }
      metrics.count('tidemark_partitions_revoked_total', ids.length);
    },
  };

  async function take(id: PartitionId, committed: { readonly offset: number; readonly metadata: string } | undefined) {
    const partition: PartitionId = { source: id.source, partition: id.partition, role: id.role };
    if (committed !== undefined && committed.metadata !== '') await repair(committed.metadata);
    const last = await retrying('read of the last chunk', () => store.lastChunk(partition));
    // What is counted is never counted again, even where somebody has set the broker's offsets back.
    const position = Math.max(last?.to ?? 0, committed?.offset ?? 0);
    const epoch = Math.max(clock.now(), (last?.epoch ?? 0) + 1);
    const duplicates = createDuplicateFilter(options.duplicateWindow);
    if (partition.role === 'events' && last !== undefined) {
      const limit = options.duplicateWindow;
      for (const seen of await retrying('read of ids', () => store.recentIds(partition, position, limit))) {
        duplicates.seen(seen);
      }
    }
    const watermarkMs = last?.watermarkMs ?? Number.NEGATIVE_INFINITY;
    const progress = { position, watermarkMs, atMs: clock.now() };
    partitions.put({
      id: partition,
      epoch,
      position,
      watermarkMs,
      duplicates,
      progressMs: watermarkMs,
      committed: progress,
    });
    await retrying('start of what goes out', async () => options.outgoing?.assigned(partition, position));
    logger.info({ partition: partitionKey(partition), position, epoch }, 'partition assigned');
    return { partition, offset: position, epoch };
  }

  /** A crash between the broker's commit and the chunk's row: the commit says what the row has to be. */
  async function repair(metadata: string): Promise<void> {
    const chunk = JSON.parse(metadata) as ChunkRow;
    if (await retrying('repair', () => store.isCounted(chunk.chunkId))) return;
    const panesMs = await retrying('repair', () => store.panesOf(chunk.chunkId));
    await retrying('repair', () => store.writeChunks([{ ...chunk, panesMs }]));
    logger.warn({ chunk: chunk.chunkId }, 'completed a commit that a crash had interrupted');
  }

  /** Scores, profiles, stores and commits one batch, then lets decisions be made. */
  async function process(prepared: Prepared): Promise<void> {
    const started = performance.now();
    const predictions = await options.score(prepared);
    const plan = options.profilePlan();
    const profiles = profileBatch(plan, prepared, predictions, prepared.chunks.map(chunkIdOf));
    const samples = sampler.sample(prepared, plan.paneMs, plan.samplesPerPane);
    const chunks = chunkRows(prepared, predictions, profiles, ++flush);
    const rows: FlushRows = { ...prepared, predictions, profiles, samples, chunks, atMs: clock.now() };
    await retrying('write of rows', () => store.writeRows(rows));
    const owned = await commit(chunks);
    await retrying('write of chunks', () => store.writeChunks(owned));
    sampler.counted(samples, owned);
    for (const chunk of owned) {
      const state = partitions.get(chunk.partition);
      if (state?.epoch !== chunk.epoch) continue;
      Object.assign(state.committed, { position: chunk.to, watermarkMs: chunk.watermarkMs, atMs: clock.now() });
    }
    source.settle?.(prepared.outcomes);
    const seconds = (performance.now() - started) / 1000;
    reportFlush(owned, { events: prepared.events.rows, seconds, flushRows: options.flushRows, logger, metrics });
    await options.outgoing?.counted(rows, prepared.chunkOf, owned, stopping.signal);
    await options.onCommitted(status());
  }

  /** Step 2. Chunks of partitions that belong to somebody else by now are dropped: their new owner reads them again. */
  async function commit(chunks: readonly ChunkRow[]): Promise<readonly ChunkRow[]> {
    const owned = chunks.filter(({ partition, epoch }) => partitions.get(partition)?.epoch === epoch);
    if (!source.shared) return owned;
    if (await committed(owned)) return owned;
    // One of them is lost: which, is found out one by one.
    const kept: ChunkRow[] = [];
    for (const chunk of owned) {
      if (await committed([chunk])) {
        kept.push(chunk);
        continue;
      }
      // While the commit was waited for, the partition may have come back to us under a new epoch.
      if (partitions.get(chunk.partition)?.epoch === chunk.epoch) {
        partitions.drop(chunk.partition);
        options.outgoing?.revoked(chunk.partition);
      }
      logger.warn({ chunk: chunk.chunkId }, 'the partition has another owner; its work here is dropped');
    }
    return kept;
  }

  /** False where the source says that a partition belongs to somebody else. */
  async function committed(chunks: readonly ChunkRow[]): Promise<boolean> {
    // A broker keeps some 4 KiB of metadata a partition: the panes, which may be many, are found again in the store.
    const ranges = chunks.map((chunk) => ({ ...chunk, metadata: JSON.stringify({ ...chunk, panesMs: [] }) }));
    try {
      await retrying('commit', () => source.commit(ranges));
      return true;
    } catch (error) {
      if (error instanceof TidemarkError && error.code === ErrorCode.PARTITION_LOST) return false;
      throw error;
    }
  }

  function bounded(id: PartitionId): boolean {
    return source.ends().some(({ partition }) => partitionKey(partition) === partitionKey(id));
  }

  function filesAreRead(): boolean {
    return source.ends().every(({ partition, end }) => (partitions.get(partition)?.position ?? 0) >= end);
  }

  function status(): WorkerStatus {
    const endOf = new Map(source.ends().map(({ partition, end }) => [partitionKey(partition), end]));
    return {
      flush,
      partitions: partitions.all().map(({ id, committed }) => ({
        partition: id,
        watermarkMs: committed.watermarkMs,
        committedAtMs: committed.atMs,
        ended: committed.position >= (endOf.get(partitionKey(id)) ?? Number.POSITIVE_INFINITY),
      })),
    };
  }

  /**
   * In pieces, with a turn of the event loop after some milliseconds of work: heartbeats, fetches and the flush in flight go on
   * beside it. Promises alone would not let them, while the source has more at hand.
   */
  async function takeIn(batch: SourceBatch, state: PartitionState): Promise<void> {
    for (const piece of piecesOf(batch)) {
      // During that turn the partition may have been taken away.
      if (partitions.get(batch.partition) !== state) return;
      intake.add(piece, state);
      if (performance.now() - turnedAtMs < turnEveryMs) continue;
      await nextTurn();
      turnedAtMs = performance.now();
    }
  }

  async function readOn(): Promise<void> {
    let inFlight: Promise<void> = Promise.resolve();
    let failed = false;
    let over = false;
    // Files are cut by rows alone, so that a run can be repeated; what is unbounded waits for the interval at most.
    let dueMs = Number.POSITIVE_INFINITY;
    while (!over && !failed) {
      const next = await reader.next(dueMs - clock.now());
      if (next === 'ended' || next === 'stopped') over = true;
      else if (next !== 'due') {
        const state = partitions.get(next.partition);
        // A batch may have waited here while its partition was taken away and given back.
        if (state !== undefined && (next.epoch ?? state.epoch) === state.epoch) await takeIn(next, state);
        if (!bounded(next.partition)) dueMs = Math.min(dueMs, clock.now() + options.flushIntervalMs);
        // Beside an unbounded source nothing else would cut what is left of the files.
        else if (filesAreRead()) dueMs = clock.now();
      }
      if (intake.messageCount === 0) {
        dueMs = Number.POSITIVE_INFINITY;
        continue;
      }
      if (!over && clock.now() < dueMs && intake.messageCount < options.flushRows) continue;
      dueMs = Number.POSITIVE_INFINITY;
      const prepared = intake.cut();
      // The batch before is committed, and what it caused is decided, before this one is scored.
      await inFlight;
      inFlight = process(prepared);
      // Noticed at the next await of it; until then it must not count as unhandled.
      inFlight.catch(() => {
        failed = true;
        reader.stop();
      });
    }
    await inFlight;
  }

  /** The work, or an error where it is not done in time after `stop`: its partitions are wanted elsewhere. */
  async function inTime(work: Promise<void>): Promise<void> {
    if (!source.shared) return work;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      void stopped.then(() => {
        timer = setTimeout(() => {
          const message =
            'what was taken in could not be stored in time; the next owner of the partitions reads it again';
          reject(new TidemarkError(ErrorCode.STORE_UNAVAILABLE, message, { cure: 'Check that the store answers.' }));
        }, drainMs);
      });
    });
    // What goes on is refused by the source, which is closed then.
    work.catch(() => undefined);
    await Promise.race([work, late]).finally(() => clearTimeout(timer));
  }

  return {
    async run() {
      try {
        flush = await retrying('read of the last flush', () => store.lastFlush());
        // A broker that is away is waited for without end.
        await Promise.race([source.start(listener), stopped]);
        if (stopping.signal.aborted) return;
        await options.onCommitted(status());
        await inTime(readOn());
        await options.outgoing?.drained(stopping.signal);
      } finally {
        // However it ends: a member that stays in the group keeps partitions that nobody reads.
        await source.close();
      }
    },
    stop() {
      stopping.abort();
      reader.stop();
    },
  };
}
