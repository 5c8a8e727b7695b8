import type { DeadLetter } from './outgoing.ts';

/** Sending dead letters again after what refused them is mended, each of them once. */

/** Which of the letters that were not sent again yet. */
export interface ReplaySelection {
  readonly reason?: string;
  readonly path?: string;
  /** Name, or name and version. */
  readonly contract?: string;
  /** Rejected at or after, and before; ms since 1970. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly limit?: number;
}

/** A letter that is selected, without its content. */
export interface SelectedLetter {
  readonly source: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  readonly path: string;
  /** Of the payload as it is kept. */
  readonly bytes: number;
  /** The payload is longer than what is kept of it. */
  readonly cut: boolean;
  readonly absent: boolean;
}

/** Letters of one partition that are sent together: all of them or none. */
export interface ReplayPart {
  readonly id: string;
  /** The topic, or the file. */
  readonly target: string;
  readonly source: string;
  readonly partition: number;
  readonly offsets: readonly number[];
}

export interface PendingPart {
  readonly id: string;
  readonly target: string;
  readonly begunAtMs: number;
}

export type PartEnd = 'sent' | 'void';

export interface ReplayStore {
  /** Ordered by source, partition and offset; with a limit those that were rejected first. */
  select(selection: ReplaySelection): Promise<readonly SelectedLetter[]>;
  letters(part: Pick<ReplayPart, 'source' | 'partition' | 'offsets'>): Promise<readonly DeadLetter[]>;
  /** Written before it is sent: a crash leaves a part of which it has to be found out whether it was. */
  begin(part: ReplayPart): Promise<void>;
  end(part: PendingPart, end: PartEnd): Promise<void>;
  /** Begun, and not known to have ended. */
  pending(): Promise<readonly PendingPart[]>;
}
