import { describe, expect, it } from 'vitest';
import { advanceIncidents } from '../../../../actions/incidents/advance.ts';
import type { IncidentEntry } from '../../../../actions/incidents/incident.ts';
import {
  acknowledgeIncident,
  closeIncident,
  openIncidentId,
  recordAction,
  snoozeIncident,
} from '../../../../actions/incidents/manual.ts';
import { type IncidentConfig, type IncidentState, noIncidents } from '../../../../actions/incidents/state.ts';
import type { Story } from '../../../../drift/cause/story.ts';
import type { Judgement } from '../../../../drift/judge/judgement.ts';
import { dayMs, kilometres, say } from './judgements.ts';

const config: IncidentConfig = { open: { alarms: 2, of: 3 }, closeAfterQuiet: 3 };

/** Runs days one after the other; each day's judgements by its number. */
function run(days: number, judge: (day: number) => readonly Judgement[], from: IncidentState = noIncidents, first = 0) {
  let state = from;
  const entries: IncidentEntry[] = [];
  for (let day = first; day < first + days; day++) {
    const result = advanceIncidents(state, judge(day), config, (day + 1) * dayMs);
    state = result.state;
    entries.push(...result.entries);
  }
  return { state, entries, kinds: entries.map(({ kind }) => kind) };
}

describe('opening and closing', () => {
  it('opens with the second alarm of three windows, not with one', () => {
    expect(run(6, (day) => [say({ day, alarm: day === 2 })]).kinds).toEqual([]);
    const { entries } = run(4, (day) => [say({ day, alarm: day === 1 || day === 3 })]);
    expect(entries.map(({ kind, at }) => [kind, at])).toEqual([['opened', 4 * dayMs]]);
    expect(entries[0]?.incident).toMatchObject({ since: dayMs, openedAt: 4 * dayMs, features: ['price'], seq: 1 });
  });

  it('closes after three quiet windows; a window that could not be judged is not quiet', () => {
    const { entries } = run(12, (day) => [say({ day, alarm: day < 3, judged: day !== 5 })]);
    expect(entries.map(({ kind, at }) => [kind, at / dayMs])).toEqual([
      ['opened', 2],
      ['closed', 7],
    ]);
    expect(entries[1]?.incident).toMatchObject({ status: 'closed', closedAt: 7 * dayMs, seq: 2 });
  });

  it('stays open where its own segment is not judged, whatever else is', () => {
    const { entries, state } = run(7, (day) => [
      say({ day, alarm: false }),
      say({ day, feature: 'weight', segment: 'c=B', alarm: false }),
      say({ day, feature: 'weight', segment: 'c=A', alarm: day < 3, judged: day < 3 }),
    ]);
    expect(entries.map(({ kind }) => kind)).toEqual(['opened']);
    expect(state.open).toHaveLength(1);
  });

  it('does not take windows for quiet whose shares alone were judged', () => {
    const { entries } = run(8, (day) => [say({ day, alarm: day < 3, statistic: day < 3 ? 'js_distance' : 'missing' })]);
    expect(entries.map(({ kind }) => kind)).toEqual(['opened']);
  });

  it('waits for each segment that alarmed, in windows of its own', () => {
    const { entries } = run(12, (day) => [
      say({ day, segment: 'c=A', alarm: day < 3 }),
      say({ day, segment: 'c=B', alarm: day < 3, judged: day < 3 || day % 2 === 0 }),
    ]);
    // Quiet in c=A on days 3, 4 and 5, in c=B on days 4, 6 and 8.
    expect(entries.map(({ kind, at }) => [kind, at / dayMs])).toEqual([
      ['opened', 2],
      ['closed', 9],
    ]);
    expect(entries[1]?.incident.closedBecause).toBeUndefined();
  });

  it('closes what nothing can be said of after a week, and says so', () => {
    const { entries, state } = run(12, (day) => [
      say({ day, segment: 'c=B', alarm: false }),
      say({ day, segment: 'c=A', alarm: day < 3, judged: day < 3 }),
    ]);
    expect(entries.map(({ kind, at }) => [kind, at / dayMs])).toEqual([
      ['opened', 2],
      ['closed', 10],
    ]);
    expect(entries[1]?.incident.closedBecause).toBe('it could not be judged for 7d');
    expect(state.open).toEqual([]);
  });

  it('counts a window as quiet in which another cause has the segment', () => {
    const { entries } = run(14, (day) => [
      say({ day, segment: 'c=A', effect: 0.1, alarm: day < 12, story: day < 8 ? null : kilometres }),
    ]);
    expect(entries.filter(({ kind }) => kind !== 'updated').map(({ kind, at }) => [kind, at / dayMs])).toEqual([
      ['opened', 2],
      ['opened', 9],
      ['closed', 11],
    ]);
  });

  it('makes one long incident of a change that stays', () => {
    const { kinds, state } = run(150, (day) => [say({ day, alarm: day % 3 !== 0 })]);
    expect(kinds).toEqual(['opened']);
    expect(state.open).toHaveLength(1);
  });

  it('forgets tracks that are long quiet', () => {
    expect(run(10, (day) => [say({ day, alarm: day === 2 })]).state).toEqual(noIncidents);
  });
});

describe('grouping', () => {
  it('makes one incident of a feature in many segments and in all events', () => {
    const { entries } = run(2, (day) => ['', 'c=A', 'c=B', 'c=C'].map((segment) => say({ day, segment })));
    expect(entries).toHaveLength(1);
    expect(entries[0]?.incident).toMatchObject({ segment: 'all events; c A, B and C', features: ['price'] });
  });

  it('makes one incident of features that move at once in one segment', () => {
    const { entries } = run(2, (day) => ['price', 'weight'].map((feature) => say({ day, feature, segment: 'c=A' })));
    expect(entries.map(({ incident }) => incident.features)).toEqual([['price', 'weight']]);
  });

  it('names the features that moved, and joint judgements only where nothing else did', () => {
    const joint = (day: number) => say({ day, feature: '@joint:classifier', n: 800 });
    const titles = (days: number, judge: (day: number) => readonly Judgement[]) =>
      run(days, judge).entries.map(({ incident }) => incident.title);
    expect(titles(3, (day) => [joint(day), say({ day }), say({ day, feature: 'weight' })])[0]).toMatch(
      /^price and weight \(all events\) are distributed differently: price /,
    );
    // The feature is quiet again, and the joint judgement goes on until its severity rises.
    const later = (day: number) => [
      say({ day, alarm: day < 4 }),
      { ...joint(day), detail: { ...joint(day).detail, effect: day / 10 } },
    ];
    for (const title of titles(6, later)) expect(title).toMatch(/^price \(all events\) is/);
    expect(titles(3, (day) => [joint(day)])).toEqual(['@joint:classifier moved']);
  });

  it('keeps what moves elsewhere apart', () => {
    const { entries } = run(2, (day) => [
      say({ day, feature: 'price', segment: 'c=A' }),
      say({ day, feature: 'weight', segment: 'c=B' }),
    ]);
    expect(entries).toHaveLength(2);
  });

  it('lets an open incident grow, and says so once', () => {
    const { entries } = run(8, (day) => [say({ day, segment: 'c=A' }), say({ day, segment: 'c=B', alarm: day >= 3 })]);
    expect(entries.map(({ kind }) => kind)).toEqual(['opened', 'updated']);
    expect(entries[1]?.incident.segments).toEqual(['c=A', 'c=B']);
    expect(new Set(entries.map(({ incidentId }) => incidentId)).size).toBe(1);
  });

  it('tells a fault with a name from a slow change of the same feature', () => {
    const { entries } = run(20, (day) => [
      say({ day, segment: 'c=A' }),
      say({ day, segment: 'c=B', alarm: day >= 10, story: kilometres }),
    ]);
    expect(entries.map(({ kind, incident }) => [kind, incident.cause])).toEqual([
      ['opened', 'drift'],
      ['opened', 'unit'],
    ]);
    expect(entries[1]?.incident.title).toBe('price (c B) is 1.609 times the reference: kilometres instead of miles?');
  });

  it('makes one incident of rival stories of one feature that began at once, named by the one with most events', () => {
    const by = (size: number): Story => ({
      kind: 'shift',
      by: size,
      text: `is ${size} above the reference throughout`,
    });
    const day = (at: number) => [
      say({ day: at, segment: 'c=A', story: kilometres, n: 300 }),
      say({ day: at, segment: 'c=B', story: by(38), n: 80 }),
      say({ day: at, segment: 'c=C', n: 60 }),
    ];
    const { state, entries } = run(4, day);
    expect(entries.map(({ kind }) => kind)).toEqual(['opened']);
    expect(entries[0]?.incident).toMatchObject({ cause: 'unit', segments: ['c=A', 'c=B', 'c=C'] });
    expect(entries[0]?.incident.title).toBe('price (c A) is 1.609 times the reference: kilometres instead of miles?');
    // Missing values are another matter, and so is a shift that begins later.
    const missing: Story = { kind: 'missing', share: 0.2, before: 0, text: 'is missing' };
    const others = run(
      4,
      (at) => [
        ...day(at),
        say({ day: at, segment: 'c=D', story: missing, statistic: 'missing' }),
        say({ day: at, segment: 'c=E', story: by(-3) }),
      ],
      state,
      4,
    );
    expect(others.entries.map(({ kind, incident }) => [kind, incident.cause]).sort()).toEqual([
      ['opened', 'missing'],
      ['opened', 'shift'],
    ]);
  });

  it('is not named by a unit in a few events where many more show that it is another factor', () => {
    const hundred: Story = {
      kind: 'unit',
      factor: 100,
      offset: 0,
      unit: 'hundredths',
      measured: 95,
      text: 'is 95 times',
    };
    const scale = (low: number, high: number): Story => ({ kind: 'scale', factor: 90, low, high, text: 'is 90 times' });
    const opened = (low: number, high: number) =>
      run(3, (day) => [
        say({ day, story: scale(low, high) }),
        say({ day, segment: 'c=A', story: hundred }),
      ]).entries.map(({ incident }) => [incident.cause, incident.title]);
    expect(opened(88, 92)).toEqual([['drift', 'price is 90 times']]);
    expect(opened(80, 101)[0]?.[0]).toBe('unit');
  });

  it('gives an incident the name that its second look finds, and no other for a little more', () => {
    const by = (size: number): Story => ({ kind: 'shift', by: size, text: 'is above the reference throughout' });
    const day = (at: number) => [
      say({ day: at, story: at < 3 ? null : kilometres, n: 400 }),
      say({ day: at, segment: 'c=B', story: at < 3 ? null : by(38), n: at < 6 ? 80 : 500 }),
    ];
    const { entries } = run(9, day);
    expect(entries.map(({ kind, incident }) => [kind, incident.cause])).toEqual([
      ['opened', 'drift'],
      ['updated', 'unit'],
    ]);
    expect(new Set(entries.map(({ incidentId }) => incidentId)).size).toBe(1);
  });

  it('says the number of the largest window so far, where that differs by a tenth', () => {
    const story = (by: number): Story => ({ kind: 'shift', by, text: `is ${by} above the reference throughout` });
    const numbers: readonly (readonly [by: number, n: number])[] = [
      [5.9, 80],
      [5.9, 80],
      [4.5, 100],
      [6, 90],
      [4.6, 120],
    ];
    const { entries } = run(5, (day) => {
      const [by, n] = numbers[day] as readonly [number, number];
      return [say({ day, story: story(by), n })];
    });
    expect(entries.map(({ kind, incident }) => [kind, incident.title])).toEqual([
      ['opened', 'price is 5.9 above the reference throughout'],
      ['updated', 'price is 4.5 above the reference throughout'],
    ]);
  });

  it('counts the prediction that moves with it to the named cause, and all events that move because of it', () => {
    const { entries } = run(3, (day) => [
      say({ day, segment: 'c=A', story: kilometres }),
      say({ day, segment: 'c=B', story: kilometres }),
      say({ day, segment: 'c=A', feature: '@prediction:late:1', kind: 'prediction' }),
      say({ day, story: { kind: 'segments', segments: ['c=A', 'c=B'], text: 'moves because of c A and B' } }),
    ]);
    expect(entries).toHaveLength(1);
    expect(entries[0]?.incident).toMatchObject({
      kind: 'drift',
      kinds: ['drift', 'prediction'],
      cause: 'unit',
      features: ['@prediction:late:1', 'price'],
    });
  });

  it('does not take a change of all events that began long before for a consequence', () => {
    const { entries } = run(20, (day) => [
      say({ day, feature: 'city' }),
      say({ day, feature: 'price', alarm: day >= 10, story: kilometres }),
    ]);
    expect(entries.map(({ incident }) => incident.features)).toEqual([['city'], ['price']]);
  });
});

describe('several comparisons', () => {
  const season = 'seasonal:1d';
  /** Days one after the other; of each the windows of both comparisons, as the monitor has them. */
  function runBoth(days: number, judge: (day: number) => readonly (readonly Judgement[])[]) {
    let state = noIncidents;
    const entries: IncidentEntry[] = [];
    for (let day = 0; day < days; day++)
      for (const judgements of judge(day)) {
        const result = advanceIncidents(state, judgements, config, (day + 1) * dayMs);
        // What the store does to it.
        state = JSON.parse(JSON.stringify(result.state)) as IncidentState;
        entries.push(...result.entries);
      }
    return { state, entries, ids: new Set(entries.map(({ incidentId }) => incidentId)) };
  }
  const between = (day: number, from: number, to: number): boolean => day >= from && day < to;

  it('that see one fault have one incident, which says so and stays open while either sees it', () => {
    const { entries, ids } = runBoth(16, (day) => [
      [say({ day, alarm: between(day, 2, 5), story: kilometres })],
      [say({ day, comparison: season, alarm: between(day, 2, 9) })],
    ]);
    expect(ids.size).toBe(1);
    expect(entries.map(({ kind, at }) => [kind, at / dayMs])).toEqual([
      ['opened', 4],
      ['updated', 4],
      ['closed', 12],
    ]);
    expect(entries.at(-1)?.incident).toMatchObject({ cause: 'unit', comparison: 'training:1d', alsoIn: [season] });
    expect(entries.at(-1)?.incident.title).toBe(entries[0]?.incident.title);
  });

  it('name what the first one had no name for', () => {
    const { entries, ids } = runBoth(6, (day) => [
      [say({ day, alarm: day >= 2 })],
      [say({ day, comparison: season, alarm: day >= 2, story: kilometres })],
    ]);
    expect(ids.size).toBe(1);
    expect(entries.at(-1)?.incident).toMatchObject({ cause: 'unit', alsoIn: [season] });
    expect(entries.at(-1)?.incident.title).toContain('1.609 times');
  });

  it('have incidents of their own of other features, of other causes, and of what begins much later', () => {
    const missing: Story = { kind: 'missing', share: 0.5, before: 0, text: 'is missing in 50 % of events' };
    const other = runBoth(6, (day) => [
      [say({ day, alarm: day >= 2 })],
      [say({ day, feature: 'weight', comparison: season, alarm: day >= 2 })],
    ]);
    expect(other.ids.size).toBe(2);
    const cause = runBoth(6, (day) => [
      [say({ day, alarm: day >= 2, story: kilometres })],
      [say({ day, comparison: season, alarm: day >= 2, story: missing, statistic: 'missing' })],
    ]);
    expect(cause.ids.size).toBe(2);
    const later = runBoth(20, (day) => [
      [say({ day, alarm: day >= 2 })],
      [say({ day, comparison: season, alarm: day >= 12, story: kilometres })],
    ]);
    expect(later.ids.size).toBe(2);
  });

  it('are quiet together about what a person has closed', () => {
    const both = (day: number) => [[say({ day })], [say({ day, comparison: season })]];
    const { state } = runBoth(4, both);
    const closed = closeIncident(state, state.open[0]?.incident.id as string, 4 * dayMs).state;
    const after = run(3, (day) => [say({ day, comparison: season })], closed, 4);
    expect([state.open.length, after.kinds]).toEqual([1, []]);
  });
});

describe('severity', () => {
  const opened = (
    effect: number,
    importance?: Record<string, number>,
    extra: Partial<Parameters<typeof say>[0]> = {},
  ) => {
    const full = importance === undefined ? config : { ...config, importance };
    let state = noIncidents;
    for (const day of [0, 1]) state = advanceIncidents(state, [say({ day, effect, ...extra })], full, day).state;
    return state.open[0]?.incident;
  };

  it('rises with the effect and falls with an unimportant feature', () => {
    expect([0.06, 0.15, 0.3, 0.5].map((effect) => opened(effect)?.severity)).toEqual([
      'low',
      'medium',
      'high',
      'critical',
    ]);
    expect(opened(0.3, { price: 0, other: 0.6 })?.severity).toBe('low');
    expect(opened(0.3, { price: 0.6 })?.severity).toBe('high');
    expect(opened(0.3, {})).toMatchObject({ severity: 'high', importance: 1 });
  });

  it('weighs a small segment by its share', () => {
    expect(opened(0.5, undefined, { segment: 'c=A' })?.effect).toBeCloseTo(0.5);
    let state = noIncidents;
    for (const day of [0, 1])
      state = advanceIncidents(
        state,
        [say({ day, segment: 'c=A', effect: 0.5, n: 40 }), say({ day, alarm: false })],
        config,
        day,
      ).state;
    expect(state.open[0]?.incident.effect).toBeCloseTo(0.1);
  });

  it('never calls a model that got worse less than high', () => {
    const worse = { feature: '@performance:late', kind: 'performance', statistic: 'log_loss' } as const;
    expect(opened(0.06, undefined, worse)).toMatchObject({
      severity: 'high',
      kind: 'performance',
      cause: 'performance',
    });
  });

  it('does not fall while the incident is open', () => {
    const { state } = run(5, (day) => [say({ day, effect: day < 2 ? 0.5 : 0.06 })]);
    expect(state.open[0]?.incident.severity).toBe('critical');
  });
});

describe('by hand', () => {
  const { state } = run(2, (day) => [say({ day })]);
  const id = state.open[0]?.incident.id ?? '';

  it('acknowledges, snoozes and notes actions in the order of their numbers', () => {
    const taken = acknowledgeIncident(state, id, 'the one on duty', 5);
    const slept = snoozeIncident(taken.state, id, 99, 6);
    const acted = recordAction(slept.state, id, 'alert sent to mail', 7);
    expect([taken, slept, acted].map(({ entries }) => entries[0]?.seq)).toEqual([2, 3, 4]);
    expect(acted.state.open[0]?.incident).toMatchObject({
      acknowledgedBy: 'the one on duty',
      snoozedUntil: 99,
      actions: ['alert sent to mail'],
    });
    expect(acknowledgeIncident(state, 'nobody', 'x', 5)).toEqual({ state, entries: [] });
  });

  it('finds an incident by a beginning of its id that no other has', () => {
    expect(openIncidentId(state, id.slice(0, 8))).toBe(id);
    expect(openIncidentId(state, 'zz')).toBe('zz');
    const other = { ...state.open[0], incident: { ...state.open[0]?.incident, id: `${id.slice(0, 8)}x` } };
    const two = { ...state, open: [...state.open, other] } as IncidentState;
    expect(openIncidentId(two, id.slice(0, 8))).toBe(id.slice(0, 8));
  });

  it('opens nothing new from what was closed by hand, until it was quiet for a while', () => {
    const closed = closeIncident(state, id, 3 * dayMs);
    expect(closed.entries.map(({ kind }) => kind)).toEqual(['closed']);
    const later = run(20, (day) => [say({ day, alarm: day < 8 || day > 12 })], closed.state, 2);
    expect(later.entries.map(({ kind, at }) => [kind, at / dayMs])).toEqual([['opened', 15]]);
  });
});
