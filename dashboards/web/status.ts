import type { Incident, Summary } from '../../common/read-model.ts';
import { moment, span } from './format.ts';

/** The one thing to know: is anything wrong? */
export interface Status {
  readonly tone: 'quiet' | 'open' | 'waiting' | 'gone';
  readonly headline: string;
  /** Since when, in a few words. */
  readonly since: string;
}

export function statusOf(input: {
  readonly summary: Summary | undefined;
  readonly incidents: readonly Incident[] | undefined;
  readonly goneSinceMs: number | undefined;
  readonly nowMs: number;
}): Status {
  const { summary, incidents, goneSinceMs, nowMs } = input;
  if (goneSinceMs !== undefined && nowMs - goneSinceMs > 3000)
    return {
      tone: 'gone',
      headline: 'The server does not answer',
      since: `for ${span(nowMs - goneSinceMs)}; what stands below is from before. It is asked again every few seconds.`,
    };
  if (summary === undefined || incidents === undefined) return { tone: 'waiting', headline: 'Asking …', since: '' };
  if (summary.totals.read === 0)
    return { tone: 'waiting', headline: 'Waiting for the first event', since: 'Nothing has been stored yet.' };
  const open = incidents.filter(({ state }) => state !== 'closed');
  if (open.length > 0) {
    const first = Math.min(...open.map(({ since }) => since));
    return {
      tone: 'open',
      headline: open.length === 1 ? '1 incident open' : `${open.length} incidents open`,
      since: `since ${moment(first)} (event time)`,
    };
  }
  if (summary.windowsJudged === 0)
    return {
      tone: 'waiting',
      headline: 'Nothing is judged yet',
      since:
        summary.references === 0
          ? 'There is no reference: no model has a champion, and the pipeline names no file to compare with.'
          : 'No window has closed yet.',
    };
  const lastClosed = Math.max(...incidents.map(({ closedAt }) => closedAt ?? Number.NEGATIVE_INFINITY));
  if (Number.isFinite(lastClosed))
    return { tone: 'quiet', headline: 'All quiet', since: `since ${moment(lastClosed)} (event time)` };
  return { tone: 'quiet', headline: 'All quiet', since: `since the beginning, ${moment(summary.firstEventTime ?? 0)}` };
}
