import { setTimeout as delay } from 'node:timers/promises';
import { Partitioners } from 'kafkajs';
import { createRandom } from '../../../common/random.ts';
import { messageOf, type SensorStream } from '../sensors/event.ts';
import { type SensorTopic, sensorClient } from '../sensors/produce.ts';

export interface Load {
  /** Readings made so far, without repetitions. */
  readonly made: number;
  /** Sends what is under way and ends. Rejects with what made the load give up. */
  stop(): Promise<void>;
}

const tickMs = 100;
/** One reading of so many is sent again, up to `repeatWithin` readings later. */
const repeatEvery = 200;
const repeatWithin = 500;

/**
 * A steady load: readings one after the other, each to its device's partition, and some of them again on purpose. A broker that is
 * away is waited for; what had not been answered is sent again, so a reading may stand in the topic more often than that: what the
 * topic holds is what counts.
 */
export function startLoad(
  { brokers, topic }: SensorTopic,
  stream: SensorStream,
  options: { readonly partitions: number; readonly perSecond: number; readonly seed: number },
): Load {
  const { partitions, perSecond } = options;
  const random = createRandom(options.seed);
  let next = 0;
  let stopping = false;
  let repeats: { readonly index: number; readonly atIndex: number }[] = [];

  const toSend = (index: number) => {
    const { key, value } = messageOf(stream, index);
    return { key, value, partition: Number(key.slice(1)) % partitions };
  };

  /** What is due by now. */
  function due(elapsedMs: number): ReturnType<typeof toSend>[] {
    const until = Math.floor((elapsedMs / 1000) * perSecond);
    const messages = [];
    for (; next < until; next++) {
      messages.push(toSend(next));
      if (random.below(repeatEvery) === 0) repeats.push({ index: next, atIndex: next + random.below(repeatWithin) });
    }
    messages.push(...repeats.filter(({ atIndex }) => atIndex < next).map(({ index }) => toSend(index)));
    repeats = repeats.filter(({ atIndex }) => atIndex >= next);
    return messages;
  }

  async function run(): Promise<void> {
    const begun = performance.now();
    while (!stopping) {
      const messages = due(performance.now() - begun);
      if (messages.length > 0) await sendUntilItIsThere(messages);
      await delay(tickMs);
    }
  }

  async function sendUntilItIsThere(messages: ReturnType<typeof toSend>[]): Promise<void> {
    for (let from = 0; from < messages.length; from += 5000) {
      const part = messages.slice(from, from + 5000);
      for (;;) {
        try {
          producer ??= await connect();
          await producer.send({ topic, messages: part, acks: -1 });
          break;
        } catch {
          // A new producer: after an answer that never came the sequence of the old one is in doubt.
          await producer?.disconnect().catch(() => undefined);
          producer = undefined;
          await delay(500);
        }
      }
    }
  }

  async function connect() {
    const made = sensorClient(brokers).producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      idempotent: true,
      maxInFlightRequests: 1,
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1000 },
    });
    await made.connect();
    return made;
  }

  let producer: Awaited<ReturnType<typeof connect>> | undefined;
  const running = run();
  running.catch(() => undefined);
  return {
    get made() {
      return next;
    },
    async stop() {
      stopping = true;
      await running;
      await producer?.disconnect();
    },
  };
}
