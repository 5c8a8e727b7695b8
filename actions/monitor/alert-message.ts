import type { AlertMessage } from '../alerts/alert.ts';
import type { Incident } from '../incidents/incident.ts';

/** What an incident tells people. */
export function alertOf(pipeline: string, incident: Incident, consoleUrl: string | undefined): AlertMessage {
  return {
    incidentId: incident.id,
    action: 'opened',
    pipeline,
    severity: incident.severity,
    title: incident.title,
    cause: incident.cause,
    features: incident.features,
    segment: incident.segment,
    openedAtMs: incident.since,
    // What holds the pipeline up is not measured.
    numbers:
      incident.kind === 'operational'
        ? []
        : [
            { label: 'effect', value: incident.effect.toFixed(3) },
            { label: 'importance for the model', value: incident.importance.toFixed(2) },
            { label: 'comparison', value: incident.comparison },
          ],
    done: incident.actions,
    ...(consoleUrl === undefined ? {} : { consoleUrl: incidentUrl(consoleUrl, incident.id) }),
  };
}

/** Where the console shows an incident: the route of `dashboards/web/router.ts`. */
function incidentUrl(consoleUrl: string, id: string): string {
  return `${consoleUrl.replace(/\/+$/, '')}/#/incident/${encodeURIComponent(id)}`;
}
