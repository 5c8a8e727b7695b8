import { useState } from 'preact/hooks';
import type { Job } from '../../../common/read-model.ts';
import { brief, count, moment, shortVersion } from '../format.ts';
import { incidentHref } from '../router.ts';
import { Empty } from './section.tsx';

const glyphs: Readonly<Record<string, string>> = { queued: '…', running: '▸', succeeded: '✓', failed: '✕' };

const shownFirst = 4;

export function Jobs({ jobs }: { readonly jobs: readonly Job[] }) {
  const [all, setAll] = useState(false);
  if (jobs.length === 0)
    return <Empty>None yet. When an incident asks for retraining, the run, its data and its result stand here.</Empty>;
  return (
    <ul class="jobs">
      {jobs.slice(0, all ? undefined : shownFirst).map((job) => (
        <li key={job.id} class={job.state}>
          <span class="state">
            <i aria-hidden="true">{glyphs[job.state] ?? '·'}</i> {job.state}
          </span>
          <span>
            {job.model ?? job.id}
            {job.version !== null && <> → version {shortVersion(job.version)}</>}
          </span>
          <small>
            {[
              moment(job.queuedAt),
              job.rows === null ? undefined : `${count(job.rows)} rows`,
              job.seconds === null ? undefined : `${job.seconds.toFixed(1)} s`,
              job.attempt !== null && job.attempt > 1 ? `attempt ${job.attempt}` : undefined,
            ]
              .filter(Boolean)
              .join(' · ')}
            {job.incident !== null && (
              <>
                {' · '}
                <a href={incidentHref(job.incident)}>incident</a>
              </>
            )}
          </small>
          {job.why !== null && (
            <p class="why-once" title={brief(job.why)}>
              {brief(job.why)}
            </p>
          )}
          {job.error !== null && <p class="trouble">{job.error}</p>}
        </li>
      ))}
      {!all && jobs.length > shownFirst && (
        <li class="rest">
          <button type="button" onClick={() => setAll(true)}>
            {jobs.length - shownFirst} older ones
          </button>
        </li>
      )}
    </ul>
  );
}
