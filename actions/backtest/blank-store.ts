import type { Judgement } from '../../drift/judge/judgement.ts';
import type { Incident } from '../incidents/incident.ts';
import type { MonitorStore, WindowReader } from '../monitor/ports.ts';
import type { MonitorState } from '../monitor/state.ts';
import { monitorKey } from '../monitor/state-keeper.ts';
import type { MonitorReads } from './ports.ts';

/** Keeps what a monitor decides in memory; reads panes, and nothing else of what a pipeline has written. */
export interface BlankStore extends MonitorStore {
  /** The latest state of each incident. */
  readonly incidents: ReadonlyMap<string, Incident>;
}

export function createBlankStore(options: {
  readonly panes: WindowReader;
  readonly reads: MonitorReads;
  readonly firstMs: number;
  readonly state: MonitorState;
  /** Sees the judgements of each round; they are not kept. */
  readonly onJudged: (judgements: readonly Judgement[]) => void;
}): BlankStore {
  const incidents = new Map<string, Incident>();
  const references = new Map<string, string>();
  const nothing = async () => {};
  return {
    incidents,
    ...options.reads,
    readStates: async () => new Map([[monitorKey, JSON.stringify(options.state)]]),
    writeStates: nothing,
    rollUp: nothing,
    expireProfiles: nothing,
    readReference: async (origin) => references.get(origin) ?? options.reads.readReference(origin),
    async writeReference({ origin, document }) {
      references.set(origin, document);
    },
    // The panes are sealed already: none is new, and none is late.
    touchedPanes: async (seen) => ({ panesMs: [], seen }),
    seal: nothing,
    firstPane: async () => options.firstMs,
    readPanes: () => options.panes,
    expire: nothing,
    async writeJudgements(judgements) {
      options.onJudged(judgements);
    },
    async writeIncidentEntries(entries) {
      for (const { incidentId, state } of entries) incidents.set(incidentId, state as Incident);
    },
    readAction: async () => [],
    writeAction: nothing,
  };
}
