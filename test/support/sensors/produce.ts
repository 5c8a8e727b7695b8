import { setTimeout as delay } from 'node:timers/promises';
import { type Admin, Kafka, logLevel, Partitioners } from 'kafkajs';
import { messageOf, type SensorStream } from './event.ts';

export interface SensorTopic {
  readonly brokers: string;
  readonly topic: string;
}

export function sensorClient(brokers: string): Kafka {
  return new Kafka({ clientId: 'sensors', brokers: [brokers], logLevel: logLevel.NOTHING });
}

const perSend = 20_000;

/** Produces readings `[from, to)`, each device always to the same partition, in the order of their times, each once. */
export async function produceReadings(
  { brokers, topic }: SensorTopic,
  stream: SensorStream,
  range: { readonly from: number; readonly to: number; readonly partitions: number },
): Promise<void> {
  const producer = sensorClient(brokers).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await createTopic({ brokers, topic }, range.partitions);
  await producer.connect();
  try {
    for (let from = range.from; from < range.to; from += perSend) {
      const messages = [];
      for (let index = from; index < Math.min(from + perSend, range.to); index++) {
        const { key, value } = messageOf(stream, index);
        messages.push({ key, value, partition: Number(key.slice(1)) % range.partitions });
      }
      await producer.send({ topic, messages, acks: -1 });
    }
  } finally {
    await producer.disconnect();
  }
}

/** Makes the topic where it is not there; nothing in it is ever deleted by age. */
export async function createTopic({ brokers, topic }: SensorTopic, partitions: number): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    if ((await admin.listTopics()).includes(topic)) return;
    const configEntries = [{ name: 'retention.ms', value: '-1' }];
    await admin.createTopics({ topics: [{ topic, numPartitions: partitions, configEntries }], waitForLeaders: true });
  });
}

/** Messages of all partitions; 0 where there is no such topic. */
export async function messagesIn({ brokers, topic }: SensorTopic): Promise<number> {
  return withAdmin(brokers, async (admin) =>
    (await admin.listTopics()).includes(topic)
      ? (await admin.fetchTopicOffsets(topic)).reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0)
      : 0,
  );
}

/** Messages that the group has committed, over all partitions. */
export async function committedIn({ brokers, topic }: SensorTopic, group: string): Promise<number> {
  return withAdmin(brokers, async (admin) => {
    const [entry] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    return (entry?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  });
}

async function withAdmin<T>(brokers: string, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = sensorClient(brokers).admin();
  await admin.connect();
  try {
    // A broker that has just started answers before it leads its partitions.
    for (let tries = 50; ; tries--) {
      try {
        return await work(admin);
      } catch (error) {
        if (tries === 0 || (error as { retriable?: boolean }).retriable !== true) throw error;
        await delay(200);
      }
    }
  } finally {
    await admin.disconnect();
  }
}
