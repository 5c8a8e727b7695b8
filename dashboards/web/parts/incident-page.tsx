import { useState } from 'preact/hooks';
import { isOverTime } from '../../../common/over-time.ts';
import type { FeatureView, IncidentDetail, Judgement } from '../../../common/read-model.ts';
import { comparisonText, featureText, moment, percent, prose, segmentText, shortDay, span } from '../format.ts';
import { featureHref } from '../router.ts';
import { useResource } from '../use-resource.ts';
import { IncidentActions } from './incident-actions.tsx';
import { JudgementView } from './judgement-view.tsx';
import { Empty, Section } from './section.tsx';
import { SeverityMark } from './severity-mark.tsx';

export function IncidentPage({ id }: { readonly id: string }) {
  const incident = useResource<IncidentDetail>(`/incidents/${encodeURIComponent(id)}`, ['incident', 'judged']);
  return (
    <>
      <a class="back" href="#/">
        ← Overview
      </a>
      <Section id="incident" title="Incident" titleHidden resource={incident}>
        {(detail) => <Detail incident={detail} />}
      </Section>
    </>
  );
}

function Detail({ incident }: { readonly incident: IncidentDetail }) {
  const { title, severity, state, features, segment, comparison, alsoIn, since, closedAt, effect, log, kind } =
    incident;
  // About the pipeline itself: there are no data that it rests on.
  const operational = kind === 'operational';
  return (
    <article class="incident">
      <p class="lead">
        <SeverityMark severity={severity} quiet={state === 'closed'} />
        <span class={`state ${state}`}>{state}</span>
      </p>
      <h2 class="cause">{prose(title)}</h2>
      <dl class="facts">
        <div>
          <dt>since</dt>
          <dd>{moment(since)}</dd>
        </div>
        <div>
          <dt>{closedAt === null ? 'still open' : 'closed'}</dt>
          <dd>{closedAt === null ? 'yes' : `${moment(closedAt)}, after ${span(closedAt - since)}`}</dd>
        </div>
        {!operational && (
          <div>
            <dt>features</dt>
            <dd>
              {features.map((feature, at) => (
                <>
                  {at > 0 && ', '}
                  <a key={feature} href={featureHref(feature, { comparison })}>
                    {featureText(feature)}
                  </a>
                </>
              ))}
            </dd>
          </div>
        )}
        {!operational && (
          <div>
            <dt>where</dt>
            <dd>{segment || 'all events'}</dd>
          </div>
        )}
        {!operational && (
          <div>
            <dt>compared</dt>
            <dd>{[comparison, ...alsoIn].map(comparisonText).join('; ')}</dd>
          </div>
        )}
        {effect !== null && !operational && (
          <div>
            <dt>greatest effect</dt>
            <dd>{percent(effect)}</dd>
          </div>
        )}
      </dl>
      <IncidentActions incident={incident} />
      <h3>What happened</h3>
      <ol class="log">
        {log
          .filter(({ kind }) => kind !== 'updated')
          .map(({ seq, at, kind, text }) => (
            <li key={seq}>
              <time>{moment(at)}</time>
              <b>{kind}</b>
              <span>{kind === 'opened' ? '' : prose(text)}</span>
            </li>
          ))}
      </ol>
      {!operational && <Evidence incident={incident} />}
    </article>
  );
}

/** The alarms behind the incident; the furthest one of its own segments is looked at first. */
function Evidence({ incident }: { readonly incident: IncidentDetail }) {
  const series = seriesOf(incident);
  const [chosen, choose] = useState<{
    readonly comparison: string;
    readonly feature: string;
    readonly segment: string;
    readonly windowStart: number;
  }>();
  const looked = chosen ?? series[0];
  const view = useResource<FeatureView>(
    looked === undefined
      ? undefined
      : `/features/${encodeURIComponent(looked.feature)}?${new URLSearchParams({
          comparison: looked.comparison,
          segment: looked.segment,
          windowStart: String(looked.windowStart),
        })}`,
    ['judged'],
  );
  if (looked === undefined) return <Empty>Its judgements are not kept any more.</Empty>;
  return (
    <>
      <h3>Evidence</h3>
      <fieldset class="tabs evidence">
        <legend class="hidden">Alarms, furthest first</legend>
        {series.map((one) => (
          <button
            type="button"
            key={keyOf(one)}
            aria-pressed={keyOf(one) === keyOf(looked)}
            onClick={() => choose(one)}
          >
            {featureText(one.feature)} · {segmentText(one.segment)}{' '}
            <small>
              {isOverTime(one.comparison) && 'over time, '}
              {shortDay(one.windowStart)}
            </small>
          </button>
        ))}
      </fieldset>
      {view.error !== undefined && <p class="trouble">{view.error}</p>}
      {view.data !== undefined && (
        <JudgementView view={view.data} onPick={(windowStart) => choose({ ...looked, windowStart })} />
      )}
    </>
  );
}

const keyOf = ({ comparison, feature, segment }: Pick<Judgement, 'comparison' | 'feature' | 'segment'>): string =>
  `${comparison} ${feature} ${segment}`;

/** The furthest judgement of each comparison, feature and segment; windows, and the incident's own segments, first. */
function seriesOf({ judgements, segments }: IncidentDetail): Judgement[] {
  const known = new Map<string, Judgement>();
  for (const judgement of judgements) {
    const key = keyOf(judgement);
    if (!known.has(key)) known.set(key, judgement);
  }
  const isOther = ({ segment, comparison }: Judgement) =>
    2 * Number(!segments.includes(segment)) + Number(isOverTime(comparison));
  return [...known.values()].sort((a, b) => isOther(a) - isOther(b)).slice(0, 12);
}
