import type { Admin, Consumer, EachBatchPayload } from 'kafkajs';
import type { Logger, Metrics } from '../../common/ports.ts';
import type { AssignmentListener, PartitionId } from '../../common/source.ts';
import type { KafkaSourceConfig } from '../../config/schema.ts';
import { reportDeleted, startPartitions, topicReplaced } from './assignment.ts';
import {
  consumerOptions,
  createClient,
  fetchPartitionStates,
  heartbeatIntervalMs,
  type PartitionState,
  topicsOf,
} from './client.ts';
import { isKafkaError, type KafkaPlace } from './errors.ts';
import type { HandOff } from './hand-off.ts';
import { createIntake } from './intake.ts';
import type { Ownership } from './ownership.ts';

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
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly role: PartitionId['role'];
  readonly ownership: Ownership;
  readonly handOff: HandOff;
  readonly listener: AssignmentListener;
  readonly place: KafkaPlace;
  /** After every assignment that was taken up. */
  readonly onAssigned: () => void;
}

/** A member that is being joined cannot be stopped by kafkajs; it is left behind after this time. */
const leaveTimeoutMs = 10_000;

/**
 * One membership in the consumer group, from joining to leaving.
 *
 * Every join ends everything before it: partitions are revoked, the queue is emptied, and the new partitions stay paused
 * (kafkajs sends heartbeats meanwhile) until the listener has said where to start.
 */
export function createMembership(options: MembershipOptions): Membership {
  const { config, logger, ownership, handOff, listener } = options;
  const topics = topicsOf(config);
  const client = createClient(config, logger);
  const admin = client.admin({ retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: 4 } });
  const consumer = client.consumer(consumerOptions(config));
  let finish: (end: MembershipEnd) => void = () => undefined;
  const finished = new Promise<MembershipEnd>((resolve) => {
    finish = resolve;
  });
  let ended = false;
  /** Counts joins; work for an older one is given up. */
  let join = 0;
  let assigning: Promise<void> = Promise.resolve();

  function revoke(): void {
    const before = ownership.revokeAll();
    handOff.clear();
    if (before.length > 0) listener.revoked(before);
  }

  async function assign(number: number, assignment: Readonly<Record<string, readonly number[]>>): Promise<void> {
    if (number !== join) return;
    const mine = (topic: string, partition: number) => assignment[topic]?.includes(partition) ?? false;
    const states = (await fetchPartitionStates(admin, { group: config.group, topics })).filter(({ topic, partition }) =>
      mine(topic, partition),
    );
    if (number !== join) return;
    if (config.start === 'latest') await commitStart(states.filter(({ committed }) => committed === undefined));
    if (number !== join) return;
    const started = await startPartitions({ ...options, states, start: config.start });
    if (number !== join) {
      // The listener has taken them up for a join that is over already.
      listener.revoked(started.map(({ partition }) => partition));
      return;
    }
    for (const { partition, offset, epoch } of started) {
      ownership.own(partition, { epoch, offset });
      consumer.seek({ topic: partition.source, partition: partition.partition, offset: String(offset) });
    }
    consumer.resume(topicPartitions(assignment));
    logger.info({ partitions: started.length, topics, group: config.group }, 'partitions assigned');
    options.onAssigned();
  }

  /**
   * Makes the end of a partition the group's place before anything is read: without it, what comes between the first
   * assignment and the first commit would be skipped by the next owner, who finds nothing committed and starts at the end, too.
   */
  async function commitStart(states: readonly PartitionState[]): Promise<void> {
    if (states.length === 0) return;
    await consumer.commitOffsets(
      states.map(({ topic, partition, high }) => ({ topic, partition, offset: String(high), metadata: '' })),
    );
  }

  function onJoin(assignment: Readonly<Record<string, readonly number[]>>): void {
    const number = ++join;
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
  consumer.on(consumer.events.CRASH, ({ payload }) => finish({ kind: 'broken', error: payload.error }));

  async function connect(): Promise<void> {
    await admin.connect();
    // Asked first and by itself, because here an unknown topic and a refused login are plain errors.
    await admin.fetchTopicMetadata({ topics: [...topics] });
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
