import { useState } from 'preact/hooks';
import type { Incident } from '../../../common/read-model.ts';
import { brief, briefAction, featureText, moment, percent, span } from '../format.ts';
import { incidentHref } from '../router.ts';
import { Empty } from './section.tsx';
import { SeverityMark } from './severity-mark.tsx';

const closedShown = 5;
const actionsShown = 2;

export function IncidentList({ incidents }: { readonly incidents: readonly Incident[] }) {
  const [all, setAll] = useState(false);
  if (incidents.length === 0)
    return (
      <Empty>
        None yet. When a feature, a prediction or a model's quality leaves what chance and habit explain, the cause
        stands here in plain words, with what was done about it.
      </Empty>
    );
  const open = incidents.filter(({ state }) => state !== 'closed');
  const closed = incidents.filter(({ state }) => state === 'closed');
  const shown = all ? closed : closed.slice(0, closedShown);
  return (
    <ol class="incidents">
      {[...open, ...shown].map((incident) => (
        <IncidentRow key={incident.id} incident={incident} />
      ))}
      {closed.length > shown.length && (
        <li class="rest">
          <button type="button" onClick={() => setAll(true)}>
            {closed.length - shown.length} older ones
          </button>
        </li>
      )}
    </ol>
  );
}

function IncidentRow({ incident }: { readonly incident: Incident }) {
  const { id, title, severity, state, features, segment, since, closedAt, actions, effect } = incident;
  return (
    <li class={state === 'closed' ? 'closed' : 'open'}>
      <a href={incidentHref(id)}>
        <span class="lead">
          <SeverityMark severity={severity} quiet={state === 'closed'} />
          <span class={`state ${state}`}>{state}</span>
        </span>
        <span class="title">{brief(title)}</span>
        <span class="meta">
          <span>{features.map(featureText).join(', ')}</span>
          <span>{segment || 'all events'}</span>
          <span>
            {moment(since)}
            {closedAt === null ? '' : ` – ${moment(closedAt)}, ${span(closedAt - since)}`}
          </span>
          {effect !== null && <span>effect {effect < 1 ? percent(effect) : effect.toFixed(2)}</span>}
        </span>
        {actions.length > 0 && (
          <span class="actions">
            {actions.length > actionsShown && <em>{actions.length - actionsShown} earlier actions</em>}
            {actions.slice(-actionsShown).map((action, at) => (
              <span key={at}>{briefAction(action)}</span>
            ))}
          </span>
        )}
      </a>
    </li>
  );
}
