/**
 * Who decides. Of all monitors of a pipeline one leads at a time; each leadership has a term, and terms only grow. What a leader
 * writes carries term and round, so that of two leaders' writings under one key the later leader's counts, whichever arrives last.
 */
export interface Leadership {
  /** 0 where nobody else can lead. */
  readonly term: number;
  /**
   * Asks whoever gave the leadership. Throws LEADERSHIP_LOST where it is over, a retriable error where nobody answers. Called
   * before what cannot be taken back.
   */
  confirm(): Promise<void>;
  /** Aborts when it is known to be over. */
  readonly signal: AbortSignal;
}

/** Makes one of several processes the leader. */
export interface Election {
  /**
   * Takes part until `close`. Calls `lead` each time this process becomes the leader and awaits it; its signal aborts when the
   * leadership is lost. Rejects where waiting is no cure, or with what `lead` throws other than LEADERSHIP_LOST.
   */
  run(lead: (leadership: Leadership) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Rounds of one term; 4.5 million terms keep revisions whole numbers of a double. */
const roundsPerTerm = 1_000_000_000;

/** The version of a row: the later term's is greater, and within a term the later round's. */
export function revisionOf(term: number, round: number): number {
  return term * roundsPerTerm + round;
}

export function termOf(revision: number): number {
  return Math.floor(revision / roundsPerTerm);
}

/** The leadership of a process that is the only one: nobody could take it over. */
export function soleLeadership(term: number): Leadership {
  return { term, confirm: async () => {}, signal: new AbortController().signal };
}
