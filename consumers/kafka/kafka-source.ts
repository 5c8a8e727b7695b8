import { setTimeout as delay } from 'node:timers/promises';
import { type Logger, type Metrics, systemClock } from '../../common/ports.ts';
import { backoffMs } from '../../common/retry.ts';
import type { AssignmentListener, PartitionId, Source } from '../../common/source.ts';
import type { KafkaSourceConfig } from '../../config/schema.ts';
import { topicsOf } from './client.ts';
import { commitRanges } from './commit.ts';
import { type KafkaPlace, translateKafkaError } from './errors.ts';
import { createHandOff, type HandOffBounds } from './hand-off.ts';
import { createMembership, type Membership, type MembershipEnd, type MembershipOptions } from './membership.ts';
import { createOwnership } from './ownership.ts';
import { createTracker } from './tracker.ts';

export interface KafkaSourceDeps {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly role: PartitionId['role'];
  /** What relative paths of the configuration start from; default: the working directory. */
  readonly directory?: string;
  /** What is read ahead of the worker, over all partitions; default 50,000 messages and 32 MiB. */
  readonly readAhead?: HandOffBounds;
  /** Uniform in [0, 1): the jitter of waits. Default `Math.random`. */
  readonly random?: () => number;
}

const defaultReadAhead: HandOffBounds = { maxMessages: 50_000, maxBytes: 32 * 1024 * 1024 };
const reconnectBackoff = { baseMs: 200, maxMs: 10_000 };
const commitBackoff = { baseMs: 100, maxMs: 5000 };

/**
 * Topics of Apache Kafka, shared with the other workers of the consumer group.
 *
 * `start` waits for a broker that cannot be reached, without end; it throws SOURCE_UNAVAILABLE where waiting is no cure (the
 * login is refused, the topic does not exist). Later every failure of the broker is waited for: `read` holds meanwhile.
 * `commit` throws PARTITION_LOST for ranges of an older epoch and where the broker refuses.
 */
export function createKafkaSource(config: KafkaSourceConfig, deps: KafkaSourceDeps): Source {
  const { logger, metrics } = deps;
  const random = deps.random ?? Math.random;
  const topics = topicsOf(config);
  const place: KafkaPlace = { brokers: config.brokers, topics, group: config.group };
  const ownership = createOwnership();
  const tracker = createTracker({ topics, role: deps.role, metrics, now: systemClock.now });
  const handOff = createHandOff(deps.readAhead ?? defaultReadAhead);
  const closing = new AbortController();
  let running: Promise<void> | undefined;
  let membership: Membership | undefined;

  /** Ends early when the source closes. */
  const sleep = (ms: number) => delay(ms, undefined, { signal: closing.signal }).catch(() => undefined);

  function runMembership(hooks: Pick<MembershipOptions, 'listener' | 'onAssigned' | 'onRead'>): Promise<MembershipEnd> {
    const { directory = process.cwd(), role } = deps;
    try {
      membership = createMembership({
        ...hooks,
        config,
        directory,
        logger,
        metrics,
        tracker,
        role,
        ownership,
        handOff,
        place,
      });
    } catch (error) {
      // A file of `ssl`, which may be there again the next time.
      return Promise.resolve({ kind: 'broken', error });
    }
    return membership.run();
  }

  /** One membership after the other, until the source closes or something fails that waiting does not cure. */
  async function run(listener: AssignmentListener, onAssigned: () => void): Promise<void> {
    let hasRead = false;
    let failures = 0;
    while (!closing.signal.aborted) {
      const end = await runMembership({
        listener,
        onAssigned() {
          tracker.connected(true);
          onAssigned();
        },
        // Only now is it known that nothing is refused: rights on the topic are looked at by the first fetch.
        onRead() {
          hasRead = true;
          failures = 0;
        },
      });
      tracker.connected(false);
      if (end.kind === 'closed') return;
      if (end.kind === 'failed') throw end.error;
      const error = translateKafkaError(end.error, place);
      if (!error.retriable && !hasRead) throw error;
      const waitMs = backoffMs({ attempt: ++failures, ...reconnectBackoff, random });
      metrics.count('tidemark_source_reconnects_total', 1, { source: topics.join(',') });
      const fields = { code: error.code, place: error.place, cure: error.cure, waitMs: Math.round(waitMs) };
      if (error.retriable) logger.warn(fields, `${error.message}; intake waits`);
      else logger.error(fields, `${error.message}; intake waits`);
      await sleep(waitMs);
    }
  }

  return {
    shared: true,
    ends: () => [],
    start(listener) {
      return new Promise<void>((resolve, reject) => {
        running = run(listener, resolve).then(resolve, (error: unknown) => {
          handOff.fail(error);
          reject(error);
        });
      });
    },
    read: () => handOff.take(),
    async commit(ranges) {
      const started = performance.now();
      await commitRanges({
        ranges,
        ownership,
        place,
        retryOptions: {
          ...commitBackoff,
          sleep,
          random,
          signal: closing.signal,
          onRetry: (info) => logger.warn(info, 'the commit is tried again'),
        },
      });
      tracker.committed(ranges, (performance.now() - started) / 1000);
    },
    status: () => tracker.status(),
    async close() {
      closing.abort();
      handOff.close();
      membership?.leave();
      await running;
    },
  };
}
