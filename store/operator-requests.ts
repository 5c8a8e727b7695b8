import type { Store } from './client.ts';
import { sqlTime } from './flush-writer.ts';

/** What a person asked of the leading monitor about an incident, by a server in another process. */
export interface OperatorRequest {
  readonly requestId: string;
  readonly kind: 'acknowledge' | 'snooze' | 'close';
  readonly incidentId: string;
  /** Who acknowledges; for how many ms it is snoozed. */
  readonly argument: string;
}

export type OperatorOutcome = 'done' | 'not_found';

export function createOperatorRequests(store: Store, nowMs: () => number) {
  const table = `\`${store.database}\`.\`operator_requests\``;
  const write = (request: OperatorRequest, stage: 'asked' | 'answered', outcome: string) =>
    store.insertRows('operator_requests', [
      {
        request_id: request.requestId,
        stage,
        at: sqlTime(nowMs()),
        kind: request.kind,
        incident_id: request.incidentId,
        argument: request.argument,
        outcome,
      },
    ]);
  return {
    ask: (request: OperatorRequest) => write(request, 'asked', ''),
    answer: (request: OperatorRequest, outcome: OperatorOutcome) => write(request, 'answered', outcome),
    /** Requests without an answer, in the order they were asked. */
    async open(): Promise<OperatorRequest[]> {
      const rows = await store.query<{ id: string; kind: OperatorRequest['kind']; incident: string; argument: string }>(
        `SELECT request_id AS id, any(kind) AS kind, any(incident_id) AS incident, any(argument) AS argument
         FROM ${table} GROUP BY request_id HAVING countIf(stage = 'answered') = 0 ORDER BY min(at), id`,
      );
      return rows.map(({ id, kind, incident, argument }) => ({
        requestId: id,
        kind,
        incidentId: incident,
        argument,
      }));
    },
    async outcome(requestId: string): Promise<OperatorOutcome | undefined> {
      const [row] = await store.query<{ outcome: OperatorOutcome }>(
        `SELECT outcome FROM ${table} WHERE request_id = {id:String} AND stage = 'answered' LIMIT 1`,
        { id: requestId },
      );
      return row?.outcome;
    },
  };
}

export type OperatorRequests = ReturnType<typeof createOperatorRequests>;
