import type { ActionStage } from '../../common/action-stage.ts';
import type { Leadership } from '../../common/leadership.ts';
import type { LabelWindow, Performance } from '../../common/performance.ts';
import type { Profile } from '../../common/profile.ts';
import type { SegmentKey } from '../../common/segment.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import type { Reference } from '../../drift/reference/reference.ts';

/** What the monitor needs of the store. Every write is keyed: an interrupted round is done again with the same result. */
export interface MonitorStore {
  readState(key: string): Promise<{ readonly revision: number; readonly document: string } | undefined>;
  writeState(key: string, revision: number, document: string): Promise<void>;
  /** Starts of panes that chunks beyond these offsets (by source/partition) touched, and the offsets that are reached. */
  touchedPanes(
    seen: Readonly<Record<string, number>>,
  ): Promise<{ readonly panesMs: readonly number[]; readonly seen: Readonly<Record<string, number>> }>;
  seal(input: {
    readonly afterMs: number;
    readonly throughMs: number;
    readonly latePanesMs: readonly number[];
    readonly revision: number;
    readonly longestPaneMs: number;
  }): Promise<void>;
  firstPane(): Promise<number | undefined>;
  /** To read windows until something is sealed; up to `throughMs` they will be asked for in the order of time. */
  readPanes(throughMs: number): WindowReader;
  expire(beforeMs: number): Promise<void>;
  writeJudgements(judgements: readonly Judgement[], revision: number): Promise<void>;
  writeIncidentEntries(
    entries: readonly {
      readonly incidentId: string;
      readonly seq: number;
      readonly atMs: number;
      readonly kind: string;
      readonly state: unknown;
    }[],
    revision: number,
  ): Promise<void>;
  readAction(key: string): Promise<readonly ActionStage[]>;
  writeAction(
    action: ActionStage & { readonly key: string; readonly atMs: number; readonly incidentId: string },
  ): Promise<void>;
}

/** Sums of sealed panes over windows of event time; profiles of a binning that is not known any more are left out. */
export interface WindowReader {
  windowProfiles(
    startMs: number,
    endMs: number,
    binCountOf: (binningId: string) => number | undefined,
  ): Promise<readonly { readonly segment: SegmentKey; readonly feature: string; readonly profile: Profile }[]>;
}

export interface PerformanceStore {
  performance(window: LabelWindow): Promise<readonly Performance[]>;
  writePerformance(rows: readonly Performance[], revision: number): Promise<void>;
}

/** What the monitor asks of the models: who they are, to judge a trial, to start a retraining run. */
export interface ModelDesk {
  readonly models: readonly string[];
  champion(model: string): string | undefined;
  /** Share of the champion's decisions that hang on a feature, in [0, 1]. */
  importance(): Readonly<Record<string, number>>;
  /** The champion's quality on windows of data it was not trained on. */
  holdout(model: string): readonly { readonly n: number; readonly logLoss: number; readonly brier: number }[];
  /** Looks at the challengers on trial after another labelled window, and promotes or refuses where that is certain. */
  review(window: ReviewWindow): Promise<readonly TrialNews[]>;
  /** Starts a retraining run; resolves when it is under way, or where decisions are to be repeatable when it has ended. */
  retrain(request: RetrainRequest): Promise<string>;
}

/** A labelled window that has just been measured. */
export interface ReviewWindow extends LabelWindow {
  /** Event time of the decision, ms since 1970. */
  readonly atMs: number;
  /** Grows when the window is measured again. */
  readonly revision: number;
  readonly leadership: Leadership;
}

export interface TrialNews {
  readonly model: string;
  readonly outcome: 'promoted' | 'refused';
  readonly sentence: string;
  /** The incident that asked for the challenger. */
  readonly incidentId: string | undefined;
}

export interface RetrainRequest {
  readonly model: string;
  /** Names the run: the same incident asks for it once. */
  readonly jobId: string;
  readonly incidentId: string;
  readonly why: string;
  readonly atMs: number;
  /** The run ends with it: the next leader starts it anew. */
  readonly leadership: Leadership;
}

/** The reference windows are compared with; another one after a change of champion. */
export interface ReferenceDesk {
  current(): Reference | undefined;
}
