import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../../common/error.ts';
import type { OutgoingStore, PageRequest } from '../../../common/outgoing.ts';
import type { Logger, Metrics } from '../../../common/ports.ts';
import { backoffMs } from '../../../common/retry.ts';
import { type PartitionId, partitionKey } from '../../../common/source.ts';
import type { Outgoing } from '../../worker/outgoing.ts';
import { createBudget } from './budget.ts';
import { isProducerFenced, isTooLarge, translateOutputError } from './errors.ts';
import { createLane, type Lane, type Slice } from './lane.ts';
import type { OutputTopic } from './output-topic.ts';
import type { SliceOf } from './slices.ts';

export interface OutboxOptions {
  /** dead-letters or predictions. */
  readonly name: string;
  readonly topic: OutputTopic;
  readonly store: OutgoingStore;
  readonly sliceOf: SliceOf;
  /** The same from the store. */
  readonly read: (request: PageRequest) => Promise<Slice>;
  /** Partitions it is for. */
  readonly takes: (partition: PartitionId) => boolean;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly bounds?: OutboxBounds;
  /** Uniform in [0, 1): the jitter of waits. Default `Math.random`. */
  readonly random?: () => number;
}

export interface OutboxBounds {
  /** What waits in memory to go out while the broker answers; beyond it intake is held. */
  readonly memoryBytes: number;
  /** Positions of a partition that may be counted and not gone out; beyond it intake is held, whatever the reason. */
  readonly positions: number;
}

export interface Outbox extends Outgoing {
  /** Throws OUTPUT_UNAVAILABLE where waiting is no cure: the topic is not there, the login is refused. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const defaultBounds: OutboxBounds = { memoryBytes: 64 * 1024 * 1024, positions: 10_000_000 };
const backoff = { baseMs: 200, maxMs: 10_000 };
/** Between notes of the positions in the store. */
const noteIntervalMs = 10_000;
const idleMs = 10_000;
/** At the end a broker that does not answer holds nobody up. */
const closeTimeoutMs = 5000;

/** The lanes of one output: one a partition that is ours. */
export function createOutbox(options: OutboxOptions): Outbox {
  const { name, topic, store, logger, metrics, bounds = defaultBounds, random = Math.random } = options;
  const budget = createBudget();
  const lanes = new Map<string, { readonly id: string; readonly partition: PartitionId; readonly lane: Lane }>();
  const noted = new Map<string, number>();
  const closings = new Set<Promise<unknown>>();
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  async function failed(partition: PartitionId, error: unknown, failures: number, signal: AbortSignal): Promise<void> {
    const fields = { output: name, topic: topic.place.topic, partition: partitionKey(partition) };
    metrics.count('tidemark_outgoing_failures_total', 1, { output: name });
    const waitMs = backoffMs({ attempt: failures, ...backoff, random });
    if (isTooLarge(error) && topic.takesLess()) return;
    if (isProducerFenced(error)) logger.info(fields, 'another worker has taken over what goes out; asking again');
    else {
      const { message, code, cure, retriable } = translateOutputError(error, topic.place);
      const details = { ...fields, code, cure, waitMs: Math.round(waitMs) };
      if (retriable) logger.warn(details, `${message}; what goes out waits`);
      else logger.error(details, `${message}; what goes out waits`);
    }
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
  }

  function laneOf(
    partition: PartitionId,
    id: string,
    start: { readonly position: number; readonly counted: number },
  ): Lane {
    const labels = { output: name, source: partition.source, partition: String(partition.partition) };
    return createLane({
      ...start,
      budget,
      idleMs,
      read: (from, through) => options.read({ partition, from, through }),
      open: () => topic.open(id, partition),
      onSent: (messages) => metrics.count('tidemark_outgoing_messages_total', messages, { output: name }),
      onMoved: (behind) => metrics.gauge('tidemark_outgoing_lag_messages', behind, labels),
      onFailure: (error, failures, signal) => failed(partition, error, failures, signal),
    });
  }

  /** The store's copy of the positions, for when the broker has forgotten them. It may lag behind. */
  async function note(): Promise<void> {
    const changed = [...lanes.values()]
      .map(({ id, lane }) => ({ lane: id, position: lane.position }))
      .filter(({ lane, position }) => noted.get(lane) !== position);
    if (changed.length === 0) return;
    await store.writePositions(changed);
    for (const { lane, position } of changed) noted.set(lane, position);
  }

  function noteLater(): void {
    if (closed) return;
    timer = setTimeout(() => {
      note()
        .catch((error: unknown) => logger.warn({ output: name, reason: messageOf(error) }, 'positions are noted later'))
        .finally(noteLater);
    }, noteIntervalMs);
    timer.unref();
  }

  function end(key: string): void {
    const entry = lanes.get(key);
    if (entry === undefined) return;
    lanes.delete(key);
    const closing = entry.lane.close().finally(() => closings.delete(closing));
    closings.add(closing);
  }

  const full = () =>
    budget.usedBytes > bounds.memoryBytes || [...lanes.values()].some(({ lane }) => lane.behind > bounds.positions);

  return {
    async start() {
      await topic.check(logger);
      noteLater();
    },
    async assigned(partition, counted) {
      if (!options.takes(partition)) return;
      const key = partitionKey(partition);
      end(key);
      const id = topic.laneId(partition);
      let position = await store.position(id);
      if (position === undefined) {
        // Written before anything more is counted: where a lane begins is decided once.
        position = counted;
        await store.writePositions([{ lane: id, position }]);
      }
      noted.set(id, position);
      if (closed) return;
      lanes.set(key, {
        id,
        partition,
        lane: laneOf(partition, id, { position, counted: Math.max(position, counted) }),
      });
    },
    revoked: (partition) => end(partitionKey(partition)),
    async counted(rows, chunkOf, chunks, stop) {
      for (const chunk of chunks)
        lanes.get(partitionKey(chunk.partition))?.lane.offer(options.sliceOf(rows, chunkOf, chunk));
      const held = () => full() && !closed && !stop.aborted;
      if (!held()) return;
      logger.warn({ output: name, topic: topic.place.topic }, 'too much waits to go out; intake is held');
      stop.addEventListener('abort', budget.announce);
      while (held()) await budget.changed();
      stop.removeEventListener('abort', budget.announce);
    },
    async drained(stop) {
      const over = new AbortController();
      await Promise.race([
        Promise.all([...lanes.values()].map(({ lane }) => lane.drained())),
        sinceAborted(stop, closeTimeoutMs, over.signal),
      ]);
      over.abort();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      budget.announce();
      const last = [...lanes.values()].map(({ id, lane }) => ({ id, lane }));
      for (const key of [...lanes.keys()]) end(key);
      const late = new AbortController();
      await Promise.race([
        Promise.allSettled(closings),
        delay(closeTimeoutMs, undefined, { signal: late.signal }).catch(() => undefined),
      ]);
      late.abort();
      const positions = last.map(({ id, lane }) => ({ lane: id, position: lane.position }));
      await store
        .writePositions(positions.filter(({ lane, position }) => noted.get(lane) !== position))
        .catch(() => undefined);
      await topic.close();
    },
  };
}

/** Resolves so long after `stop` is aborted, or when `over` is. */
async function sinceAborted(stop: AbortSignal, ms: number, over: AbortSignal): Promise<void> {
  if (!stop.aborted) {
    await new Promise<void>((resolve) => {
      stop.addEventListener('abort', () => resolve(), { once: true, signal: over });
      over.addEventListener('abort', () => resolve(), { once: true });
    });
  }
  await delay(ms, undefined, { signal: over }).catch(() => undefined);
}

/** Several outboxes as one. */
export function combineOutgoing(outboxes: readonly Outbox[]): Outbox {
  const all = async (work: (outbox: Outbox) => Promise<void>) => void (await Promise.all(outboxes.map(work)));
  return {
    start: () => all((outbox) => outbox.start()),
    assigned: (partition, position) => all((outbox) => outbox.assigned(partition, position)),
    revoked: (partition) => {
      for (const outbox of outboxes) outbox.revoked(partition);
    },
    counted: (...told) => all((outbox) => outbox.counted(...told)),
    drained: (stop) => all((outbox) => outbox.drained(stop)),
    close: () => all((outbox) => outbox.close()),
  };
}
