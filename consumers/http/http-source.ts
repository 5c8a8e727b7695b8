import type { EventIntake, IntakeAnswer } from '../../common/intake.ts';
import type { Logger } from '../../common/ports.ts';
import type { PartitionId, Source, SourceBatch, SourceMessage } from '../../common/source.ts';
import type { HttpSourceConfig } from '../../config/schema.ts';
import { createPendingRequests } from './pending-requests.ts';

export interface HttpSourceDeps {
  readonly logger: Logger;
}

/** Messages a read: small enough that a flush is cut where the worker wants it. */
const readMaxMessages = 10_000;

const partition: PartitionId = { source: 'http', partition: 0, role: 'events' };

/**
 * Events that come in requests. Offsets are a running number that goes on after the last committed chunk, so one process
 * at a time may own it. Nothing is kept of events that are not committed: their producers get no 200 and send them again.
 *
 * The queue is bounded by `maxPendingEvents`, counted from `submit` until the outcome is settled. What comes before the start
 * waits for it: the server listens a moment earlier.
 */
export function createHttpSource(config: HttpSourceConfig, deps: HttpSourceDeps): Source & EventIntake {
  const pending = createPendingRequests();
  let state: 'new' | 'open' | 'closed' = 'new';
  let nextOffset = 0;
  let pendingEvents = 0;
  let queue: SourceMessage[] = [];
  let wake: (() => void) | undefined;
  let decided = (): void => {};
  const startedOrClosed = new Promise<void>((resolve) => {
    decided = resolve;
  });

  const isOpen = (): boolean => state === 'open';
  const takeBatch = (): SourceBatch => {
    const messages = queue.splice(0, readMaxMessages);
    return { partition, messages, nextOffset: (messages[messages.length - 1] as SourceMessage).offset + 1 };
  };

  return {
    shared: false,
    maxBodyBytes: config.maxBodyBytes,
    maxEvents: config.maxPendingEvents,

    async start(listener) {
      const [start] = await listener.assigned([partition]);
      nextOffset = start?.offset ?? 0;
      if (state === 'new') state = 'open';
      decided();
    },

    async submit(events, arrivalTimeMs): Promise<IntakeAnswer> {
      if (state === 'closed') return { kind: 'closed' };
      if (pendingEvents + events.length > config.maxPendingEvents) return { kind: 'full', pendingEvents };
      pendingEvents += events.length;
      if (state === 'new') {
        await startedOrClosed;
        if (!isOpen()) return { kind: 'closed' };
      }
      const from = nextOffset;
      nextOffset += events.length;
      const settled = pending.add(from, events.length);
      for (let at = 0; at < events.length; at++)
        queue.push({ offset: from + at, key: null, value: events[at] as Buffer, arrivalTimeMs });
      wake?.();
      const outcomes = await settled;
      return outcomes === undefined ? { kind: 'closed' } : { kind: 'stored', outcomes };
    },

    async read() {
      while (queue.length === 0) {
        if (state === 'closed') return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
      }
      return takeBatch();
    },

    // The chunks table is the only record.
    async commit() {},

    settle(outcomes) {
      for (const outcome of outcomes) {
        if (outcome.partition.source !== partition.source) continue;
        if (pending.settle(outcome)) pendingEvents -= 1;
      }
    },

    ends: () => [],

    async close() {
      if (state === 'closed') return;
      state = 'closed';
      decided();
      if (pendingEvents > 0)
        deps.logger.warn({ pendingEvents }, 'closed with events that are not stored; their producers were told');
      queue = [];
      pendingEvents = 0;
      pending.abandon();
      wake?.();
    },
  };
}
