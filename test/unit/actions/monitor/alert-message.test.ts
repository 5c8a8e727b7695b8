import { describe, expect, it } from 'vitest';
import { advanceIncidents } from '../../../../actions/incidents/advance.ts';
import type { Incident } from '../../../../actions/incidents/incident.ts';
import { noIncidents } from '../../../../actions/incidents/state.ts';
import { alertOf } from '../../../../actions/monitor/alert-message.ts';
import { parseRoute } from '../../../../dashboards/web/router.ts';
import { kilometres, say } from '../incidents/judgements.ts';

const { open } = advanceIncidents(
  noIncidents,
  [say({ day: 0, segment: 'origin=ATL', feature: 'distance', story: kilometres })],
  { open: { alarms: 1, of: 1 }, closeAfterQuiet: 3 },
  0,
).state;
const incident = open[0]?.incident as Incident;

describe('the link of an alert', () => {
  it.each(['http://127.0.0.1:8787', 'https://monitor.example.org/tidemark/'])(
    'at %s leads to the page of the incident',
    (console) => {
      const link = new URL(alertOf('flights', incident, console).consoleUrl ?? '');
      expect(parseRoute(link.hash)).toEqual({ view: 'incident', id: incident.id });
      expect(`${link.origin}${link.pathname}`).toBe(`${console.replace(/\/$/, '')}/`);
    },
  );

  it('is left out where nothing is known of a console', () => {
    expect(alertOf('flights', incident, undefined)).not.toHaveProperty('consoleUrl');
  });
});
