import { messageOf, TidemarkError } from './error.ts';

export interface RetryOptions {
  /** First pause; doubles up to `maxMs`. Half of each pause is jitter. */
  readonly baseMs?: number;
  readonly maxMs?: number;
  /** Give up after so many tries; default: never. */
  readonly attempts?: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Stops retrying when aborted: the last error is thrown. */
  readonly signal?: AbortSignal;
  readonly onRetry?: (info: { readonly attempt: number; readonly waitMs: number; readonly reason: string }) => void;
}

/** Calls `work` until it succeeds. Errors that are not retriable are thrown at once. */
export async function retry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { baseMs = 100, maxMs = 10_000, attempts = Number.POSITIVE_INFINITY } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const retriable = error instanceof TidemarkError && error.retriable;
      if (!retriable || attempt >= attempts || options.signal?.aborted) throw error;
      const waitMs = backoffMs({ attempt, baseMs, maxMs, random: options.random });
      options.onRetry?.({ attempt, waitMs, reason: messageOf(error) });
      await options.sleep(waitMs);
    }
  }
}

/** The pause after failure number `attempt`, counted from 1: half of the doubled base, and up to as much again of jitter. */
export function backoffMs(options: {
  readonly attempt: number;
  readonly baseMs: number;
  readonly maxMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}): number {
  const ceilingMs = Math.min(options.maxMs, options.baseMs * 2 ** Math.min(options.attempt - 1, 20));
  return ceilingMs / 2 + (options.random() * ceilingMs) / 2;
}
