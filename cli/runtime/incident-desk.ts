import { randomUUID } from 'node:crypto';
import { acknowledgeIncident, closeIncident, openIncidentId, snoozeIncident } from '../../actions/incidents/manual.ts';
import type { Monitor } from '../../actions/monitor/monitor.ts';
import type { MonitorState } from '../../actions/monitor/state.ts';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import type { OperatorRequest } from '../../store/operator-requests.ts';
import type { Base } from './base.ts';
import { sleep } from './part.ts';

export type Decision = Omit<OperatorRequest, 'requestId'>;

/** Where a server takes what people decide about incidents. */
export interface IncidentDesk {
  /** False where there is no such open incident. */
  decide(decision: Decision): Promise<boolean>;
  /** Event time that is judged, ms since 1970: the time of decisions by hand. */
  judgedThroughMs(): Promise<number>;
}

export function decideByHand(monitor: Monitor, { kind, argument, ...asked }: Decision): Promise<boolean> {
  const incidentId = openIncidentId(monitor.state.incidents, asked.incidentId);
  return monitor.manual((state, nowMs) => {
    if (kind === 'acknowledge') return acknowledgeIncident(state, incidentId, argument, nowMs);
    if (kind === 'snooze') return snoozeIncident(state, incidentId, nowMs + Number(argument), nowMs);
    return closeIncident(state, incidentId, nowMs);
  }, incidentId);
}

/** Beside a monitor that always leads. */
export function deskOf(monitor: Monitor): IncidentDesk {
  return {
    decide: (decision) => decideByHand(monitor, decision),
    judgedThroughMs: async () => Math.max(monitor.state.closedThroughMs, 0),
  };
}

/** A request is answered by the next round of the leader; without one it waits for so long. */
const answerTimeoutMs = 15_000;
const askAgainMs = 200;

/** Anywhere else: by the store, from which the leading monitor takes it. Throws a retriable error where none answers in time. */
export function deskByStore({ stores }: Base): IncidentDesk {
  return {
    async decide(decision) {
      const requestId = randomUUID();
      await stores.requests.ask({ ...decision, requestId });
      for (const deadlineMs = performance.now() + answerTimeoutMs; performance.now() < deadlineMs; ) {
        const outcome = await stores.requests.outcome(requestId);
        if (outcome !== undefined) return outcome === 'done';
        await sleep(askAgainMs);
      }
      throw new TidemarkError(ErrorCode.STORE_UNAVAILABLE, 'no monitor has answered yet', {
        place: `incident ${decision.incidentId}`,
        cure: 'It will be done as soon as one leads; check that a monitor runs',
        retriable: true,
      });
    },
    async judgedThroughMs() {
      const saved = await stores.monitor.readState('monitor');
      return saved === undefined ? 0 : Math.max(0, (JSON.parse(saved.document) as MonitorState).closedThroughMs);
    },
  };
}
