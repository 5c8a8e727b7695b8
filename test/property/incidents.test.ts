import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advanceIncidents } from '../../actions/incidents/advance.ts';
import type { IncidentEntry } from '../../actions/incidents/incident.ts';
import { type IncidentConfig, type IncidentState, noIncidents } from '../../actions/incidents/state.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import { dayMs, kilometres, say } from '../unit/actions/incidents/judgements.ts';

const config: IncidentConfig = {
  open: { alarms: 2, of: 3 },
  closeAfterQuiet: 2,
  importance: { price: 0.7, city: 0.1 },
};
const stories = [
  null,
  null,
  kilometres,
  { kind: 'shift', by: 3600, text: 'is 3600 s above the reference throughout' },
  { kind: 'segments', segments: ['c=A', 'c=B'], text: 'moves because of c A and B' },
] as const;

/** Days of judgements: every cell of features × segments alarms or not, with one of the stories. */
const history = fc.array(
  fc.array(fc.record({ alarm: fc.boolean(), judged: fc.boolean(), story: fc.nat(stories.length - 1) }), {
    minLength: 9,
    maxLength: 9,
  }),
  { minLength: 1, maxLength: 14 },
);
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

function daysOf(cells: History): readonly (readonly Judgement[])[] {
  const features = ['price', 'city', '@prediction:m:1'];
  return cells.map((row, day) =>
    row.map(({ alarm, judged, story }, at) =>
      say({
        day,
        alarm,
        judged,
        feature: features[at % 3] as string,
        segment: ['', 'c=A', 'c=B'][Math.floor(at / 3)] as string,
        story: stories[story] ?? null,
      }),
    ),
  );
}

function play(days: readonly (readonly Judgement[])[], between: (state: IncidentState) => IncidentState = (s) => s) {
  let state: IncidentState = noIncidents;
  const entries: IncidentEntry[] = [];
  days.forEach((judgements, day) => {
    const result = advanceIncidents(between(state), judgements, config, (day + 1) * dayMs);
    state = result.state;
    entries.push(...result.entries);
  });
  return { state, entries };
}

describe('the incident policy', () => {
  it('does not depend on the order of the judgements of a window', () => {
    fc.assert(
      fc.property(history, fc.infiniteStream(fc.nat(1000)), (cells, stream) => {
        const days = daysOf(cells);
        const shuffled = days.map((row) =>
          row
            .map((judgement) => ({ judgement, key: stream.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ judgement }) => judgement),
        );
        expect(play(shuffled)).toEqual(play(days));
      }),
    );
  });

  it('has the same future after its state went through JSON', () => {
    fc.assert(
      fc.property(history, (cells) => {
        const days = daysOf(cells);
        expect(play(days, (state) => JSON.parse(JSON.stringify(state)) as IncidentState)).toEqual(play(days));
      }),
    );
  });

  it('keeps the books: opened once, numbered without gaps, closed at most once, open ones in the state', () => {
    fc.assert(
      fc.property(history, (cells) => {
        const { state, entries } = play(daysOf(cells));
        const byId = new Map<string, IncidentEntry[]>();
        for (const entry of entries) byId.set(entry.incidentId, [...(byId.get(entry.incidentId) ?? []), entry]);
        const open = new Set(state.open.map(({ incident }) => incident.id));
        for (const [id, own] of byId) {
          expect(own.map(({ seq }) => seq)).toEqual(own.map((_, at) => at + 1));
          expect(own[0]?.kind).toBe('opened');
          expect(own.filter(({ kind }) => kind === 'opened')).toHaveLength(1);
          expect(own.filter(({ kind }) => kind === 'closed')).toHaveLength(open.has(id) ? 0 : 1);
        }
        expect(byId.size).toBeGreaterThanOrEqual(open.size);
      }),
    );
  });
});
