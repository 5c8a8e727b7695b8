import type { Admin, Consumer, EachBatchPayload } from 'kafkajs';
import type { Logger, Metrics } from '../../common/ports.ts';
import { type AssignmentListener, type PartitionId, partitionKey } from '../../common/source.ts';
import type { KafkaSourceConfig } from '../../config/schema.ts';
import { reportDeleted, startPartitions, topicReplaced } from './assignment.ts';
import { consumerOptions, createClient, fetchPartitionStates, heartbeatIntervalMs, topicsOf } from './client.ts';
import { isKafkaError, type KafkaPlace, translateKafkaError } from './errors.ts';
import type { HandOff } from './hand-off.ts';
import { createIntake } from './intake.ts';
import type { Ownership } from './ownership.ts';
import { createSockets } from './sockets.ts';
import { type StartPosition, startPositions } from './start-position.ts';
import type { Tracker } from './tracker.ts';

/** How a membership ended: closed by us, broken off by the broker (may come back), or failed for good. */
export type MembershipEnd =
  | { readonly kind: 'closed' }
  | { readonly kind: 'broken'; readonly error: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

export interface Membership {
  /** Joins the group and reads until it ends. Never rejects. */
  run(): Promise<MembershipEnd>;
  /** Makes `run` stop fetching, leave the group and return. */
  leave(): void;
}

export interface MembershipOptions {
  readonly config: KafkaSourceConfig;
  /** What relative paths of the configuration start from. */
  readonly directory: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracker: Tracker;
  readonly role: PartitionId['role'];
  readonly ownership: Ownership;
  readonly handOff: HandOff;
  readonly listener: AssignmentListener;
  readonly place: KafkaPlace;
  /** After every assignment that was taken up. */
  readonly onAssigned: () => void;
  /** After every fetch of assigned partitions that the broker answered. */
  readonly onRead: () => void;
}

/** A member that is being joined cannot be stopped by kafkajs; it is left behind after this time. */
const leaveTimeoutMs = 4000;
/** kafkajs' own, before the membership counts as broken. Before it there is nothing to hold on to. */
const retries = { before: 1, within: 4 };

/**
 * One membership in the consumer group, from joining to leaving.
 *
 * Every join ends everything before it: partitions are revoked, the queue is emptied, and the new partitions stay paused
 * (kafkajs sends heartbeats meanwhile) until the listener has said where to start.
 */
export function createMembership(options: MembershipOptions): Membership {
  const { config, ownership, handOff, listener, tracker } = options;
  const topics = topicsOf(config);
  const { logger } = options;
  const sockets = createSockets();
  let ended = false;
  /** kafkajs asks every broker for the coordinator of the group and drops what they answer. */
  let groupRefused = false;
  const onError = (text: string) => {
    if (/group authorization failed/i.test(text)) groupRefused = true;
  };
  const clientOf = (tries: number) =>
    // What kafkajs says of connections that we have ended is no news.
    createClient({ ...options, sockets, retries: tries, isEnded: () => ended, onError });
  const admin = clientOf(retries.before).admin();
  const consumer = clientOf(retries.within).consumer(consumerOptions(config));
  let finish: (end: MembershipEnd) => void = () => undefined;
  const finished = new Promise<MembershipEnd>((resolve) => {
    finish = resolve;
  });
  /** Counts joins; work for an older one is given up. */
  let join = 0;
  let assigning: Promise<void> = Promise.resolve();
  /** Partitions are taken up: from now on fetches ask for them. */
  let isReading = false;
  /** Brokers that have been asked for messages since. */
  const asked = new Set<number>();

  function revoke(): void {
    const before = ownership.revokeAll();
    handOff.clear();
    tracker.revoked(before);
    if (before.length > 0) listener.revoked(before);
  }

  async function assign(number: number, assignment: Readonly<Record<string, readonly number[]>>): Promise<void> {
    if (number !== join) return;
    const mine = (topic: string, partition: number) => assignment[topic]?.includes(partition) ?? false;
    const all = await fetchPartitionStates(admin, { group: config.group, topics });
    const starts = await startPositions(admin, { start: config.start, states: all });
    if (number !== join) return;
    await commitStart(starts.filter(({ isFirst }) => isFirst));
    if (number !== join) return;
    const states = all.filter(({ topic, partition }) => mine(topic, partition));
    const started = await startPartitions({ ...options, states, starts });
    if (number !== join) {
      // The listener has taken them up for a join that is over already.
      listener.revoked(started.map(({ partition }) => partition));
      return;
    }
    for (const { partition, offset, epoch } of started) {
      ownership.own(partition, { epoch, offset });
      consumer.seek({ topic: partition.source, partition: partition.partition, offset: String(offset) });
    }
    const highs = new Map(states.map((state) => [partitionKey({ ...state, source: state.topic }), state.high]));
    tracker.assigned(
      started.map(({ partition, offset }) => ({
        partition,
        offset,
        high: highs.get(partitionKey(partition)) ?? offset,
      })),
    );
    consumer.resume(topicPartitions(assignment));
    isReading = true;
    logger.info({ partitions: started.length, topics, group: config.group }, 'partitions assigned');
    options.onAssigned();
  }

  /** For all partitions of a topic, whoever owns them: those without a commit count as added later from now on. */
  async function commitStart(starts: readonly StartPosition[]): Promise<void> {
    if (starts.length === 0) return;
    await consumer.commitOffsets(
      starts.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset), metadata: '' })),
    );
  }

  function onJoin(assignment: Readonly<Record<string, readonly number[]>>): void {
    const number = ++join;
    isReading = false;
    tracker.joined();
    // In the very turn of the join, before kafkajs fetches for the new generation.
    revoke();
    consumer.pause(topicPartitions(assignment));
    assigning = assigning
      .then(() => assign(number, assignment))
      .catch((error: unknown) => {
        if (number !== join || ended) return;
        finish(isKafkaError(error) ? { kind: 'broken', error } : { kind: 'failed', error });
      });
  }

  const intake = createIntake({
    ...options,
    heartbeatMs: heartbeatIntervalMs(config),
    skipsTombstones: config.tombstones === 'skip',
    resynchronise: (owned) => {
      const { source, partition } = owned.partition;
      const number = join;
      consumer.pause([{ topic: source, partitions: [partition] }]);
      assigning = assigning
        .then(async () => {
          if (number !== join) return;
          const states = await fetchPartitionStates(admin, { group: config.group, topics: [source] });
          const state = states.find((candidate) => candidate.partition === partition);
          if (number !== join || state === undefined) return;
          if (owned.position > state.high) {
            finish({
              kind: 'failed',
              error: topicReplaced(owned.partition, { offset: owned.position, high: state.high }),
            });
            return;
          }
          if (owned.position < state.low) {
            reportDeleted({ ...options, partition: owned.partition, from: owned.position, to: state.low });
            owned.position = state.low;
          }
          consumer.seek({ topic: source, partition, offset: String(owned.position) });
          consumer.resume([{ topic: source, partitions: [partition] }]);
        })
        .catch((error: unknown) => finish({ kind: 'broken', error }));
    },
  });

  async function eachBatch(payload: EachBatchPayload): Promise<void> {
    try {
      await intake.accept(payload);
    } catch (error) {
      // kafkajs has to see its own errors (a rebalance noticed by a heartbeat); ours must not reach it.
      if (isKafkaError(error)) throw error;
      finish({ kind: 'failed', error });
    }
  }

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => onJoin(payload.memberAssignment));
  consumer.on(consumer.events.REBALANCING, () => {
    join++;
    revoke();
  });
  consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => intake.noteFiltered(payload));
  consumer.on(consumer.events.FETCH_START, ({ payload }) => {
    if (isReading) asked.add(payload.nodeId);
  });
  consumer.on(consumer.events.FETCH, ({ payload }) => {
    if (asked.delete(payload.nodeId)) options.onRead();
  });
  consumer.on(consumer.events.CRASH, ({ payload: { error } }) => {
    finish({ kind: 'broken', error: groupRefused ? { type: 'GROUP_AUTHORIZATION_FAILED', cause: error } : error });
  });

  async function connect(): Promise<void> {
    await admin.connect();
    // Asked first and by themselves, because here an unknown topic and a refused login are plain errors.
    for (const topic of topics)
      await admin.fetchTopicMetadata({ topics: [topic] }).catch((error: unknown) => {
        throw translateKafkaError(error, { ...options.place, topics: [topic] });
      });
    await consumer.connect();
    // Where we start is said by seek; this is only what kafkajs falls back to when the broker has deleted an offset.
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    if (!ended) await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch });
  }

  return {
    async run() {
      const connecting = connect().catch((error: unknown) => finish({ kind: 'broken', error }));
      const end = await finished;
      ended = true;
      join++;
      revoke();
      await disconnect(consumer, admin, logger);
      sockets.close();
      // A connection that was being made when the source closed is open only now.
      void connecting.then(() => Promise.allSettled([consumer.disconnect(), admin.disconnect()]));
      return end;
    },
    leave: () => finish({ kind: 'closed' }),
  };
}

function topicPartitions(assignment: Readonly<Record<string, readonly number[]>>) {
  return Object.entries(assignment).map(([topic, partitions]) => ({ topic, partitions: [...partitions] }));
}

/** Leaves the group and closes the sockets; a broker that does not answer holds nobody up. */
async function disconnect(consumer: Consumer, admin: Admin, logger: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, leaveTimeoutMs, 'late');
  });
  const both = Promise.allSettled([consumer.disconnect(), admin.disconnect()]);
  if ((await Promise.race([both, timeout])) === 'late')
    logger.warn({ waitedMs: leaveTimeoutMs }, 'the group was left without the broker knowing');
  clearTimeout(timer);
}
