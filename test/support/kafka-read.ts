import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, type KafkaMessage, logLevel } from 'kafkajs';
import { correctFetchResponses } from '../../consumers/kafka/aborted-transactions.ts';
import { listHeaders } from '../../consumers/worker/list-headers.ts';

export interface ReadMessage {
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** All values of a name, in order. */
  readonly headers: ReadonlyMap<string, readonly (Buffer | null)[]>;
}

function toMessage(partition: number, { key, value, headers }: KafkaMessage): ReadMessage {
  const byName = new Map<string, (Buffer | null)[]>();
  for (const { name, value: one } of listHeaders(headers)) byName.set(name, [...(byName.get(name) ?? []), one]);
  return { partition, key, value, headers: byName };
}

/** The last value of a header, as text. */
export function headerOf(message: ReadMessage, name: string): string | undefined {
  return message.headers.get(name)?.at(-1)?.toString();
}

/**
 * Everything that is committed in a topic, by partition and offset, once there are `atLeast` so many: the broker answers a
 * commit some milliseconds before readers see it.
 */
export async function readCommitted(request: {
  readonly brokers: string;
  readonly topic: string;
  readonly atLeast?: number;
}): Promise<readonly ReadMessage[]> {
  for (const deadline = Date.now() + 60_000; ; await delay(50)) {
    const found = await readOnce(request);
    if (found.length >= (request.atLeast ?? 0) || Date.now() > deadline) return found;
  }
}

async function readOnce(request: {
  readonly brokers: string;
  readonly topic: string;
}): Promise<readonly ReadMessage[]> {
  const { brokers, topic } = request;
  correctFetchResponses();
  const kafka = new Kafka({ clientId: 'reader', brokers: [brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const consumer = kafka.consumer({ groupId: randomUUID(), readUncommitted: false, maxWaitTimeInMs: 50 });
  await admin.connect();
  await consumer.connect();
  try {
    const open = new Map<number, number>();
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic))
      if (Number(high) > Number(low)) open.set(partition, Number(high));
    const found = new Map<number, ReadMessage[]>();
    if (open.size === 0) return [];
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const passed = (partition: number, lastOffset: number) => {
        if (lastOffset + 1 >= (open.get(partition) ?? Number.POSITIVE_INFINITY)) open.delete(partition);
        if (open.size === 0) resolve();
      };
      // Of a fetch that held nothing but control records only this event tells.
      consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => {
        if (payload.batchSize === 0) passed(payload.partition, Number(payload.lastOffset));
      });
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      void consumer.run({
        eachBatch: async ({ batch }) => {
          const own = found.get(batch.partition) ?? [];
          found.set(batch.partition, own);
          for (const message of batch.messages) own.push(toMessage(batch.partition, message));
          passed(batch.partition, Number(batch.lastOffset()));
        },
      });
    });
    return [...found].sort(([a], [b]) => a - b).flatMap(([, messages]) => messages);
  } finally {
    await consumer.disconnect();
    await admin.disconnect();
  }
}

/** The same by another client: the positions that kcat finds in the headers; undefined where there is no kcat. */
export function lettersByKcat(request: { readonly brokers: string; readonly topic: string }): string[] | undefined {
  const { brokers, topic } = request;
  try {
    execFileSync('kcat', ['-V'], { stdio: 'ignore' });
  } catch {
    if (process.env['CI'] === 'true') throw new Error('kcat is not on this machine');
    console.warn('\n*** kcat is not on this machine: the topic was not read by an independent client ***\n');
    return undefined;
  }
  const flags = ['-C', '-q', '-e', '-X', 'isolation.level=read_committed', '-o', 'beginning', '-f', '%h\n'];
  const out = execFileSync('kcat', ['-b', brokers, '-t', topic, ...flags], { maxBuffer: 1e9 }).toString('latin1');
  return out
    .split('\n')
    .filter((line) => line.includes('tidemark.offset='))
    .map((line) => {
      const textOf = (name: string) => new RegExp(`tidemark\\.${name}=([^,]*)`).exec(line)?.[1] ?? '';
      return `${textOf('source')}/${textOf('partition')}/${textOf('offset')}`;
    })
    .sort();
}
