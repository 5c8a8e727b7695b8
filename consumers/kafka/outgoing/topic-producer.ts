import { type Admin, type Kafka, type Message, Partitioners, type Producer } from 'kafkajs';
import { roomOf, sizeOf } from './cut-to-fit.ts';
import type { OutgoingMessage } from './message.ts';
import { partitionOf } from './partition-of.ts';

/** Of one transaction; the broker aborts it when it takes longer. */
const transactionTimeoutMs = 60_000;
/** The broker's default of `max.message.bytes`, for where it does not tell. */
const defaultMaxMessageBytes = 1_048_588;
/** `ConfigResourceTypes.TOPIC` of kafkajs, which its module does not export by name. */
const topicResource = 2;
/** Messages of one send: kafkajs groups them by partition in quadratic time. */
const sendMessages = 1000;

/** Where a producer keeps how far it is, as a consumer group keeps offsets. */
export interface Cursor {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

export interface TopicProducerOptions {
  readonly client: Kafka;
  readonly admin: Admin;
  readonly topic: string;
  /** Who opens it last is the only one that can send. */
  readonly transactionalId: string;
  readonly cursor: Cursor;
  /** Where messages without a key and without a partition of their own go, modulo the partitions of the topic. */
  readonly keyless: number;
  /** The broker takes less than it says, or does not say. */
  readonly maxMessageBytes?: number;
}

export interface Marked {
  readonly offset: number;
  readonly metadata: string;
}

/** A message that is not too large, and where it has to go; by its key where nothing is said. */
export type Addressed = OutgoingMessage & { readonly partition?: number };

export interface TopicProducer {
  /** What the cursor said when the producer was opened; undefined where there is none. */
  readonly marked: Marked | undefined;
  readonly maxMessageBytes: number;
  /** Of the topic. */
  readonly partitionCount: number;
  /** Messages and cursor in one transaction: both or neither. Rejects with what kafkajs throws; then it has to be opened anew. */
  send(messages: readonly Addressed[], mark: Marked): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a transactional producer. The order matters: the broker first ends what was sent under the id before, and refuses its
 * former holder from then on; then its coordinator is brought up to date; only then the cursor is read, which nobody else can
 * move any more.
 */
export async function openTopicProducer(options: TopicProducerOptions): Promise<TopicProducer> {
  const { client, admin, topic, cursor } = options;
  const producer = client.producer({
    transactionalId: options.transactionalId,
    transactionTimeout: transactionTimeoutMs,
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    // The next transaction begins while the broker is still ending the one before: asked again soon.
    retry: { initialRetryTime: 20, maxRetryTime: 2000, retries: 8 },
  });
  const close = () => producer.disconnect().catch(() => undefined);
  try {
    await producer.connect();
    await refreshCoordinator(producer, cursor);
    const marked = await readCursor(admin, cursor);
    const partitionCount = (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions.length ?? 1;
    const maxMessageBytes = options.maxMessageBytes ?? (await maxMessageBytesOf(admin, topic));

    const toMessage = (message: Addressed): Message => {
      const { key, value } = message;
      const headers = headersOf(message);
      // Chosen here once: kafkajs would choose anew when it sends again, and lose what then belongs to another broker.
      const byKey = key === null ? options.keyless % partitionCount : partitionOf(key, partitionCount);
      const partition = message.partition ?? byKey;
      return headers === undefined ? { key, value, partition } : { key, value, partition, headers };
    };

    return {
      marked,
      maxMessageBytes,
      partitionCount,
      async send(messages, mark) {
        const transaction = await producer.transaction();
        try {
          for (const part of parts(messages, roomOf(maxMessageBytes)))
            await transaction.send({ topic, acks: -1, messages: part.map(toMessage) });
          const partitions = [{ partition: cursor.partition, offset: String(mark.offset), metadata: mark.metadata }];
          await transaction.sendOffsets({
            consumerGroupId: cursor.group,
            topics: [{ topic: cursor.topic, partitions }],
          });
          await transaction.commit();
        } catch (error) {
          // So that readers of the topic need not wait for it to time out. After a commit that failed kafkajs refuses: what
          // became of that one the cursor says.
          await transaction.abort().catch(() => undefined);
          throw error;
        }
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Parts of messages that fit into one record batch, even if all of them go to one partition. */
function* parts(messages: readonly Addressed[], room: number): Generator<readonly Addressed[]> {
  let from = 0;
  let bytes = 0;
  for (let at = 0; at < messages.length; at++) {
    const size = sizeOf(messages[at] as Addressed);
    if (at > from && (bytes + size > room || at - from >= sendMessages)) {
      yield messages.slice(from, at);
      from = at;
      bytes = 0;
    }
    bytes += size;
  }
  if (from < messages.length) yield messages.slice(from);
}

/**
 * Headers as kafkajs takes them. It cannot write one whose value is null: such a value goes out empty, and a header of ours
 * names it.
 */
function headersOf({ headers }: OutgoingMessage): Record<string, Buffer[]> | undefined {
  if (headers.length === 0) return undefined;
  const byName = new Map<string, Buffer[]>();
  const absent: [string, number][] = [];
  for (const { name, value } of headers) {
    const values = byName.get(name) ?? [];
    if (value === null) absent.push([name, values.length]);
    values.push(value ?? Buffer.alloc(0));
    byName.set(name, values);
  }
  if (absent.length > 0) byName.set('tidemark.null-headers', [Buffer.from(JSON.stringify(absent))]);
  return Object.fromEntries(byName);
}

/**
 * A coordinator answers from what it knows to be replicated of its log. One that has just started (Kafka 4.1) may take that for
 * less than it is until something is written there, and tell a cursor of long ago, or none. So something is written, and taken
 * back: once that is acknowledged, what was written before it is known, too.
 */
async function refreshCoordinator(producer: Producer, { group, topic, partition }: Cursor): Promise<void> {
  const transaction = await producer.transaction();
  const partitions = [{ partition, offset: '0', metadata: '' }];
  await transaction.sendOffsets({ consumerGroupId: group, topics: [{ topic, partitions }] });
  await transaction.abort();
}

async function readCursor(admin: Admin, { group, topic, partition }: Cursor): Promise<Marked | undefined> {
  const [entry] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  const found = entry?.partitions.find((one) => one.partition === partition);
  // kafkajs asks for the partitions it knows of; a broker that has just started may not have told it all of them.
  if (found === undefined) throw new Error(`the broker does not say where partition ${partition} of ${topic} stands`);
  const offset = Number(found.offset);
  return offset < 0 ? undefined : { offset, metadata: found.metadata ?? '' };
}

/** The limit of the topic. Telling it is a right of its own, which a login need not have. */
async function maxMessageBytesOf(admin: Admin, topic: string): Promise<number> {
  try {
    const { resources } = await admin.describeConfigs({
      resources: [{ type: topicResource, name: topic, configNames: ['max.message.bytes'] }],
      includeSynonyms: false,
    });
    const value = Number(
      resources[0]?.configEntries.find(({ configName }) => configName === 'max.message.bytes')?.configValue,
    );
    return value > 0 ? value : defaultMaxMessageBytes;
  } catch {
    return defaultMaxMessageBytes;
  }
}
