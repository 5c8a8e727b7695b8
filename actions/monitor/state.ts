import { type IncidentState, noIncidents } from '../incidents/state.ts';
import type { ProfileCuts } from './profiles-kept.ts';

/** Where the monitor stands. Plain JSON, written last in a round: a round that was interrupted is done again from the old one. */
export interface MonitorState {
  readonly version: 1;
  /** Grows by one a round, whoever leads. */
  readonly round: number;
  /** Offsets up to which the panes of chunks were looked at, by source/partition. */
  readonly seen: Readonly<Record<string, number>>;
  /** Panes that end here or before are sealed, ms since 1970. */
  readonly closedThroughMs: number;
  /** Start of the latest pane that was seen, which may be open still; absent before the first. */
  readonly lastPaneMs?: number;
  /** End of the last window judged, by comparison, and of the last one measured against labels, by model. */
  readonly judgedThroughMs: Readonly<Record<string, number>>;
  readonly measuredThroughMs: Readonly<Record<string, number>>;
  readonly incidents: IncidentState;
  /** Keys of the troubles that go on and have had their incident. */
  readonly troubles: readonly string[];
  /** Rows of times before this are forgotten, ms since 1970. */
  readonly expiredMs: number;
  /** Hours and days that end here or before are summed; absent before the first. */
  readonly rolledThroughMs?: number;
  /** Rows of profiles of times before these are forgotten; absent while none are. */
  readonly cuts?: ProfileCuts;
  /** When an action was last taken, by action and target. */
  readonly actedAtMs: Readonly<Record<string, number>>;
}

export const firstState: MonitorState = {
  version: 1,
  round: 0,
  seen: {},
  // The least time the tables can hold, so that everything is after it.
  closedThroughMs: -2_208_988_800_000,
  judgedThroughMs: {},
  measuredThroughMs: {},
  incidents: noIncidents,
  troubles: [],
  expiredMs: 0,
  actedAtMs: {},
};
