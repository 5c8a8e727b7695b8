import { ErrorNumber, FrontError } from './front-error.ts';

/** Statements one after the other, in the order they came: the embedded engine has one session. */
export interface Turns {
  /** Waits for its turn, then works. Throws TOO_MANY_SIMULTANEOUS_QUERIES at once where too many wait already. */
  take<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing waits and nothing works any more. */
  idle(): Promise<void>;
}

export function createTurns(maxWaiting: number): Turns {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    async take(work) {
      if (waiting >= maxWaiting) {
        throw new FrontError(
          ErrorNumber.TOO_MANY_SIMULTANEOUS_QUERIES,
          `Too many simultaneous queries. ${maxWaiting} are waiting already`,
        );
      }
      waiting++;
      const turn = last.then(() => {
        waiting--;
        return work();
      });
      last = turn.catch(() => {});
      return turn;
    },
    async idle() {
      for (let seen: unknown; seen !== last; ) {
        seen = last;
        await last;
      }
    },
  };
}
