import { describe, expect, it } from 'vitest';
import { closeIncident } from '../../../../actions/incidents/manual.ts';
import { advanceOperational } from '../../../../actions/incidents/operational.ts';
import { noIncidents } from '../../../../actions/incidents/state.ts';
import { createTroubleBoard } from '../../../../common/trouble.ts';

const trouble = { key: 'registry', cause: 'schema-registry', title: 'events of orders wait', sinceMs: 1000 } as const;
const another = { ...trouble, key: 'another', sinceMs: 2000 };

describe('troubles', () => {
  it('open an incident that ends with them', () => {
    const opened = advanceOperational(noIncidents, [], [trouble], 6000);
    expect(opened.entries.map(({ kind, at }) => [kind, at])).toEqual([['opened', 1000]]);
    expect(opened.state.open[0]?.incident).toMatchObject({
      kind: 'operational',
      cause: 'schema-registry',
      severity: 'high',
      title: trouble.title,
      since: 1000,
      features: [],
    });
    const going = advanceOperational(opened.state, opened.met, [trouble], 7000);
    expect(going.entries).toEqual([]);
    expect(going.state).toEqual(opened.state);
    const closed = advanceOperational(going.state, going.met, [], 8000);
    expect(closed.entries.map(({ kind, at, incident }) => [kind, at, incident.status])).toEqual([
      ['closed', 8000, 'closed'],
    ]);
    expect(closed.state.open).toEqual([]);
    expect(closed.met).toEqual([]);
  });

  it('give the same incident when the step is done again after a crash', () => {
    const first = advanceOperational(noIncidents, [], [trouble, another], 6000);
    expect(advanceOperational(noIncidents, [], [another, trouble], 9000).state).toEqual(first.state);
  });

  it('stay closed where a person closed them, until they come anew', () => {
    const opened = advanceOperational(noIncidents, [], [trouble, another], 6000);
    const id = opened.entries[0]?.incidentId ?? '';
    const byHand = closeIncident(opened.state, id, 7000);
    const going = advanceOperational(byHand.state, opened.met, [trouble, another], 8000);
    expect(going.entries).toEqual([]);
    const over = advanceOperational(going.state, going.met, [another], 9000);
    const again = advanceOperational(over.state, over.met, [another, { ...trouble, sinceMs: 9500 }], 9900);
    expect(again.entries.map(({ kind, incidentId }) => [kind, incidentId === id])).toEqual([['opened', false]]);
  });
});

describe('the board of troubles', () => {
  it('keeps what is raised twice as one, and tells of changes alone', () => {
    let nowMs = 1;
    let told = 0;
    const board = createTroubleBoard({ now: () => nowMs });
    const stop = board.subscribe(() => {
      told++;
    });
    board.raise(trouble);
    nowMs = 2;
    board.raise({ ...trouble, title: 'in other words' });
    expect(board.current()).toEqual([{ ...trouble, sinceMs: 1 }]);
    board.clear('unknown');
    expect(told).toBe(1);
    board.clear(trouble.key);
    expect(board.current()).toEqual([]);
    stop();
    board.raise(trouble);
    expect(told).toBe(2);
  });
});
