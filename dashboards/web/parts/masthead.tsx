import { useEffect, useState } from 'preact/hooks';
import type { Incident, Summary } from '../../../common/read-model.ts';
import { brief as inBrief } from '../format.ts';
import { useGoneSince } from '../live.ts';
import { incidentHref } from '../router.ts';
import { statusOf } from '../status.ts';
import { SeverityMark } from './severity-mark.tsx';

export interface MastheadProps {
  readonly summary: Summary | undefined;
  readonly incidents: readonly Incident[] | undefined;
  /** On the pages below the overview, which speak of one thing. */
  readonly brief: boolean;
}

/** The name of the pipeline and the one line that says whether anything is wrong. */
export function Masthead({ summary, incidents, brief }: MastheadProps) {
  const goneSinceMs = useGoneSince();
  const nowMs = useNow();
  const status = statusOf({ summary, incidents, goneSinceMs, nowMs });
  const open = (incidents ?? []).filter(({ state }) => state !== 'closed');
  useEffect(() => {
    document.title = `${status.headline} · ${summary?.pipeline ?? 'Tidemark'}`;
  }, [status.headline, summary?.pipeline]);
  return (
    <header class={`masthead ${status.tone}${brief ? ' brief' : ''}`}>
      <div class="brand">
        <a href="#/" aria-label="Overview">
          <Waves /> Tidemark
        </a>
        <span class="pipeline">{summary?.pipeline}</span>
      </div>
      <div role="status" aria-live="polite">
        <h1>
          <StatusGlyph tone={status.tone} />
          {status.headline}
        </h1>
        <p class="since">{status.since}</p>
      </div>
      {open.length > 0 && !brief && (
        <ul class="causes">
          {open.slice(0, 4).map((incident) => (
            <li key={incident.id}>
              <a href={incidentHref(incident.id)}>
                <SeverityMark severity={incident.severity} />
                <span>{inBrief(incident.title)}</span>
              </a>
            </li>
          ))}
          {open.length > 4 && <li class="more">and {open.length - 4} more below</li>}
        </ul>
      )}
    </header>
  );
}

function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  return now;
}

function Waves() {
  return (
    <svg viewBox="0 0 20 14" width="20" height="14" aria-hidden="true">
      <path
        d="M1 5q4.5-6 9 0t9 0M1 11q4.5-6 9 0t9 0"
        fill="none"
        stroke="currentColor"
        stroke-width="1.8"
        stroke-linecap="round"
      />
    </svg>
  );
}

/** A tick, an exclamation mark, three dots or a cross: told apart without colour. */
function StatusGlyph({ tone }: { readonly tone: 'quiet' | 'open' | 'waiting' | 'gone' }) {
  const paths = {
    quiet: 'M6 12.5l4 4 8-9',
    open: 'M12 5.5v8.5M12 18.2v.3',
    waiting: 'M6.5 12h.01M12 12h.01M17.5 12h.01',
    gone: 'M7 7l10 10M17 7L7 17',
  };
  return (
    <svg class="glyph" viewBox="0 0 24 24" width="34" height="34" aria-hidden="true">
      <circle cx="12" cy="12" r="11" fill="currentColor" />
      <path
        d={paths[tone]}
        fill="none"
        stroke="var(--paper)"
        stroke-width="2.4"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
