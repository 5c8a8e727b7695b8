import { describe, expect, it } from 'vitest';
import { parseCondition } from '../../../actions/condition.ts';
import { advanceIncidents } from '../../../actions/incidents/advance.ts';
import type { Incident } from '../../../actions/incidents/incident.ts';
import { noIncidents } from '../../../actions/incidents/state.ts';
import { TidemarkError } from '../../../common/error.ts';
import { kilometres, say } from './incidents/judgements.ts';

function incident(change: Partial<Incident> = {}): Incident {
  let state = noIncidents;
  for (const day of [0, 1])
    state = advanceIncidents(
      state,
      [say({ day, segment: 'origin=ATL', feature: 'distance', story: kilometres })],
      { open: { alarms: 2, of: 3 }, closeAfterQuiet: 3 },
      day,
    ).state;
  return { ...(state.open[0]?.incident as Incident), severity: 'high', importance: 0.2, ...change };
}

describe('parseCondition', () => {
  it.each([
    ['severity >= high', true],
    ['severity > high', false],
    ['incident.severity >= medium and kind == performance', false],
    ['prediction or importance > 0.1', true],
    ['kind == performance or feature == distance', true],
    ['cause == unit', true],
    ['cause == new-category', false],
    ['not cause == new-category', true],
    ['not (severity >= low or drift)', false],
    ['feature != distance', false],
    ['segment == origin=ATL', true],
    ['segment == "origin=ATL"', true],
    ['comparison == training:1d and effect>=0.05', true],
    // `and` binds tighter than `or`.
    ['drift or quality and performance', true],
    ['(drift or quality) and performance', false],
  ])('%s', (text, expected) => {
    expect(parseCondition(text).test(incident())).toBe(expected);
  });

  it('takes an incident with several kinds for each of them', () => {
    const both = incident({ kinds: ['drift', 'prediction'] });
    expect(parseCondition('kind == prediction').test(both)).toBe(true);
    expect(parseCondition('prediction and drift').test(both)).toBe(true);
  });

  it('knows the model from features of its own', () => {
    const own = incident({ features: ['@performance:late'] });
    expect(parseCondition('model == late').test(own)).toBe(true);
  });

  it.each([
    ['', 1, 'expected one of severity'],
    ['severity >= hgh', 13, 'expected one of low, medium, high, critical'],
    ['sverity >= high', 1, 'expected one of severity'],
    ['severity high', 10, 'expected ==, !=, >=, <=, > or <'],
    ['kind > drift', 6, 'has no order'],
    ['importance > much', 14, 'expected a number'],
    ['(severity >= high', 18, 'expected )'],
    ['severity >= high kind == drift', 18, 'expected and, or, or the end'],
    ['severity = high', 10, 'not understood'],
    ['kind == nothing', 9, 'expected one of drift'],
    ['drift and', 10, 'expected one of'],
  ])('refuses %j at character %d', (text, position, reason) => {
    const attempt = (): unknown => parseCondition(text);
    expect(attempt).toThrow(TidemarkError);
    expect(attempt).toThrow(`character ${position}:`);
    expect(attempt).toThrow(reason);
  });
});
