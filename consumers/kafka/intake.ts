import { setTimeout as delay } from 'node:timers/promises';
import type { Batch, EachBatchPayload } from 'kafkajs';
import type { Metrics } from '../../common/ports.ts';
import type { HandOff } from './hand-off.ts';
import { bytesOf, toSourceMessage } from './message.ts';
import type { OwnedPartition, Ownership } from './ownership.ts';

export interface IntakeOptions {
  readonly ownership: Ownership;
  readonly handOff: HandOff;
  readonly metrics: Metrics;
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

export function createIntake({ ownership, handOff, metrics, heartbeatMs, resynchronise }: IntakeOptions): Intake {
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
      for (const message of batch.messages) bytes += bytesOf(message);
      const last = batch.lastOffset();
      const nextOffset = Number(last) + 1;
      owned.position = nextOffset;
      ownership.commit = commitOffsetsIfNecessary;
      resolveOffset(last);
      const { partition, epoch } = owned;
      handOff.put({ partition, messages: batch.messages.map(toSourceMessage), nextOffset, epoch }, bytes);

      const labels = { source: batch.topic, partition: String(batch.partition) };
      metrics.count('tidemark_source_messages_total', batch.messages.length, labels);
      metrics.gauge('tidemark_source_lag_messages', Math.max(0, Number(batch.highWatermark) - nextOffset), labels);
      metrics.gauge('tidemark_source_read_ahead_messages', handOff.messages, { source: batch.topic });
    },
    noteFiltered({ topic, partition, batchSize, lastOffset }) {
      if (batchSize > 0) return;
      const owned = ownership.get(topic, partition);
      if (owned !== undefined) owned.position = Math.max(owned.position, Number(lastOffset) + 1);
    },
  };
}
