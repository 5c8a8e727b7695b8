import { setTimeout as delay } from 'node:timers/promises';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { retry } from '../../common/retry.ts';
import { translateKafkaError } from '../../consumers/kafka/errors.ts';

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  /** Of the topic, by Kafka's names; default: the broker's. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface TopicState {
  readonly name: string;
  readonly partitions: number;
  /** That are there now: what retention has deleted does not count. */
  readonly messages: number;
}

const maxPartitions = 1000;

/** `NAME` or `NAME:PARTITIONS`; throws CONFIG_INVALID. */
export function parseTopic(text: string): TopicSpec {
  const [name = '', partitions = '1', ...rest] = text.split(':');
  const wrong = (message: string, cure: string) =>
    new TidemarkError(ErrorCode.CONFIG_INVALID, message, { place: `--topic ${text}`, cure });
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(name) || /^\.{1,2}$/.test(name))
    throw wrong('this is no name of a topic', 'Use up to 249 letters, digits, dots, underscores and hyphens');
  if (rest.length > 0 || !/^\d{1,4}$/.test(partitions) || Number(partitions) < 1 || Number(partitions) > maxPartitions)
    throw wrong('the number of partitions is wrong', `Write NAME:PARTITIONS with 1 to ${maxPartitions} partitions`);
  return { name, partitions: Number(partitions) };
}

/** Connects, and leaves in any case. Throws SOURCE_UNAVAILABLE where the broker does not answer. */
async function withAdmin<T>(brokers: string, work: (admin: Admin) => Promise<T>): Promise<T> {
  const kafka = new Kafka({
    clientId: 'tidemark-kafka',
    brokers: [brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout: 30_000,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 1 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
  } catch (error) {
    throw translateKafkaError(error, { brokers: [brokers], topics: [], group: '' });
  } finally {
    await admin.disconnect();
  }
}

/** True when the broker answers and takes part in its own cluster: from then on topics can be made. */
export async function isUp(brokers: string): Promise<boolean> {
  try {
    return await withAdmin(brokers, async (admin) => (await admin.describeCluster()).brokers.length > 0);
  } catch {
    return false;
  }
}

/** Makes the topics that are not there. Throws CONFIG_INVALID where one is there with another number of partitions. */
export async function ensureTopics(brokers: string, specs: readonly TopicSpec[]): Promise<void> {
  if (specs.length === 0) return;
  await withAdmin(brokers, async (admin) => {
    const known = new Map((await listTopics(admin)).map((topic) => [topic.name, topic.partitions]));
    for (const { name, partitions } of specs) {
      const there = known.get(name) ?? partitions;
      if (there === partitions) continue;
      throw new TidemarkError(ErrorCode.CONFIG_INVALID, `there is a topic ${name} with ${there} partitions`, {
        place: `--topic ${name}:${partitions}`,
        cure: 'Take that number or another name: events of one key would go to other partitions than before',
      });
    }
    const missing = specs.filter(({ name }) => !known.has(name));
    if (missing.length === 0) return;
    const topics = missing.map(({ name, partitions, settings = {} }) => ({
      topic: name,
      numPartitions: partitions,
      configEntries: Object.entries(settings).map(([key, value]) => ({ name: key, value })),
    }));
    await admin.createTopics({ topics, waitForLeaders: true });
  });
}

/** Without those that Kafka keeps for itself. */
export async function topicsOf(brokers: string): Promise<readonly TopicState[]> {
  return patiently(() =>
    withAdmin(brokers, async (admin) => {
      const states: TopicState[] = [];
      for (const { name, partitions } of await listTopics(admin)) {
        const offsets = await admin.fetchTopicOffsets(name);
        const messages = offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
        states.push({ name, partitions, messages });
      }
      return states;
    }),
  );
}

/** The offset after the last message of each partition. */
export async function endsOf(brokers: string, topic: string): Promise<ReadonlyMap<number, number>> {
  return patiently(() =>
    withAdmin(brokers, async (admin) => {
      const offsets = await admin.fetchTopicOffsets(topic);
      return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
    }),
  );
}

/** A topic that was just made is listed a moment before its leader answers for it, and kafkajs does not wait for that. */
function patiently<T>(work: () => Promise<T>): Promise<T> {
  return retry(work, { attempts: 8, maxMs: 2000, random: Math.random, sleep: (ms) => delay(ms) });
}

async function listTopics(admin: Admin): Promise<readonly { readonly name: string; readonly partitions: number }[]> {
  const { topics } = await admin.fetchTopicMetadata();
  return topics
    .filter(({ name }) => !name.startsWith('__'))
    .map(({ name, partitions }) => ({ name, partitions: partitions.length }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
