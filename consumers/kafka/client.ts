import { type Admin, type ConsumerConfig, Kafka, type LogEntry, logLevel, type SASLOptions } from 'kafkajs';
import type { Logger } from '../../common/ports.ts';
import type { KafkaSourceConfig } from '../../config/schema.ts';
import { correctFetchResponses } from './aborted-transactions.ts';
import { registerCodecs } from './codecs/register.ts';
import type { Sockets } from './sockets.ts';
import { tlsOptions } from './tls.ts';

/** Heartbeats a session: the member is expelled after so many in a row are lost. */
const heartbeatsPerSession = 10;
/** Of one fetch over all partitions of a broker. */
const fetchMaxBytes = 32 * 1024 * 1024;

function saslOf(sasl: NonNullable<KafkaSourceConfig['sasl']>): SASLOptions {
  const { mechanism, username, password } = sasl;
  return { mechanism, username, password } as SASLOptions;
}

/** kafkajs reports as errors what it gets over by itself; what it does not reaches us as an exception, too. */
function logOf({ logger, isEnded, onError }: Pick<ClientOptions, 'logger' | 'isEnded' | 'onError'>) {
  return ({ namespace, level, log }: LogEntry): void => {
    if (level <= logLevel.ERROR) onError(String(log['error'] ?? log.message));
    const fields = {
      component: 'kafkajs',
      namespace,
      error: log['error'],
      topic: log['topic'],
      partition: log['partition'],
    };
    if (level <= logLevel.ERROR && !isEnded()) logger.warn(fields, log.message);
    else logger.debug(fields, log.message);
  };
}

export function topicsOf(config: KafkaSourceConfig): readonly string[] {
  return typeof config.topic === 'string' ? [config.topic] : config.topic;
}

/** How brokers are reached. */
export type KafkaConnection = Pick<
  KafkaSourceConfig,
  'brokers' | 'clientId' | 'ssl' | 'sasl' | 'connectionTimeout' | 'requestTimeout'
>;

export interface ClientOptions {
  readonly config: KafkaConnection;
  /** What the paths of `ssl` start from. */
  readonly directory: string;
  readonly logger: Logger;
  readonly sockets: Sockets;
  /** Few: the source begins anew after kafkajs has given up, and says so in the log. */
  readonly retries: number;
  /** From then on what kafkajs has to say is for those who look for faults in it. */
  readonly isEnded: () => boolean;
  /** What kafkajs reports: some errors reach nobody in another way. */
  readonly onError: (text: string) => void;
}

/** @throws TidemarkError FILE_UNREADABLE, FILE_MALFORMED for the files of `ssl` */
export function createClient(options: ClientOptions): Kafka {
  const { config, directory, sockets, retries } = options;
  registerCodecs();
  correctFetchResponses();
  return new Kafka({
    clientId: config.clientId,
    brokers: [...config.brokers],
    ssl: tlsOptions(config.ssl, directory),
    ...(config.sasl === undefined ? {} : { sasl: saslOf(config.sasl) }),
    socketFactory: sockets.factory,
    connectionTimeout: config.connectionTimeout,
    authenticationTimeout: config.requestTimeout,
    requestTimeout: config.requestTimeout,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 100, maxRetryTime: 2000, retries },
    logLevel: logLevel.WARN,
    logCreator: () => logOf(options),
  });
}

export function heartbeatIntervalMs(config: KafkaSourceConfig): number {
  return Math.min(3000, Math.max(100, Math.floor(config.sessionTimeout / heartbeatsPerSession)));
}

export function consumerOptions(config: KafkaSourceConfig): ConsumerConfig {
  return {
    groupId: config.group,
    sessionTimeout: config.sessionTimeout,
    rebalanceTimeout: 2 * config.sessionTimeout,
    heartbeatInterval: heartbeatIntervalMs(config),
    maxBytesPerPartition: config.maxBytesPerPartition,
    maxBytes: Math.max(fetchMaxBytes, config.maxBytesPerPartition),
    minBytes: 1,
    maxWaitTimeInMs: config.maxWait,
    metadataMaxAge: config.metadataMaxAge,
    allowAutoTopicCreation: false,
    readUncommitted: false,
    // Beginning anew is the source's own: it tells the worker first that its partitions are gone.
    retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: 4, restartOnFailure: async () => false },
  };
}

/** What a partition holds (`[low, high)`) and what the group has committed for it. */
export interface PartitionState {
  readonly topic: string;
  readonly partition: number;
  readonly low: number;
  readonly high: number;
  readonly committed: { readonly offset: number; readonly metadata: string } | undefined;
}

export async function fetchPartitionStates(
  admin: Admin,
  request: { readonly group: string; readonly topics: readonly string[] },
): Promise<readonly PartitionState[]> {
  const committed = await admin.fetchOffsets({ groupId: request.group, topics: [...request.topics] });
  const states: PartitionState[] = [];
  for (const topic of request.topics) {
    const known = committed.find((entry) => entry.topic === topic)?.partitions ?? [];
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      const entry = known.find((candidate) => candidate.partition === partition);
      const offset = Number(entry?.offset ?? -1);
      states.push({
        topic,
        partition,
        low: Number(low),
        high: Number(high),
        committed: committedOf({ offset, low: Number(low), metadata: entry?.metadata ?? '' }),
      });
    }
  }
  return states;
}

/**
 * -1: nothing is committed. -2 is what kafkajs writes, in place of our offset and metadata, when the broker had deleted the
 * offset it fetched from: the group goes on at the first message there is, whatever `start` says.
 */
function committedOf(entry: {
  readonly offset: number;
  readonly low: number;
  readonly metadata: string;
}): PartitionState['committed'] {
  if (entry.offset >= 0) return { offset: entry.offset, metadata: entry.metadata };
  return entry.offset === -2 ? { offset: entry.low, metadata: '' } : undefined;
}
