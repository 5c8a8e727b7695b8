/** What is written of an action with effects outside: that it is going to be taken, then what came of it. */
export interface ActionStage {
  readonly stage: 'claimed' | 'done';
  /** Term and round of the leader, see `revisionOf`. */
  readonly revision: number;
  /** One sentence; empty while it is claimed only. */
  readonly outcome: string;
}
