import { fileURLToPath } from 'node:url';
import { Kafka, logLevel, type Message, Partitioners, type Producer } from 'kafkajs';
import { endsOf, type TopicSpec } from '../../cli/kafka/topics.ts';
import { linesOf } from './lines.ts';
import { filesIn } from './prepare.ts';

/**
 * The lines of the flights as messages of two topics. What keeps event time in order:
 *
 * - A line's key is the flight's id, so lines of one flight keep their order (a line sent twice is found), and every partition gets
 *   the same mix of airports and hours. Keyed by airport, the watermark of all would wait for the quietest one at night.
 * - Lines are sent in the order of the files, the order in which they became known, and events and labels in step: none of the
 *   topics runs ahead of the other by more than a piece of a file, so no window waits for labels that were not sent yet.
 *
 * Four partitions: a flush counts its profiles for each partition by itself, so twelve would make three times the profile rows
 * beside the same events, and one process reads them all here.
 *
 * The partition is a function of the line, and each partition's lines are acknowledged in their order. So the number of
 * messages that a partition has says which lines it has: producing that was killed goes on there, each line once.
 */
export const topics = {
  events: { name: 'flights', partitions: 4, settings: { 'retention.ms': '-1' } },
  labels: { name: 'flights-labels', partitions: 4, settings: { 'retention.ms': '-1' } },
} as const satisfies Record<string, TopicSpec>;

interface Stream {
  readonly topic: TopicSpec;
  readonly path: string;
  /** Finds when a line became known. */
  readonly time: RegExp;
}

/** A line as a message; `partition` always set. */
export type PlacedMessage = Message & { readonly partition: number };

/**
 * The partition of each line: by its key as all Kafka clients do it, and lines without an id, which are broken ones, in turn.
 * A function of the line and its place in the file.
 */
export function createPlacer(partitions: number): (value: Buffer, lineIndex: number) => PlacedMessage {
  const byKey = Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  return (value, lineIndex) => {
    const key = /"id":"([^"]+)"/.exec(value.toString('latin1', 0, 64))?.[1];
    if (key === undefined) return { value, partition: lineIndex % partitions };
    return { key, value, partition: byKey({ topic: '', partitionMetadata, message: { key, value } }) };
  };
}

/** Pieces of a file as messages, and the time of each piece: that of its first line which has one. */
async function* messagesOf({ path, topic, time }: Stream) {
  const place = createPlacer(topic.partitions);
  let index = 0;
  let timeMs = Number.NEGATIVE_INFINITY;
  for await (const lines of linesOf(path)) {
    for (const line of lines) {
      const found = time.exec(line.toString('latin1'))?.[1];
      if (found === undefined) continue;
      timeMs = Date.parse(found);
      break;
    }
    yield { timeMs, messages: lines.map((line) => place(line, index++)) };
  }
}

/** Sends what the topics do not have yet; returns early where `signal` says so, with every partition's lines in order. */
export async function produceFlights(request: {
  readonly brokers: string;
  readonly directory: string;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { brokers, directory, signal } = request;
  const { events, labels } = filesIn(directory);
  const kafka = new Kafka({ clientId: 'flights', brokers: [brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    // Repetitions of a request are recognised by the broker, and one request at a time cannot overtake another.
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  try {
    const streams = await Promise.all(
      [
        { topic: topics.events, path: events, time: /"received":"([^"]+)"/ },
        { topic: topics.labels, path: labels, time: /"landed":"([^"]+)"/ },
      ].map(async (stream) => ({
        topic: stream.topic.name,
        pieces: messagesOf(stream),
        there: new Map(await endsOf(brokers, stream.topic.name)),
      })),
    );
    await sendInStep(producer, streams, signal);
  } finally {
    await producer.disconnect();
  }
}

interface Sending {
  readonly topic: string;
  readonly pieces: ReturnType<typeof messagesOf>;
  /** Messages of each partition that are there and not passed over yet. */
  readonly there: Map<number, number>;
}

async function sendInStep(producer: Producer, streams: readonly Sending[], signal: AbortSignal): Promise<void> {
  const heads = await Promise.all(
    streams.map(async (stream) => ({ stream, piece: (await stream.pieces.next()).value })),
  );
  while (!signal.aborted) {
    const [first] = heads
      .filter(({ piece }) => piece !== undefined)
      .sort((a, b) => (a.piece?.timeMs ?? 0) - (b.piece?.timeMs ?? 0));
    if (first?.piece === undefined) return;
    const { stream, piece } = first;
    const messages = piece.messages.filter(({ partition }) => {
      const left = stream.there.get(partition) ?? 0;
      if (left > 0) stream.there.set(partition, left - 1);
      return left === 0;
    });
    if (messages.length > 0) await producer.send({ topic: stream.topic, messages, acks: -1 });
    first.piece = (await stream.pieces.next()).value;
  }
}

/** The command: `produce.ts BROKERS DIRECTORY`, forked by start-kafka.ts; it ends with the process that forked it. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [brokers, directory] = process.argv.slice(2) as [string, string];
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(signal, stop);
  await produceFlights({ brokers, directory, signal: stopping.signal });
  if (process.connected) process.disconnect();
}
