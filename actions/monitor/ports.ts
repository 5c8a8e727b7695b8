import type { ActionStage } from '../../common/action-stage.ts';
import type { FeatureField, Frame } from '../../common/feature.ts';
import type { Leadership } from '../../common/leadership.ts';
import type { LabelWindow, Performance } from '../../common/performance.ts';
import type { Profile } from '../../common/profile.ts';
import type { SegmentKey } from '../../common/segment.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import type { SeenWindow } from '../../drift/reference/learned-nulls.ts';
import type { Reference } from '../../drift/reference/reference.ts';

/** What the monitor needs of the store. Every write is keyed: an interrupted round is done again with the same result. */
export interface MonitorStore extends EarlierStore {
  /** Documents by key, as they were at one moment; absent where none was written. */
  readStates(keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** All of them or none. */
  writeStates(documents: ReadonlyMap<string, string>, revision: number): Promise<void>;
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
  /** Start of the first pane, or sum of panes, that there is. */
  firstProfile(): Promise<number | undefined>;
  /** Sums sealed panes to hours and days: of those that end in (afterMs, throughMs], and again those of late panes. */
  rollUp(input: {
    readonly afterMs: number;
    readonly throughMs: number;
    readonly latePanesMs: readonly number[];
    readonly lengthsMs: readonly number[];
    readonly revision: number;
  }): Promise<void>;
  /** Forgets rows of profiles by their length. */
  expireProfiles(cuts: { readonly panes: number; readonly hours: number; readonly days: number }): Promise<void>;
  /** To read windows until something is sealed; up to `throughMs` they will be asked for in the order of time. */
  readPanes(throughMs: number): WindowReader;
  /** Sums of sealed panes by slice of time, over [startMs, endMs); panes longer than a slice are left out. */
  sliceProfiles(
    range: {
      readonly startMs: number;
      readonly endMs: number;
      readonly sliceMs: number;
      readonly segments: readonly SegmentKey[];
      readonly features: readonly string[];
    },
    binCountOf: (binningId: string) => number | undefined,
  ): Promise<
    readonly {
      readonly startMs: number;
      readonly segment: SegmentKey;
      readonly feature: string;
      readonly profile: Profile;
    }[]
  >;
  /** A uniform sample of the window's events with these features; undefined where none is kept. */
  windowSample(request: {
    readonly startMs: number;
    readonly endMs: number;
    readonly paneMs: number;
    readonly fields: readonly FeatureField[];
  }): Promise<Frame | undefined>;
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

/** A sum over spans of event time, of one feature of one segment. */
export interface SpanProfile {
  /** Index of the sum. */
  readonly sum: number;
  readonly segment: SegmentKey;
  readonly feature: string;
  readonly profile: Profile;
  /** Index of the occasion where they are read apart; else 0. */
  readonly occasion: number;
  /** Occasions that have events of it. */
  readonly occasions: number;
  /** Start of the first row it is a sum of, ms since 1970. */
  readonly firstMs: number;
}

/** What comparisons with earlier windows need of the store. */
export interface EarlierStore {
  /** Sums over spans, or apart by occasion; from hours and days where whole ones lie in a span. */
  spanProfiles(query: {
    /** By sum and occasion; the spans of one sum do not overlap. */
    readonly sums: readonly (readonly (readonly { readonly fromMs: number; readonly toMs: number }[])[])[];
    readonly lengthsMs: readonly number[];
    readonly segments: boolean;
    readonly features?: readonly string[];
    readonly apart: boolean;
    readonly binCountOf: (binningId: string) => number | undefined;
  }): Promise<readonly SpanProfile[]>;
  /** What the windows of a comparison that start at `fromMs` or later differed by. */
  seenWindows(comparison: string, fromMs: number): Promise<readonly SeenWindow[]>;
  /** Alarms in the windows of a comparison that start at `fromMs` or later. */
  alarmedWindows(
    comparison: string,
    fromMs: number,
  ): Promise<readonly { readonly startMs: number; readonly segment: SegmentKey; readonly feature: string }[]>;
  readReference(origin: string): Promise<string | undefined>;
  writeReference(reference: {
    readonly id: string;
    readonly origin: string;
    readonly document: string;
    readonly atMs: number;
  }): Promise<void>;
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
  /** Writes the present one down where that has not been done, as at `atMs` of event time: judgements name it. */
  keep?(atMs: number): Promise<void>;
}
