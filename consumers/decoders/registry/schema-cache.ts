import { setTimeout as delay } from 'node:timers/promises';
import { ErrorCode, messageOf, TidemarkError } from '../../../common/error.ts';
import type { Clock, Logger, Metrics } from '../../../common/ports.ts';
import { retry } from '../../../common/retry.ts';
import type { Troubles } from '../../../common/trouble.ts';
import { ViolationCode } from '../../../common/violation.ts';
import { refuse } from '../fault.ts';
import type { Format } from '../format.ts';
import type { ReadPayload } from '../payload.ts';
import type { RegisteredSchema, RegistryClient } from './client.ts';
import { createGenerations } from './generations.ts';

export interface SchemaCacheOptions {
  readonly client: RegistryClient;
  readonly format: Format;
  /** Schemas kept; what a schema says never changes, so they never age. */
  readonly max: number;
  /** An id that the registry does not know for so long is given up; undefined: never. */
  readonly giveUpMs?: number | undefined;
  readonly troubles: Troubles;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Uniform in [0, 1): the jitter of waits. */
  readonly random: () => number;
  /** First wait; default 100 ms. */
  readonly baseMs?: number;
  /** Longest wait; default 10 s. */
  readonly maxMs?: number;
  /** How long somebody waits before it is a trouble; default 5 s. */
  readonly troubleAfterMs?: number;
}

/** Schemas of the registry by id, compiled. */
export interface SchemaCache {
  readonly waits: boolean;
  get(id: number): ReadPayload | undefined;
  /**
   * Resolves when all ids can be got, however long that takes: while the registry is away or does not know one of them, it
   * is asked again with growing pauses. Rejects when `signal` is aborted.
   *
   * @param waiting what waits, for people
   */
  wait(ids: ReadonlySet<number>, waiting: string, signal: AbortSignal): Promise<void>;
}

/** An id that was given up is asked for again after this time, once. */
const givenUpMs = 60_000;
const rememberedMax = 10_000;

interface Asking {
  readonly id: number;
  readonly done: Promise<void>;
  readonly abort: AbortController;
  waiters: number;
}

export function createSchemaCache(options: SchemaCacheOptions): SchemaCache {
  const { client, format, troubles, clock, logger } = options;
  const { baseMs = 100, maxMs = 10_000, troubleAfterMs = 5000, giveUpMs = Number.POSITIVE_INFINITY } = options;
  const known = createGenerations<number, ReadPayload>(options.max);
  const givenUp = createGenerations<number, { readonly read: ReadPayload; readonly untilMs: number }>(options.max);
  /** When the registry first said that it does not know the id. */
  const unknownSince = createGenerations<number, number>(rememberedMax);
  const asking = new Map<number, Asking>();
  const awayKey = `schema-registry ${client.url}`;

  function get(id: number): ReadPayload | undefined {
    const read = known.get(id);
    if (read !== undefined || giveUpMs === Number.POSITIVE_INFINITY) return read;
    const lost = givenUp.get(id);
    return lost !== undefined && clock.now() < lost.untilMs ? lost.read : undefined;
  }

  /** One question. Throws {@link Unsettled} where it is worth another try. */
  async function ask(id: number, signal: AbortSignal): Promise<void> {
    let schema: RegisteredSchema | undefined;
    try {
      schema = await client.fetch(id, signal);
    } catch (error) {
      throw new Unsettled(awayKey, error);
    }
    troubles.clear(awayKey);
    if (schema !== undefined) {
      unknownSince.delete(id);
      givenUp.delete(id);
      known.set(id, compile(id, schema));
      return;
    }
    const since = unknownSince.get(id) ?? clock.now();
    unknownSince.set(id, since);
    if (clock.now() - since >= giveUpMs) {
      const message = `the registry has not known schema ${id} for the time of registry.unknownAfter`;
      const read: ReadPayload = (payload) => refuse(ViolationCode.SCHEMA_UNKNOWN, message, payload);
      givenUp.set(id, { read, untilMs: clock.now() + givenUpMs });
      return;
    }
    const reason = `the schema registry ${client.url} does not know schema ${id}`;
    throw new Unsettled(
      `schema ${id} ${client.url}`,
      new TidemarkError(ErrorCode.SCHEMA_UNAVAILABLE, reason, { place: client.url, retriable: true }),
    );
  }

  function compile(id: number, schema: RegisteredSchema): ReadPayload {
    let reason = `it is of the format ${schema.type}, not ${format.schemaType}`;
    if (schema.type === format.schemaType) {
      try {
        return format.compile(schema);
      } catch (error) {
        reason = messageOf(error);
      }
    }
    logger.error({ id, registry: client.url, reason }, 'a schema cannot be used; its events are dead letters');
    const message = `schema ${id} cannot be used: ${reason}`;
    return (payload) => refuse(ViolationCode.SCHEMA_UNUSABLE, message, payload);
  }

  async function settle(id: number, waiting: string, signal: AbortSignal): Promise<void> {
    const startedMs = clock.now();
    const raised = new Set<string>();
    let last: Unsettled | undefined;
    try {
      await retry(
        async () => {
          try {
            await ask(id, signal);
          } catch (error) {
            last = error instanceof Unsettled ? error : undefined;
            throw last?.cause ?? error;
          }
        },
        {
          baseMs,
          maxMs,
          random: options.random,
          signal,
          // A wait that is given up ends at once.
          sleep: (ms) => delay(ms, undefined, { signal }).catch(() => undefined),
          onRetry: ({ attempt, waitMs, reason }) => {
            options.metrics.count('tidemark_retries_total', 1, { what: 'schema' });
            logger.warn({ id, attempt, waitMs: Math.round(waitMs), reason }, `${waiting} waits for a schema`);
            if (last === undefined || clock.now() - startedMs < troubleAfterMs) return;
            raised.add(last.key);
            troubles.raise({
              key: last.key,
              cause: 'schema-registry',
              title: `events of ${waiting} wait for their schema: ${reason}`,
            });
          },
        },
      );
    } finally {
      if (asking.get(id)?.abort.signal === signal) asking.delete(id);
      for (const key of raised) if (key !== awayKey || asking.size === 0) troubles.clear(key);
    }
  }

  function join(id: number, waiting: string): Asking {
    const already = asking.get(id);
    if (already !== undefined) return already;
    const abort = new AbortController();
    const done = settle(id, waiting, abort.signal);
    // Whoever waits sees it; nobody may be left by then.
    done.catch(() => undefined);
    const made: Asking = { id, done, abort, waiters: 0 };
    asking.set(id, made);
    return made;
  }

  /** A question that nobody waits for any more is not asked again. */
  function leave(one: Asking): void {
    one.waiters--;
    if (one.waiters > 0) return;
    one.abort.abort();
    if (asking.get(one.id) === one) asking.delete(one.id);
  }

  return {
    waits: true,
    get,
    async wait(ids, waiting, signal) {
      const joined: Asking[] = [];
      for (const id of ids) if (get(id) === undefined) joined.push(join(id, waiting));
      for (const one of joined) one.waiters++;
      try {
        await Promise.race([Promise.all(joined.map(({ done }) => done)), aborted(signal)]);
      } finally {
        for (const one of joined) leave(one);
      }
    },
  };
}

/** Why an id is not settled yet, and the trouble that this is. */
class Unsettled extends Error {
  readonly key: string;

  constructor(key: string, cause: unknown) {
    super(messageOf(cause), { cause });
    this.key = key;
  }
}

/** Never resolves. The signal lives no longer than the wait. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const give = () => reject(signal.reason);
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
}
