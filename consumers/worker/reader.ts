import type { Source, SourceBatch } from '../../common/source.ts';

export type ReadResult = SourceBatch | 'ended' | 'stopped' | 'due';

export interface Reader {
  /**
   * The next batch; `ended` at the end of a bounded source, `stopped` after `stop`, `due` when the time is up. Reading goes
   * on over several waits: a source is never asked twice at once.
   */
  next(withinMs: number): Promise<ReadResult>;
  stop(): void;
}

/**
 * Written with one waiting callback instead of `Promise.race`: a race against a promise that lives as long as the reader keeps
 * every batch it ever returned.
 */
export function createReader(source: Source): Reader {
  let reading = false;
  let stopped = false;
  /** What was read while nobody waited. */
  let ready: { readonly batch: SourceBatch | 'ended' } | { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;

  function read(): void {
    reading = true;
    source
      .read()
      .then(
        (batch) => {
          ready = { batch: batch ?? 'ended' };
        },
        (error: unknown) => {
          ready = { error };
        },
      )
      .finally(() => {
        reading = false;
        wake?.();
      });
  }

  function take(): ReadResult | undefined {
    if (stopped) return 'stopped';
    if (ready === undefined) return undefined;
    const result = ready;
    ready = undefined;
    if ('error' in result) throw result.error;
    return result.batch;
  }

  return {
    stop() {
      stopped = true;
      wake?.();
    },
    async next(withinMs) {
      const known = take();
      if (known !== undefined) return known;
      if (!reading) read();
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (withinMs !== Number.POSITIVE_INFINITY) timer = setTimeout(resolve, Math.max(0, withinMs));
      });
      wake = undefined;
      clearTimeout(timer);
      return take() ?? 'due';
    },
  };
}
