import { type Admin, Kafka, logLevel, type Message, Partitioners } from 'kafkajs';
import { type Logger, type Metrics, noMetrics } from '../../../common/ports.ts';
import { type CommittedRange, type PartitionId, partitionKey, type SourceBatch } from '../../../common/source.ts';
import { type KafkaSourceConfig, sourceSchema } from '../../../config/schema/source.ts';
import { createKafkaSource, type KafkaSourceDeps } from '../../../consumers/kafka/kafka-source.ts';

export function kafkaConfig(given: {
  readonly brokers: string;
  readonly topic: string | readonly string[];
  readonly group: string;
  /** Other keys, as the pipeline file has them. */
  readonly [key: string]: unknown;
}): KafkaSourceConfig {
  const { brokers, ...rest } = given;
  const parsed = sourceSchema.parse({
    kafka: { sessionTimeout: '6s', maxWait: '50ms', maxBytesPerPartition: 64 * 1024, ...rest, brokers: [brokers] },
  });
  if (parsed.kafka === undefined) throw new Error('the source has no kafka section');
  return parsed.kafka;
}

export interface Producing {
  readonly admin: Admin;
  createTopic(topic: string, partitions: number, settings?: Readonly<Record<string, string>>): Promise<void>;
  send(topic: string, messages: Message[]): Promise<void>;
  addPartitions(topic: string, count: number): Promise<void>;
  /** Deletes the messages of partition 0 before `offset`, as retention does. */
  deleteBefore(topic: string, offset: number): Promise<void>;
  close(): Promise<void>;
}

export async function producing(brokers: string): Promise<Producing> {
  const kafka = new Kafka({ clientId: 'test', brokers: [brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  // kafkajs drops what is for a partition it does not know yet, without a word: it has to ask each time.
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: true,
    metadataMaxAge: 1,
  });
  await admin.connect();
  await producer.connect();
  /** kafkajs' own wait gives up when a busy broker does not know the topic yet. */
  async function untilKnown(topic: string, partitions: number): Promise<void> {
    for (const deadline = Date.now() + 60_000; ; ) {
      const known = await admin.fetchTopicMetadata({ topics: [topic] }).catch(() => undefined);
      if (known?.topics[0]?.partitions.length === partitions) return;
      if (Date.now() > deadline) throw new Error(`the broker does not know ${topic} with ${partitions} partitions`);
    }
  }
  return {
    admin,
    async createTopic(topic, numPartitions, settings = {}) {
      const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
      await admin.createTopics({ topics: [{ topic, numPartitions, configEntries }], waitForLeaders: false });
      await untilKnown(topic, numPartitions);
    },
    async send(topic, messages) {
      await producer.send({ topic, messages, acks: -1 });
    },
    async addPartitions(topic, count) {
      await admin.createPartitions({ topicPartitions: [{ topic, count }] });
      await untilKnown(topic, count);
    },
    async deleteBefore(topic, offset) {
      // Makes the client learn the leader: it does not ask for it by itself.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] });
    },
    async close() {
      await producer.disconnect();
      await admin.disconnect();
    },
  };
}

/** A worker in small: takes part in the group, keeps what it reads by partition, and commits when told to. */
export interface Member {
  readonly source: ReturnType<typeof createKafkaSource>;
  /** Every assignment, with what the source knew. */
  readonly assignments: { readonly key: string; readonly offset: number; readonly metadata: string }[][];
  readonly revocations: readonly PartitionId[][];
  readonly owned: ReadonlyMap<string, { readonly partition: PartitionId; readonly epoch: number }>;
  /** Reads one batch and makes the range that would commit it. */
  next(): Promise<{ readonly batch: SourceBatch; readonly range: CommittedRange }>;
}

let epochs = 0;

export function member(
  config: KafkaSourceConfig,
  options: {
    readonly logger: Logger;
    readonly metrics?: Metrics;
    readonly readAhead?: NonNullable<KafkaSourceDeps['readAhead']>;
    /** Where to start a partition instead of its committed offset. */
    readonly startAt?: (key: string) => number | undefined;
    readonly onRevoked?: (partitions: readonly PartitionId[]) => void;
  },
): Member & { start(): Promise<void> } {
  const source = createKafkaSource(config, {
    logger: options.logger,
    metrics: options.metrics ?? noMetrics,
    role: 'events',
    ...(options.readAhead === undefined ? {} : { readAhead: options.readAhead }),
  });
  const assignments: { key: string; offset: number; metadata: string }[][] = [];
  const revocations: PartitionId[][] = [];
  const owned = new Map<string, { partition: PartitionId; epoch: number }>();
  return {
    source,
    assignments,
    revocations,
    owned,
    start: () =>
      source.start({
        async assigned(partitions) {
          assignments.push(
            partitions.map((partition) => ({
              key: partitionKey(partition),
              offset: partition.committed?.offset ?? -1,
              metadata: partition.committed?.metadata ?? '',
            })),
          );
          return partitions.map((partition) => {
            const epoch = ++epochs;
            owned.set(partitionKey(partition), { partition, epoch });
            const offset = options.startAt?.(partitionKey(partition)) ?? partition.committed?.offset ?? 0;
            return { partition, offset, epoch };
          });
        },
        revoked(partitions) {
          revocations.push([...partitions]);
          for (const partition of partitions) owned.delete(partitionKey(partition));
          options.onRevoked?.(partitions);
        },
      }),
    async next() {
      const batch = await source.read();
      if (batch === undefined) throw new Error('the source has ended');
      const { partition, nextOffset, messages } = batch;
      const epoch = owned.get(partitionKey(partition))?.epoch ?? 0;
      const from = messages[0]?.offset ?? nextOffset;
      const chunkId = `${partitionKey(partition)}/${from}-${nextOffset}@${epoch}`;
      return {
        batch,
        range: { partition, chunkId, from, to: nextOffset, epoch, metadata: JSON.stringify({ chunkId }) },
      };
    },
  };
}
