import { setTimeout as delay } from 'node:timers/promises';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import type { DeadLetter } from '../../common/outgoing.ts';
import type { PartEnd, PendingPart, ReplayPart, ReplayStore } from '../../common/replay.ts';
import { retry } from '../../common/retry.ts';
import type { OutputClient } from './outgoing/client.ts';
import { roomOf, sizeOf } from './outgoing/cut-to-fit.ts';
import { translateOutputError } from './outgoing/errors.ts';
import { headerPrefix, type OutgoingMessage } from './outgoing/message.ts';
import { openTopicProducer, type TopicProducer } from './outgoing/topic-producer.ts';

export interface TopicReplayOptions {
  readonly pipeline: string;
  readonly client: OutputClient;
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly store: ReplayStore;
  readonly now: () => number;
  /** What is said of parts of which nobody can find out any more whether they were sent. */
  readonly interrupted?: PartEnd;
}

/** Sends letters back to the topic they came from. */
export interface TopicReplay {
  /**
   * Sends the letters of a part, all or none, and notes it.
   * @returns how many were sent, and positions of those that the topic would not take with the headers of a replay
   */
  send(part: ReplayPart): Promise<{ readonly sent: number; readonly tooLarge: readonly number[] }>;
  close(): Promise<void>;
}

/** Brokers keep the offsets of a group for seven days by default: a mark that is not there after less was never made. */
const markKeptMs = 24 * 60 * 60 * 1000;

const openRetry = { baseMs: 200, maxMs: 2000, attempts: 6 };

/**
 * Each letter once, whenever the process is killed: a part is written down, then sent in one transaction with its id as the
 * metadata of an offset, then written down as sent. Opening ends what another replay of the topic had begun and refuses it
 * from then on; the mark then says of each part that was left in between whether it was sent.
 */
export async function openTopicReplay(options: TopicReplayOptions): Promise<TopicReplay> {
  const { pipeline, client, topic, store } = options;
  const id = `tidemark.${pipeline}.replay.${topic}`;
  const place = { brokers: options.brokers, topic, group: id };
  const admin = client.kafka.admin();
  const translating = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw translateOutputError(error, place);
    }
  };

  async function settle({ marked }: TopicProducer): Promise<void> {
    for (const part of await store.pending()) {
      if (part.target !== topic) continue;
      await store.end(part, marked?.metadata === part.id ? 'sent' : endOfUnmarked(part, marked !== undefined, options));
    }
  }

  let producer: TopicProducer | undefined;
  async function close(): Promise<void> {
    await producer?.close();
    await admin.disconnect().catch(() => undefined);
    client.close();
  }

  let count = 0;
  try {
    const cursor = { group: id, topic, partition: 0 };
    const open = () =>
      translating(async () => {
        await admin.connect();
        return openTopicProducer({ client: client.kafka, admin, topic, transactionalId: id, cursor, keyless: 0 });
      });
    // A broker that is starting, or has just got its first group, refuses for a moment.
    producer = await retry(open, { ...openRetry, random: Math.random, sleep: (ms) => delay(ms) });
    count = producer.marked?.offset ?? 0;
    await settle(producer);
  } catch (error) {
    await close();
    throw error;
  }
  const { maxMessageBytes, partitionCount, send } = producer;

  return {
    async send(part) {
      const letters = await store.letters(part);
      const messages = letters.map((letter) => replayMessage(letter, part.id));
      const room = roomOf(maxMessageBytes);
      const fitting = messages.filter((message) => sizeOf(message) <= room);
      const tooLarge = messages.filter((message) => sizeOf(message) > room).map(({ offset }) => offset);
      if (fitting.length === 0) return { sent: 0, tooLarge };
      const offsets = fitting.map(({ offset }) => offset);
      await store.begin({ ...part, offsets });
      const where = part.partition < partitionCount ? { partition: part.partition } : {};
      const addressed = fitting.map((message) => ({ ...message, ...where }));
      await translating(() => send(addressed, { offset: ++count, metadata: part.id }));
      await store.end({ id: part.id, target: part.target, begunAtMs: options.now() }, 'sent');
      return { sent: fitting.length, tooLarge };
    },
    close,
  };
}

/** A part without its mark was not sent, unless the broker may have forgotten the mark. */
function endOfUnmarked(part: PendingPart, anyMark: boolean, { topic, interrupted, now }: TopicReplayOptions): PartEnd {
  if (anyMark || now() - part.begunAtMs < markKeptMs) return 'void';
  if (interrupted !== undefined) return interrupted;
  const since = new Date(part.begunAtMs).toISOString();
  throw new TidemarkError(
    ErrorCode.REPLAY_REFUSED,
    `a replay that was interrupted on ${since} may have been sent; the broker does not know any more`,
    {
      place: `topic ${topic}`,
      cure: `Look in the topic for the header tidemark.replay with the value ${part.id}, and add --interrupted sent or --interrupted void`,
    },
  );
}

/** The message as it came, and what it is a replay of. */
function replayMessage({ source, partition, offset, key, payload, headers }: DeadLetter, id: string): OutgoingMessage {
  const header = (name: string, text: string) => ({ name: headerPrefix + name, value: Buffer.from(text) });
  return {
    offset,
    key,
    value: payload,
    headers: [...headers, header('replay-of', `${source}/${partition}/${offset}`), header('replay', id)],
  };
}
