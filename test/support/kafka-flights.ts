import { setTimeout as delay } from 'node:timers/promises';
import { type Admin, Kafka, logLevel, Partitioners } from 'kafkajs';
import type { Random } from '../../common/random.ts';
import { linesOf } from '../../examples/flights/lines.ts';
import {
  type FlightsEnd,
  type FlightsProcessOptions,
  killFlights,
  type Pipeline,
  startFlights,
} from './flights-process.ts';

/** As `kafka.yaml` names it. */
const group = 'tidemark-flights';
const pollMs = 10;
const limitMs = 240_000;

/** Changes to `kafka.yaml` for workers that are killed: many commits, and a group that notices soon. */
export const impatient = (flushRows: number) => (pipeline: Pipeline) => ({
  source: { kafka: { ...pipeline.source.kafka, sessionTimeout: '6s', maxBytesPerPartition: 512 * 1024 } },
  flush: { rows: flushRows },
});

function client(brokers: string): Kafka {
  return new Kafka({ clientId: 'flights', brokers: [brokers], logLevel: logLevel.NOTHING });
}

export interface Produced {
  readonly brokers: string;
  readonly topic: string;
  /** Line i has offset i: one partition. */
  readonly lines: number;
}

/**
 * Produces lines `[from, to)` of a file to partition 0 of a topic, byte for byte, in their order, each once; makes the topic if
 * it is not there.
 */
export async function produceLines(request: {
  readonly brokers: string;
  readonly topic: string;
  readonly path: string;
  readonly from?: number;
  readonly to: number;
}): Promise<Produced> {
  const { brokers, topic, path, from = 0, to } = request;
  const kafka = client(brokers);
  const admin = kafka.admin();
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await admin.connect();
  await producer.connect();
  try {
    if (!(await admin.listTopics()).includes(topic)) {
      const configEntries = [{ name: 'retention.ms', value: '-1' }];
      await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }], waitForLeaders: true });
    }
    let at = 0;
    for await (const lines of linesOf(path, to)) {
      const wanted = lines.slice(Math.max(0, from - at));
      at += lines.length;
      const messages = wanted.map((value) => ({ value, partition: 0 }));
      if (messages.length > 0) await producer.send({ topic, messages, acks: -1 });
    }
    const lines = await highOf(admin, topic);
    if (lines !== to) throw new Error(`${topic} holds ${lines} messages, not ${to}`);
    return { brokers, topic, lines };
  } finally {
    await producer.disconnect();
    await admin.disconnect();
  }
}

async function highOf(admin: Admin, topic: string): Promise<number> {
  return Number((await admin.fetchTopicOffsets(topic))[0]?.high);
}

/** How many messages of partition 0 there are; 0 where there is no such topic. */
export async function messagesOf({ brokers, topic }: Omit<Produced, 'lines'>): Promise<number> {
  const admin = client(brokers).admin();
  await admin.connect();
  try {
    return (await admin.listTopics()).includes(topic) ? await highOf(admin, topic) : 0;
  } finally {
    await admin.disconnect();
  }
}

export interface Committed {
  readonly offset: number;
  readonly metadata: string;
}

/** What the group has committed, asked until `enough` says so or `until` is over. */
export async function committedOf(
  { brokers, topic }: Pick<Produced, 'brokers' | 'topic'>,
  enough: (committed: Committed) => boolean = () => true,
  until: Promise<unknown> = new Promise(() => undefined),
): Promise<Committed> {
  const admin = client(brokers).admin();
  await admin.connect();
  let over = false;
  const end = () => {
    over = true;
  };
  until.then(end, end);
  try {
    for (const deadline = Date.now() + limitMs; ; ) {
      const [entry] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      const found = entry?.partitions.find(({ partition }) => partition === 0);
      const committed = { offset: Number(found?.offset ?? -1), metadata: found?.metadata ?? '' };
      if (enough(committed) || over) return committed;
      if (Date.now() > deadline) throw new Error(`the group stays at offset ${committed.offset} of ${topic}`);
      await delay(pollMs);
    }
  } finally {
    await admin.disconnect();
  }
}

export type WorkerOptions = Omit<FlightsProcessOptions, 'once' | 'environment'> & {
  readonly produced: Pick<Produced, 'brokers' | 'topic'>;
};

export function startWorker({ produced, ...options }: WorkerOptions) {
  const environment = { KAFKA_BROKERS: produced.brokers, FLIGHTS_TOPIC: produced.topic };
  return startFlights({ ...options, environment, once: false });
}

/** Runs a worker until its group has committed `offset`, then kills it within `withinMs`. Returns where the group stands. */
export async function runAndKill(
  options: WorkerOptions,
  kill: { readonly offset: number; readonly withinMs: number; readonly random: Random },
): Promise<Committed> {
  const worker = startWorker(options);
  await committedOf(options.produced, ({ offset }) => offset >= kill.offset, worker.ended);
  await delay(kill.random.next() * kill.withinMs);
  await killFlights(worker);
  return committedOf(options.produced);
}

/** Runs a worker until its server says that everything is read, then ends it in order. */
export async function runToTheEnd(
  options: Omit<WorkerOptions, 'produced'> & { readonly produced: Produced },
): Promise<FlightsEnd> {
  const worker = startWorker(options);
  let ended = false;
  const end = () => {
    ended = true;
  };
  worker.ended.then(end, end);
  const url = await worker.url;
  for (const deadline = Date.now() + limitMs; !ended; ) {
    const answer = await fetch(`${url}/v1/pipelines/flights/summary`);
    const { totals } = (await answer.json()) as { totals: { read: number } };
    if (totals.read >= options.produced.lines) break;
    if (Date.now() > deadline) {
      await killFlights(worker);
      throw new Error(`the worker stays at ${totals.read} of ${options.produced.lines} events`);
    }
    await delay(100);
  }
  worker.child.kill('SIGTERM');
  return worker.ended;
}
