import type { Incident } from './incident.ts';

/** What the policy remembers of one (comparison, segment, feature, kind, statistic) that alarmed lately. */
export interface Track {
  /** 1 an alarm, 0 none; the latest window last; at most `open.of` of them. */
  readonly history: readonly (0 | 1)[];
  /** Start of the first window of this series of alarms. */
  readonly since: number;
  /** Quiet windows since the last alarm. */
  readonly quiet: number;
  /** The incident was closed by hand: nothing opens from here until it was quiet for a while. */
  readonly muted: boolean;
}

/** An open incident with what decides on its closing. */
export interface OpenIncident {
  readonly incident: Incident;
  /** Alarms of one cause join; see `causeKeyOf`. */
  readonly causeKey: string;
  /** Windows of its comparison since it opened. */
  readonly age: number;
  /** Windows without an alarm of its own in which something of it was judged, one after the other. */
  readonly quiet: number;
  /** When it last alarmed, event time in ms since 1970; absent before a first window without an alarm. */
  readonly heardMs?: number;
  /** It stays open until then at least, ms since 1970: a detector has spoken; absent where none has. */
  readonly heldUntilMs?: number;
}

/** Plain JSON: written down after every round, it continues where it was. */
export interface IncidentState {
  readonly version: 1;
  readonly tracks: Readonly<Record<string, Track>>;
  readonly open: readonly OpenIncident[];
  /** Detectors (see `muteKeyOf`) that open nothing until then, ms since 1970; absent where none was muted. */
  readonly muted?: Readonly<Record<string, number>>;
}

export const noIncidents: IncidentState = { version: 1, tracks: {}, open: [] };

export interface IncidentConfig {
  /** An incident opens with so many alarms among the latest windows. */
  readonly open: { readonly alarms: number; readonly of: number };
  readonly closeAfterQuiet: number;
  /** Share of the model's decisions that hang on a feature, in [0, 1]. */
  readonly importance?: Readonly<Record<string, number>>;
}
