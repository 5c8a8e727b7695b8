import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, Consumer, ConsumerGroupJoinEvent } from 'kafkajs';
import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';
import type { Election, Leadership } from '../../common/leadership.ts';
import type { Logger } from '../../common/ports.ts';
import { backoffMs } from '../../common/retry.ts';
import type { PartitionId } from '../../common/source.ts';
import type { KafkaSourceConfig } from '../../config/schema.ts';
import { consumerOptions, createClient, heartbeatIntervalMs, topicsOf } from './client.ts';
import { isFenced, isKafkaError, type KafkaPlace, translateKafkaError } from './errors.ts';
import { leaderAssigner } from './leader-assigner.ts';
import { createSockets } from './sockets.ts';

export interface ElectionDeps {
  /** What relative paths of the configuration start from; default: the working directory. */
  readonly directory?: string;
  readonly logger: Logger;
  /** The greatest term there was, where decisions are kept; and a new one, written before it decides anything. */
  readonly terms: { newest(): Promise<number>; write(term: number): Promise<void> };
}

export interface KafkaElection extends Election {
  /** Partitions of the topics; empty while no broker has answered yet. */
  partitions(): Promise<readonly PartitionId[]>;
}

/** One leadership of this process: from the join in which the broker made this member the leader, until it is something else. */
interface Held {
  readonly memberId: string;
  readonly over: AbortController;
}

const reconnectBackoff = { baseMs: 200, maxMs: 10_000 };
const partitionsMaxAgeMs = 60_000;
const retryMs = 500;
/** kafkajs cannot leave a group that is being rebalanced at that moment; it is left behind then, and expelled in time. */
const leaveTimeoutMs = 3000;
/** kafkajs' own, before the membership counts as broken. */
const retries = 4;

/**
 * Elects by the consumer group `GROUP-monitor`: its members are given no partitions; who leads the group by Kafka's own protocol
 * (the first to join; when it goes, another that is there) is the leader. A commit of an offset, which the broker refuses to everybody
 * who is not a member of the present generation, is the fence. See docs/decisions/0402.
 */
export function createKafkaElection(config: KafkaSourceConfig, deps: ElectionDeps): KafkaElection {
  const { logger, terms } = deps;
  const group = `${config.group}-monitor`;
  const topics = topicsOf(config);
  const place: KafkaPlace = { brokers: config.brokers, topics, group };
  const closing = new AbortController();
  let admin: Admin | undefined;
  let known: { readonly partitions: readonly PartitionId[]; readonly atMs: number } | undefined;
  const sleep = (ms: number) => delay(ms, undefined, { signal: closing.signal }).catch(() => undefined);

  /** One membership in the group, until it breaks off or the election closes. Rejects with what broke it. */
  async function membership(lead: (leadership: Leadership) => Promise<void>, joined: () => void): Promise<void> {
    const sockets = createSockets();
    const { directory = process.cwd() } = deps;
    let ended = false;
    const said = { isEnded: () => ended, onError: () => undefined };
    const client = createClient({ config, directory, logger, sockets, retries, ...said });
    const own = client.admin();
    const consumer = client.consumer({
      ...consumerOptions({ ...config, group }),
      maxWaitTimeInMs: heartbeatIntervalMs(config),
      partitionAssigners: [leaderAssigner],
    });
    let over = false;
    let held: Held | undefined;
    let leading: Promise<void> = Promise.resolve();
    let fail: (error: unknown) => void = () => undefined;
    const failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    failed.catch(() => undefined);

    function drop(): void {
      held?.over.abort();
      held = undefined;
    }

    function onJoin({ payload: { memberId, isLeader } }: ConsumerGroupJoinEvent): void {
      // kafkajs joins again by itself after some failures; this membership is over by then, and its sockets are closed.
      if (over) return;
      joined();
      logger.debug({ group, memberId, isLeader }, 'joined the group of monitors');
      // Under the same id it never was out of the group, so nobody can have led in between.
      if (held !== undefined && isLeader && held.memberId === memberId) return;
      drop();
      if (!isLeader) return;
      const now: Held = { memberId, over: new AbortController() };
      held = now;
      leading = leading.then(() => leadAs(now)).catch(fail);
    }

    const isHeld = (one: Held): boolean => held === one && !one.over.signal.aborted;
    const fence = (one: Held, term: number) =>
      confirmBy({ consumer, topic: topics[0] as string, term, place, isHeld: () => isHeld(one) });

    async function leadAs(one: Held): Promise<void> {
      while (isHeld(one)) {
        try {
          const offsets = await own.fetchOffsets({ groupId: group, topics: [topics[0] as string] });
          const committed = Number(offsets[0]?.partitions.find(({ partition }) => partition === 0)?.offset ?? 0);
          const term = Math.max(committed, await terms.newest(), 0) + 1;
          // In this order: a term that is written was fenced before, and whoever was replaced meanwhile fails the second fence.
          await fence(one, term);
          await terms.write(term);
          await fence(one, term);
          await lead({ term, signal: one.over.signal, confirm: () => fence(one, term) });
        } catch (error) {
          const known = isKafkaError(error) ? translateKafkaError(error, place) : error;
          // What the work of the leader throws by mistake is no error of the broker's.
          if (!(known instanceof TidemarkError)) throw error;
          if (known.code !== ErrorCode.LEADERSHIP_LOST && !known.retriable) throw known;
          logger.debug({ reason: messageOf(error) }, 'the leadership could not be taken or kept');
        }
        if (isHeld(one)) await sleep(retryMs);
      }
    }

    consumer.on(consumer.events.GROUP_JOIN, onJoin);
    consumer.on(consumer.events.CRASH, ({ payload }) => fail(payload.error));
    const stopped = new Promise<void>((resolve) => {
      if (closing.signal.aborted) resolve();
      closing.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    try {
      await Promise.race([connect(own, consumer).catch(fail), failed, stopped]);
      admin = own;
      await Promise.race([failed, stopped]);
    } finally {
      over = true;
      admin = undefined;
      drop();
      await leading;
      ended = true;
      await disconnect(consumer, own);
      sockets.close();
    }
  }

  async function connect(own: Admin, consumer: Consumer): Promise<void> {
    await own.connect();
    // Asked first and by itself, because here an unknown topic and a refused login are plain errors.
    await own.fetchTopicMetadata({ topics: [...topics] });
    await consumer.connect();
    await consumer.subscribe({ topics: topics.slice(0, 1), fromBeginning: false });
    if (!closing.signal.aborted) await consumer.run({ autoCommit: false, eachBatch: async () => {} });
  }

  return {
    async run(lead) {
      let joinedOnce = false;
      let failures = 0;
      while (!closing.signal.aborted) {
        try {
          await membership(lead, () => {
            joinedOnce = true;
            failures = 0;
          });
        } catch (cause) {
          // A file of `ssl` that cannot be read is ours, and final.
          if (!isKafkaError(cause)) throw cause;
          const error = translateKafkaError(cause, place);
          if (!error.retriable && !joinedOnce) throw error;
          const waitMs = backoffMs({ attempt: ++failures, ...reconnectBackoff, random: Math.random });
          logger.warn(
            { code: error.code, place: error.place, waitMs: Math.round(waitMs) },
            `${error.message}; nobody leads from here`,
          );
          await sleep(waitMs);
        }
      }
    },
    async partitions() {
      if (known !== undefined && performance.now() - known.atMs < partitionsMaxAgeMs) return known.partitions;
      try {
        const metadata = await admin?.fetchTopicMetadata({ topics: [...topics] });
        if (metadata !== undefined) {
          const partitions = metadata.topics.flatMap(({ name, partitions: ids }) =>
            ids.map(({ partitionId }): PartitionId => ({ source: name, partition: partitionId, role: 'events' })),
          );
          known = { partitions, atMs: performance.now() };
        }
      } catch (error) {
        logger.debug({ reason: messageOf(error) }, 'the partitions of the topics could not be read');
      }
      return known?.partitions ?? [];
    },
    async close() {
      closing.abort();
    },
  };
}

/** The next turn of the event loop: no promise is left half-way between a join and its announcement. */
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Commits the term as the member that kafkajs is at this moment. kafkajs may try again after a rejoin, as another member; so what
 * counts is whether the leadership is still the same after the answer. Throws LEADERSHIP_LOST, or a retriable error.
 */
async function confirmBy(request: {
  readonly consumer: Consumer;
  readonly topic: string;
  readonly term: number;
  readonly place: KafkaPlace;
  readonly isHeld: () => boolean;
}): Promise<void> {
  const { consumer, topic, term, place, isHeld } = request;
  await nextTurn();
  if (!isHeld()) throw lost(place, term);
  try {
    await consumer.commitOffsets([{ topic, partition: 0, offset: String(term) }]);
  } catch (error) {
    if (isFenced(error) || !isHeld()) throw lost(place, term, error);
    throw translateKafkaError(error, place);
  }
  await nextTurn();
  if (!isHeld()) throw lost(place, term);
}

function lost({ group }: KafkaPlace, term: number, cause?: unknown): TidemarkError {
  return new TidemarkError(ErrorCode.LEADERSHIP_LOST, `the leadership of term ${term} is over`, {
    place: `group ${group}`,
    cure: 'Nothing is to be done: another monitor leads.',
    cause,
  });
}

/** Leaves the group and closes the sockets; a broker that does not answer holds nobody up. */
async function disconnect(consumer: Consumer, admin: Admin): Promise<void> {
  const over = new AbortController();
  const late = delay(leaveTimeoutMs, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([Promise.allSettled([consumer.disconnect(), admin.disconnect()]), late]);
  over.abort();
}
