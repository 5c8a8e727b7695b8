import type { Metrics } from '../../common/ports.ts';
import { type CommittedRange, type PartitionId, partitionKey, type SourceStatus } from '../../common/source.ts';
import { createRateMeter } from './rate-meter.ts';

/** What one fetch brought for one partition. */
export interface Taken {
  readonly partition: PartitionId;
  readonly messages: number;
  /** Keys and values. */
  readonly bytes: number;
  readonly tombstones: number;
  readonly nextOffset: number;
  /** The offset after the last message of the partition. */
  readonly high: number;
}

/** Says how the source is doing: to Prometheus, and to whoever asks for its status. */
export interface Tracker {
  connected(is: boolean): void;
  joined(): void;
  assigned(
    partitions: readonly { readonly partition: PartitionId; readonly offset: number; readonly high: number }[],
  ): void;
  revoked(partitions: readonly PartitionId[]): void;
  taken(taken: Taken): void;
  readAhead(messages: number): void;
  committed(ranges: readonly CommittedRange[], seconds: number): void;
  status(): readonly SourceStatus[];
}

interface TopicState {
  readonly rate: ReturnType<typeof createRateMeter>;
  messages: number;
  tombstones: number;
  lastCommit: { readonly seconds: number; readonly atMs: number } | undefined;
}

interface PartitionState {
  readonly topic: string;
  committed: number;
  high: number;
}

export function createTracker(options: {
  readonly topics: readonly string[];
  readonly role: PartitionId['role'];
  readonly metrics: Metrics;
  /** ms since 1970. */
  readonly now: () => number;
}): Tracker {
  const { topics, role, metrics, now } = options;
  const all = { source: topics.join(',') };
  const byTopic = new Map<string, TopicState>(
    topics.map((topic) => [topic, { rate: createRateMeter(now), messages: 0, tombstones: 0, lastCommit: undefined }]),
  );
  const partitions = new Map<string, PartitionState>();
  let isConnected = false;
  let joins = 0;

  const labelsOf = ({ source, partition }: PartitionId) => ({ source, partition: String(partition) });
  function showOwned(): void {
    for (const topic of topics) {
      let owned = 0;
      for (const state of partitions.values()) if (state.topic === topic) owned++;
      metrics.gauge('tidemark_source_partitions', owned, { source: topic });
    }
  }

  return {
    connected(is) {
      isConnected = is;
      metrics.gauge('tidemark_source_connected', is ? 1 : 0, all);
    },
    joined() {
      joins++;
      metrics.count('tidemark_source_rebalances_total', 1, all);
    },
    assigned(started) {
      for (const { partition, offset, high } of started) {
        partitions.set(partitionKey(partition), { topic: partition.source, committed: offset, high });
        metrics.gauge('tidemark_source_lag_messages', Math.max(0, high - offset), labelsOf(partition));
      }
      showOwned();
    },
    revoked(ids) {
      for (const id of ids) {
        partitions.delete(partitionKey(id));
        // Its next owner reports it: the sum over all workers has to be right.
        metrics.gauge('tidemark_source_lag_messages', 0, labelsOf(id));
      }
      showOwned();
    },
    taken({ partition, messages, bytes, tombstones, nextOffset, high }) {
      const labels = labelsOf(partition);
      metrics.count('tidemark_source_messages_total', messages, labels);
      metrics.count('tidemark_source_bytes_total', bytes, labels);
      metrics.count('tidemark_source_batches_total', 1, labels);
      if (tombstones > 0) metrics.count('tidemark_source_tombstones_total', tombstones, labels);
      metrics.gauge('tidemark_source_lag_messages', Math.max(0, high - nextOffset), labels);
      const state = partitions.get(partitionKey(partition));
      if (state !== undefined) state.high = high;
      const topic = byTopic.get(partition.source);
      if (topic === undefined) return;
      topic.messages += messages;
      topic.tombstones += tombstones;
      topic.rate.add(messages);
    },
    readAhead(messages) {
      metrics.gauge('tidemark_source_read_ahead_messages', messages, all);
    },
    committed(ranges, seconds) {
      metrics.time('tidemark_source_commit_seconds', seconds, all);
      for (const { partition, to } of ranges) {
        const state = partitions.get(partitionKey(partition));
        if (state !== undefined) state.committed = to;
        const topic = byTopic.get(partition.source);
        if (topic !== undefined) topic.lastCommit = { seconds, atMs: now() };
      }
    },
    status: () =>
      topics.map((source) => {
        const { rate, messages, tombstones, lastCommit } = byTopic.get(source) as TopicState;
        const own = [...partitions.values()].filter(({ topic }) => topic === source);
        return {
          source,
          role,
          connected: isConnected,
          partitions: own.length,
          messages,
          messagesPerSecond: rate.perSecond(),
          lag: own.reduce((sum, { high, committed }) => sum + Math.max(0, high - committed), 0),
          lastCommitSeconds: lastCommit?.seconds ?? null,
          lastCommitAtMs: lastCommit?.atMs ?? null,
          rebalances: joins,
          tombstones,
        };
      }),
  };
}
