import { describe, expect, it } from 'vitest';
import { pairIncidents } from '../../../../actions/backtest/pair-incidents.ts';
import type { Incident } from '../../../../actions/incidents/incident.ts';

const dayMs = 86_400_000;
const span = { fromMs: 10 * dayMs, toMs: 40 * dayMs };

function incident(id: string, opened: number, change: Partial<Incident> = {}): Incident {
  return {
    id,
    kind: 'drift',
    kinds: ['drift'],
    features: ['price'],
    segment: 'all events',
    segments: [''],
    comparison: 'training:1d',
    status: 'closed',
    since: (opened - 2) * dayMs,
    openedAt: opened * dayMs,
    updatedAt: opened * dayMs,
    closedAt: (opened + 5) * dayMs,
    cause: 'unit',
    title: `${id} moved`,
    severity: 'low',
    effect: 0.2,
    importance: 1,
    evidence: [],
    actions: [],
    acknowledgedBy: null,
    snoozedUntil: null,
    seq: 1,
    ...change,
  };
}

const verdicts = (were: readonly Incident[], now: readonly Incident[]) =>
  pairIncidents(were, now, span).map(({ verdict, was, now: would }) => [verdict, was?.id ?? null, would?.id ?? null]);

describe('pairIncidents', () => {
  it('takes equal ids for the same, before anything that is merely alike', () => {
    const were = [incident('a', 12), incident('b', 13)];
    expect(verdicts(were, [incident('b', 12), incident('c', 13)])).toEqual([
      ['same', 'b', 'b'],
      ['same', 'a', 'c'],
    ]);
  });

  it('pairs what shares comparison, cause, a feature and a time, each once', () => {
    const were = [incident('a', 12, { features: ['city', 'price'] })];
    const now = [incident('later', 14), incident('again', 15)];
    expect(verdicts(were, now)).toEqual([
      ['same', 'a', 'later'],
      ['only-now', null, 'again'],
    ]);
  });

  it.each([
    ['another comparison', { comparison: 'previous:1d' }],
    ['another cause', { cause: 'missing' as const }],
    ['other features', { features: ['city'] }],
    ['another time', { since: 30 * dayMs, openedAt: 31 * dayMs, closedAt: null }],
  ])('does not pair %s', (_, change) => {
    const pairs = verdicts([incident('a', 12)], [incident('b', 13, change)]);
    expect(pairs.map(([verdict]) => verdict).sort()).toEqual(['only-now', 'only-then']);
  });

  it('does not miss what had been opened before the span, and pairs it all the same', () => {
    const open = incident('old', 8, { closedAt: 20 * dayMs });
    expect(verdicts([open], [])).toEqual([]);
    expect(verdicts([open], [incident('new', 12)])).toEqual([['same', 'old', 'new']]);
  });

  it('pairs drift with another story of its values, or with none', () => {
    for (const cause of ['shift', 'drift'] as const)
      expect(verdicts([incident('a', 12)], [incident('b', 13, { cause })])).toEqual([['same', 'a', 'b']]);
  });

  it('has an open incident last to the end, and keeps the order of their beginning', () => {
    const were = [incident('z', 30), incident('open', 12, { closedAt: null, status: 'open' })];
    const now = [incident('late', 38), incident('first', 11, { cause: 'missing' })];
    expect(verdicts(were, now)).toEqual([
      ['only-now', null, 'first'],
      ['only-then', 'z', null],
      ['same', 'open', 'late'],
    ]);
  });
});
