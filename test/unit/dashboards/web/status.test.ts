import { expect, test } from 'vitest';
import type { Incident, Summary } from '../../../../common/read-model.ts';
import { statusOf } from '../../../../dashboards/web/status.ts';

const day = 86_400_000;
const summary = { totals: { read: 10 }, windowsJudged: 4, firstEventTime: 0 } as Summary;
const incident = (state: Incident['state'], since: number, closedAt: number | null) =>
  ({ state, since, closedAt }) as Incident;

test.each([
  [
    'open incidents and since when',
    [incident('open', 3 * day, null), incident('snoozed', 2 * day, null)],
    'open',
    '2 incidents open',
    '3 Jan 1970',
  ],
  ['quiet since the last one closed', [incident('closed', 0, 5 * day)], 'quiet', 'All quiet', '6 Jan 1970'],
  ['quiet since the beginning', [], 'quiet', 'All quiet', 'since the beginning'],
] as const)('says %s', (_, incidents, tone, headline, since) => {
  const status = statusOf({ summary, incidents, goneSinceMs: undefined, nowMs: 0 });
  expect(status).toMatchObject({ tone, headline });
  expect(status.since).toContain(since);
});

test('does not call quiet what nobody has judged, and says why it was not', () => {
  const status = (references: number) =>
    statusOf({
      summary: { ...summary, windowsJudged: 0, references },
      incidents: [],
      goneSinceMs: undefined,
      nowMs: 0,
    });
  expect(status(0)).toMatchObject({ tone: 'waiting', since: expect.stringContaining('no model has a champion') });
  expect(status(1)).toMatchObject({ tone: 'waiting', since: 'No window has closed yet.' });
});

test('says when nobody answers, but not for a hiccup', () => {
  const given = { summary, incidents: [incident('open', 0, null)] };
  expect(statusOf({ ...given, goneSinceMs: 1000, nowMs: 2000 }).tone).toBe('open');
  expect(statusOf({ ...given, goneSinceMs: 1000, nowMs: 61_000 })).toMatchObject({
    tone: 'gone',
    since: expect.stringContaining('1 minute'),
  });
});

test('says that it waits for the first event', () => {
  const empty = { ...summary, totals: { ...summary.totals, read: 0 } };
  expect(statusOf({ summary: empty, incidents: [], goneSinceMs: undefined, nowMs: 0 }).headline).toContain(
    'first event',
  );
  expect(statusOf({ summary: undefined, incidents: undefined, goneSinceMs: undefined, nowMs: 0 }).tone).toBe('waiting');
});
