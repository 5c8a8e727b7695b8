import type { Logger } from '../../../common/ports.ts';
import type { PartitionId } from '../../../common/source.ts';
import type { OutputClient } from './client.ts';
import { cutToFit } from './cut-to-fit.ts';
import { type OutputPlace, topicMissing, translateOutputError } from './errors.ts';
import type { LaneProducer } from './lane.ts';
import { type Cursor, openTopicProducer } from './topic-producer.ts';

/** Below this the limit of messages is not lowered: something else is wrong. */
const leastMessageBytes = 1024;

export interface OutputTopicOptions {
  readonly pipeline: string;
  /** dead-letters or predictions. */
  readonly output: string;
  readonly topic: string;
  readonly client: OutputClient;
  readonly brokers: readonly string[];
  /** Topics of the same brokers that this pipeline reads: their partitions are where cursors are kept. */
  readonly sourceTopics: readonly string[];
}

/** The topic of an output: where lanes open their producers. */
export interface OutputTopic {
  readonly place: OutputPlace;
  /** Names the lane in the store and, as transactional id, at the broker. */
  laneId(partition: PartitionId): string;
  open(laneId: string, partition: PartitionId): Promise<LaneProducer>;
  /**
   * A message was refused as too large although the topic's limit says otherwise, or is not told.
   * @returns whether smaller ones are worth a try at once
   */
  takesLess(): boolean;
  /** Throws OUTPUT_UNAVAILABLE where the topic is not there or the login is refused; a broker that is away is no such case. */
  check(logger: Logger): Promise<void>;
  close(): Promise<void>;
}

export function createOutputTopic(options: OutputTopicOptions): OutputTopic {
  const { topic, client, brokers, sourceTopics } = options;
  const group = `tidemark.${options.pipeline}.${options.output}.${topic}`;
  const place: OutputPlace = { brokers, topic, group };
  const admin = client.kafka.admin({ retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: 4 } });
  let connected: Promise<void> | undefined;
  let knownMaxBytes = 0;
  let loweredMaxBytes: number | undefined;

  /** One admin for all lanes, connected at first use and again after it failed. */
  function connect(): Promise<void> {
    connected ??= admin.connect().catch((error: unknown) => {
      connected = undefined;
      throw error;
    });
    return connected;
  }

  const laneId = ({ source, partition }: PartitionId) => `${group}.${source}.${partition}`;

  /**
   * Of a Kafka source of these brokers: an offset of the source's own partition, in one group, as tools for groups show it.
   * Otherwise such a partition does not exist here, and each lane has a group of its own at the topic it writes to.
   */
  function cursorOf(partition: PartitionId): Cursor {
    if (sourceTopics.includes(partition.source))
      return { group, topic: partition.source, partition: partition.partition };
    return { group: laneId(partition), topic, partition: 0 };
  }

  return {
    place,
    laneId,
    async open(id, partition) {
      await connect();
      const producer = await openTopicProducer({
        client: client.kafka,
        admin,
        topic,
        transactionalId: id,
        cursor: cursorOf(partition),
        keyless: partition.partition,
        ...(loweredMaxBytes === undefined ? {} : { maxMessageBytes: loweredMaxBytes }),
      });
      knownMaxBytes = producer.maxMessageBytes;
      return {
        cursor: producer.marked?.offset,
        send: (messages, to) => {
          const fitting = messages.map((message) => cutToFit(message, producer.maxMessageBytes));
          return producer.send(fitting, { offset: to, metadata: '' });
        },
        close: producer.close,
      };
    },
    takesLess() {
      loweredMaxBytes = Math.max(leastMessageBytes, Math.floor(knownMaxBytes / 2));
      return loweredMaxBytes < knownMaxBytes;
    },
    async check(logger) {
      try {
        await connect();
        if (!(await admin.listTopics()).includes(topic)) throw topicMissing(place);
      } catch (error) {
        const translated = translateOutputError(error, place);
        if (!translated.retriable) {
          client.close();
          throw translated;
        }
        logger.warn({ code: translated.code, place: translated.place, cure: translated.cure }, translated.message);
      }
    },
    async close() {
      await admin.disconnect().catch(() => undefined);
      client.close();
    },
  };
}
