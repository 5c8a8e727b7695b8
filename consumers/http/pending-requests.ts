import type { EventOutcome } from '../../common/source.ts';

/** A request whose events wait to be stored: they have the offsets `[from, from + outcomes.length)`. */
interface PendingRequest {
  readonly from: number;
  readonly outcomes: (EventOutcome | undefined)[];
  missing: number;
  readonly resolve: (outcomes: readonly EventOutcome[] | undefined) => void;
}

/** Requests in the order of their offsets, which is the order they came in. */
export interface PendingRequests {
  /** Resolves with one outcome an event, or with undefined after `abandon`. */
  add(from: number, events: number): Promise<readonly EventOutcome[] | undefined>;
  /** Notes an outcome; answers the request once it has all of them. False where nobody waits for it. */
  settle(outcome: EventOutcome): boolean;
  /** Answers everybody that nothing is known. */
  abandon(): void;
}

export function createPendingRequests(): PendingRequests {
  // Answered ones stay until those before them are answered too: almost always none.
  let requests: PendingRequest[] = [];

  /** The last request that begins at or before the offset. */
  const find = (offset: number): PendingRequest | undefined => {
    let low = 0;
    let high = requests.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((requests[middle] as PendingRequest).from <= offset) low = middle + 1;
      else high = middle;
    }
    return requests[low - 1];
  };

  return {
    add(from, events) {
      return new Promise((resolve) => {
        requests.push({ from, outcomes: new Array(events).fill(undefined), missing: events, resolve });
      });
    },
    settle(outcome) {
      const request = find(outcome.offset);
      const at = request === undefined ? -1 : outcome.offset - request.from;
      if (request === undefined || at >= request.outcomes.length || request.outcomes[at] !== undefined) return false;
      request.outcomes[at] = outcome;
      request.missing -= 1;
      if (request.missing > 0) return true;
      request.resolve(request.outcomes as EventOutcome[]);
      while (requests[0]?.missing === 0) requests.shift();
      return true;
    },
    abandon() {
      for (const request of requests) request.resolve(undefined);
      requests = [];
    },
  };
}
