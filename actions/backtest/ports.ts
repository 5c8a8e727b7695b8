import type { ContractMark } from '../../common/contract-mark.ts';
import type { Performance } from '../../common/performance.ts';
import type { SegmentKey } from '../../common/segment.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import type { Incident } from '../incidents/incident.ts';
import type { ModelDesk, MonitorStore, WindowReader } from '../monitor/ports.ts';

/** The panes of one feature in one binning that are stored in a span of event time. */
export interface StoredPanes {
  readonly feature: string;
  readonly binning: string;
  /** Of segments, or of all events. */
  readonly segments: boolean;
  /** The longest. */
  readonly paneMs: number;
}

/** What the monitor reads for some of its comparisons, detectors and joint judgements. */
export type MonitorReads = Pick<
  MonitorStore,
  | 'firstProfile'
  | 'spanProfiles'
  | 'seenWindows'
  | 'alarmedWindows'
  | 'sliceProfiles'
  | 'windowSample'
  | 'readReference'
>;

/** What a backtest reads. It writes nothing. */
export interface BacktestStore {
  readonly reads: MonitorReads;
  readPanes(throughMs: number): WindowReader;
  /** Start of the first sealed pane and end of the last; undefined where there is none. */
  span(): Promise<{ readonly fromMs: number; readonly toMs: number } | undefined>;
  storedPanes(fromMs: number, toMs: number): Promise<readonly StoredPanes[]>;
  /** Of segments: those of which there is a pane. */
  storedSegments(fromMs: number, toMs: number): Promise<readonly SegmentKey[]>;
  /** The contract that the events were judged with last; undefined where that was not written down. */
  contract(): Promise<ContractMark | undefined>;
  /** Incidents about data as they were at `atMs`, without those that were closed before `sinceMs`. */
  incidentsAt(atMs: number, sinceMs: number): Promise<readonly Incident[]>;
  /** Alarms of windows that begin in the span and were judged by its end: those against labels wait for these so long. */
  countAlarms(fromMs: number, toMs: number, labelsMs: number): Promise<number>;
  /** As it was measured then. */
  performance(model: string, startMs: number, endMs: number): Promise<readonly Performance[]>;
}

/** Who the models were at one time, and what windows were compared with. */
export interface ModelsAt extends Pick<ModelDesk, 'models' | 'champion' | 'importance' | 'holdout'> {
  readonly reference: Reference | undefined;
}

export interface ModelHistory {
  /** Times (event time) at which a role changed, ascending. */
  readonly changesMs: readonly number[];
  /** After all changes up to `timeMs`. */
  at(timeMs: number): Promise<ModelsAt>;
}
