import type { Judgement } from '../../drift/judge/judgement.ts';
import type { Incident } from '../incidents/incident.ts';
import type { MonitorStore, WindowReader } from '../monitor/ports.ts';
import type { MonitorState } from '../monitor/state.ts';

/** Keeps what a monitor decides in memory; reads panes, and nothing else of what a pipeline has written. */
export interface BlankStore extends MonitorStore {
  /** The latest state of each incident. */
  readonly incidents: ReadonlyMap<string, Incident>;
}

export function createBlankStore(options: {
  readonly panes: WindowReader;
  readonly firstMs: number;
  readonly state: MonitorState;
  /** Sees the judgements of each round; they are not kept. */
  readonly onJudged: (judgements: readonly Judgement[]) => void;
}): BlankStore {
  const incidents = new Map<string, Incident>();
  const nothing = async () => {};
  return {
    incidents,
    readState: async () => ({ revision: 0, document: JSON.stringify(options.state) }),
    writeState: nothing,
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
