import { Kafka, logLevel } from 'kafkajs';

/**
 * What the client costs by itself: reads `count` messages of a topic with the settings of the Kafka source, parses each message as
 * JSON, commits each batch, and prints what it took. A process of its own, as the worker it is compared with.
 * Command: `kafkajs-alone.ts BROKERS TOPIC COUNT`.
 */
const [brokers, topic, count] = process.argv.slice(2) as [string, string, string];
const kafka = new Kafka({ clientId: 'bench', brokers: [brokers], logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({
  groupId: `alone-${process.pid}-${Date.now()}`,
  maxBytesPerPartition: 4 * 1024 * 1024,
  maxBytes: 32 * 1024 * 1024,
  maxWaitTimeInMs: 100,
});
let joinedMs = 0;
let events = 0;
let malformed = 0;
let done: () => void = () => undefined;
const finished = new Promise<void>((resolve) => {
  done = resolve;
});

consumer.on(consumer.events.GROUP_JOIN, () => {
  joinedMs = performance.now();
});
await consumer.connect();
await consumer.subscribe({ topics: [topic], fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: false,
  async eachBatch({ batch, resolveOffset, commitOffsetsIfNecessary }) {
    for (const { value } of batch.messages) {
      try {
        JSON.parse(String(value));
      } catch {
        malformed++;
      }
    }
    events += batch.messages.length;
    const next = Number(batch.lastOffset()) + 1;
    resolveOffset(batch.lastOffset());
    await commitOffsetsIfNecessary({
      topics: [{ topic, partitions: [{ partition: batch.partition, offset: String(next) }] }],
    });
    if (events >= Number(count)) done();
  },
});
await finished;
const seconds = (performance.now() - joinedMs) / 1000;
await consumer.disconnect();
process.stdout.write(`${JSON.stringify({ events, malformed, seconds })}\n`);
