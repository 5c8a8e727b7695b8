import type { BudgetInForce } from '../../common/backtest.ts';
import type {
  DeadLetterGroup,
  Drift,
  Incident,
  IntakeSource,
  Job,
  Model,
  PerformancePoint,
  SegmentView,
  Summary,
  Timeline,
} from '../../common/read-model.ts';
import { Budget } from './parts/budget.tsx';
import { DeadLetters } from './parts/dead-letters.tsx';
import { FeaturePage } from './parts/feature-page.tsx';
import { HeatStrips } from './parts/heat-strips.tsx';
import { IncidentPage } from './parts/incident-page.tsx';
import { IncidentList } from './parts/incidents.tsx';
import { Intake } from './parts/intake.tsx';
import { Jobs } from './parts/jobs.tsx';
import { Masthead } from './parts/masthead.tsx';
import { Models } from './parts/models.tsx';
import { Section } from './parts/section.tsx';
import { Segments } from './parts/segments.tsx';
import { StreamTimeline } from './parts/stream-timeline.tsx';
import { Totals } from './parts/totals.tsx';
import { useRoute } from './router.ts';
import { type Resource, useResource } from './use-resource.ts';

/** The console: one page that says whether anything is wrong, and a page for each incident and feature. */
export function App() {
  const route = useRoute();
  const summary = useResource<Summary>('/summary', ['committed', 'judged', 'incident']);
  const incidents = useResource<readonly Incident[]>('/incidents?limit=500', ['incident', 'judged']);
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <Masthead summary={summary.data} incidents={incidents.data} brief={route.view !== 'overview'} />
      <main id="content" tabIndex={-1}>
        {route.view === 'incident' && <IncidentPage key={route.id} id={route.id} />}
        {route.view === 'feature' && <FeaturePage route={route} />}
        {route.view === 'overview' && <Overview summary={summary} incidents={incidents} />}
      </main>
      <footer>
        <span>Event times are UTC.</span>
        <nav aria-label="For machines">
          <a href="/openapi.json">API</a>
          <a href="/metrics">Metrics</a>
          <a href="/readyz">Ready?</a>
        </nav>
      </footer>
    </>
  );
}

interface OverviewProps {
  readonly summary: Resource<Summary>;
  readonly incidents: Resource<readonly Incident[]>;
}

function Overview({ summary, incidents }: OverviewProps) {
  const timeline = useResource<Timeline>('/timeline', ['committed']);
  const drift = useResource<Drift>('/drift?limit=400', ['judged']);
  const models = useResource<readonly Model[]>('/models', ['model']);
  const performance = useResource<readonly PerformancePoint[]>('/performance', ['judged', 'model']);
  const jobs = useResource<readonly Job[]>('/jobs', ['job']);
  const intake = useResource<readonly IntakeSource[]>('/intake', ['committed']);
  const segments = useResource<readonly SegmentView[]>('/segments?limit=8', ['judged']);
  const budget = useResource<BudgetInForce>('/budget', []);
  const letters = useResource<readonly DeadLetterGroup[]>('/dead-letters', ['committed']);
  return (
    <>
      <Totals summary={summary.data} />
      <Section id="stream" title="Stream" note={streamNote(timeline.data)} resource={timeline}>
        {(data) => <StreamTimeline timeline={data} incidents={incidents.data ?? []} models={models.data ?? []} />}
      </Section>
      {intake.data !== undefined && intake.data.length > 0 && (
        <Section id="intake" title="Intake" note="from Kafka, by the worker of this process" resource={intake}>
          {(sources) => <Intake sources={sources} />}
        </Section>
      )}
      <Section id="incidents" title="Incidents" resource={incidents}>
        {(list) => <IncidentList incidents={list} />}
      </Section>
      <Section id="drift" title="Features" note="each window's distance as a share of its limit" resource={drift}>
        {(data) => <HeatStrips drift={data} />}
      </Section>
      <Section id="budget" title="Budget" note="what an alarm takes; try another" resource={budget}>
        {(data) => <Budget budget={data} lastWindowEnd={summary.data?.lastWindowEnd ?? null} />}
      </Section>
      <div class="columns">
        <Section id="models" title="Models" resource={models}>
          {(list) => <Models models={list} performance={performance.data ?? []} />}
        </Section>
        <div>
          <Section id="segments" title="Segments" note="newest window, furthest first" resource={segments}>
            {(list) => <Segments segments={list} />}
          </Section>
          <Section id="jobs" title="Retraining jobs" resource={jobs}>
            {(list) => <Jobs jobs={list} />}
          </Section>
          <Section id="dead-letters" title="Dead letters" note="rejected messages by reason" resource={letters}>
            {(groups) => <DeadLetters groups={groups} />}
          </Section>
        </div>
      </div>
    </>
  );
}

function streamNote(timeline: Timeline | undefined): string {
  return timeline?.bucketMs === 86_400_000 ? 'events a day of event time' : 'events an hour of event time';
}
