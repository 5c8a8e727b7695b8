import type { Source, SourceBatch } from '../../common/source.ts';

export interface Reader {
  /**
   * The next batch; `ended` at the end of a bounded source, `stopped` after `stop`, `due` when the time is up. Reading goes
   * on over several waits: a source is never asked twice at once.
   */
  next(withinMs: number): Promise<SourceBatch | 'ended' | 'stopped' | 'due'>;
  stop(): void;
}

export function createReader(source: Source): Reader {
  let pending: Promise<SourceBatch | 'ended'> | undefined;
  let stop = () => {};
  const stopped = new Promise<'stopped'>((resolve) => {
    stop = () => resolve('stopped');
  });
  return {
    stop: () => stop(),
    async next(withinMs) {
      pending ??= source.read().then((batch) => batch ?? 'ended');
      let timer: NodeJS.Timeout | undefined;
      const waits: Promise<SourceBatch | 'ended' | 'stopped' | 'due'>[] = [stopped, pending];
      if (withinMs !== Number.POSITIVE_INFINITY) {
        waits.push(
          new Promise((resolve) => {
            timer = setTimeout(() => resolve('due'), Math.max(0, withinMs));
          }),
        );
      }
      const first = await Promise.race(waits);
      clearTimeout(timer);
      if (first !== 'due' && first !== 'stopped') pending = undefined;
      return first;
    },
  };
}
