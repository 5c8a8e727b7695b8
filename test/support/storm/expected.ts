import { idOf, kindOf, type SensorStream, timeOf } from '../sensors/event.ts';
import { type SensorTopic, sensorClient } from '../sensors/produce.ts';

/** What must become of one message of the topic. */
export interface ExpectedEvent {
  readonly verdict: 'valid' | 'coerced' | 'flagged';
  readonly duplicate: boolean;
  /** Start of its pane, ms since 1970. */
  readonly paneMs: number;
  readonly id: string;
}

export interface Expected {
  /** By `partition/offset`. */
  readonly events: ReadonlyMap<string, ExpectedEvent>;
  readonly deadLetters: ReadonlyMap<string, 'missing' | 'json_syntax'>;
  /** Offset after the last message, by partition. */
  readonly ends: ReadonlyMap<number, number>;
}

const paneMs = 60_000;

/**
 * Reads a topic from its first message to its last, by a consumer that shares nothing with the pipeline, and says by the plan of
 * the readings what each message must become. The first of several equal ids of a partition counts, the others are duplicates.
 */
export async function expectFrom({ brokers, topic }: SensorTopic, stream: SensorStream): Promise<Expected> {
  const kafka = sensorClient(brokers);
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const ends = new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
  const events = new Map<string, ExpectedEvent>();
  const deadLetters = new Map<string, 'missing' | 'json_syntax'>();
  const seen = new Set<string>();
  const open = new Set([...ends].filter(([, end]) => end > 0).map(([partition]) => partition));
  const consumer = kafka.consumer({ groupId: `expected-${process.pid}-${Date.now()}`, maxWaitTimeInMs: 100 });
  let done: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    done = resolve;
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    async eachBatch({ batch }) {
      for (const { offset, value } of batch.messages) note(batch.partition, Number(offset), String(value));
      if (Number(batch.lastOffset()) + 1 < (ends.get(batch.partition) ?? 0)) return;
      open.delete(batch.partition);
      if (open.size === 0) done();
    },
  });
  if (open.size > 0) await finished;
  await consumer.disconnect();
  return { events, deadLetters, ends };

  function note(partition: number, offset: number, text: string): void {
    const id = /"id":"(r\d+)"/.exec(text)?.[1];
    if (id === undefined) throw new Error(`no reading of the plan: ${text}`);
    const index = Number(id.slice(1));
    if (idOf(index) !== id) throw new Error(`no id of the plan: ${id}`);
    const place = `${partition}/${offset}`;
    const kind = kindOf(index);
    if (kind === 'missing' || kind === 'malformed') {
      deadLetters.set(place, kind === 'missing' ? 'missing' : 'json_syntax');
      return;
    }
    const duplicate = seen.has(id);
    seen.add(id);
    events.set(place, {
      verdict: duplicate ? 'flagged' : kind,
      duplicate,
      paneMs: Math.floor(timeOf(stream, index) / paneMs) * paneMs,
      id,
    });
  }
}
