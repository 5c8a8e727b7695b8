import { setTimeout as delay } from 'node:timers/promises';
import type { Batch, EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { HandOff } from './hand-off.ts';
import { bytesOf, overheadBytes, toSourceMessage } from './message.ts';
import type { OwnedPartition, Ownership } from './ownership.ts';
import type { Tracker } from './tracker.ts';

export interface IntakeOptions {
  readonly ownership: Ownership;
  readonly handOff: HandOff;
  readonly tracker: Tracker;
  /** Pass over messages with a key and no value, which say that the key is gone. */
  readonly skipsTombstones: boolean;
  /** Between heartbeats while the queue is full. */
  readonly heartbeatMs: number;
  /** Called when kafkajs fetched from elsewhere than we stand (the broker had deleted our offset). */
  readonly resynchronise: (owned: OwnedPartition) => void;
}

export interface Intake {
  /** Hands one fetched batch over; waits, with heartbeats, while the queue is full. */
  accept(payload: EachBatchPayload): Promise<void>;
  /** A fetch held nothing but control records: kafkajs passes over them by itself, and so do we. */
  noteFiltered(batch: {
    readonly topic: string;
    readonly partition: number;
    readonly batchSize: number;
    readonly lastOffset: string;
  }): void;
}

/** The offset the fetch asked for; kafkajs has it on every batch, though its types do not say so. */
function fetchedOffset(batch: Batch): number {
  const { fetchedOffset: asked } = batch as Batch & { readonly fetchedOffset: string };
  return Number(asked);
}

function isNoTombstone({ key, value }: KafkaMessage): boolean {
  return value !== null || key === null;
}

export function createIntake(options: IntakeOptions): Intake {
  const { ownership, handOff, tracker, skipsTombstones, heartbeatMs, resynchronise } = options;
  return {
    async accept({ batch, heartbeat, resolveOffset, isStale, isRunning, commitOffsetsIfNecessary }) {
      const owned = ownership.get(batch.topic, batch.partition);
      if (owned === undefined || isStale()) return;
      if (fetchedOffset(batch) !== owned.position) {
        resynchronise(owned);
        return;
      }
      const isOurs = () => isRunning() && ownership.get(batch.topic, batch.partition) === owned;
      while (!handOff.hasSpace()) {
        const waited = new AbortController();
        await Promise.race([
          handOff.whenSpace(),
          delay(heartbeatMs, undefined, { signal: waited.signal }).catch(() => undefined),
        ]);
        waited.abort();
        if (!isOurs()) return;
        await heartbeat();
      }
      if (!isOurs()) return;

      let bytes = 0;
      let tombstones = 0;
      for (const message of batch.messages) {
        bytes += bytesOf(message);
        if (message.value === null && message.key !== null && skipsTombstones) tombstones++;
      }
      const last = batch.lastOffset();
      const nextOffset = Number(last) + 1;
      owned.position = nextOffset;
      ownership.commit = commitOffsetsIfNecessary;
      resolveOffset(last);
      const { partition, epoch } = owned;
      const events = tombstones === 0 ? batch.messages : batch.messages.filter(isNoTombstone);
      // Also where nothing is left: the position has to move on.
      handOff.put({ partition, messages: events.map(toSourceMessage), nextOffset, epoch }, bytes);
      tracker.taken({
        partition,
        messages: batch.messages.length,
        bytes: bytes - batch.messages.length * overheadBytes,
        tombstones,
        nextOffset,
        high: Number(batch.highWatermark),
      });
      tracker.readAhead(handOff.messages);
    },
    noteFiltered({ topic, partition, batchSize, lastOffset }) {
      if (batchSize > 0) return;
      const owned = ownership.get(topic, partition);
      if (owned !== undefined) owned.position = Math.max(owned.position, Number(lastOffset) + 1);
    },
  };
}
