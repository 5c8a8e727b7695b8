import { describe, expect, it } from 'vitest';
import { advanceIncidents } from '../../../../actions/incidents/advance.ts';
import type { IncidentEntry } from '../../../../actions/incidents/incident.ts';
import { closeIncident } from '../../../../actions/incidents/manual.ts';
import { advanceOverTime } from '../../../../actions/incidents/over-time.ts';
import { type IncidentConfig, type IncidentState, noIncidents } from '../../../../actions/incidents/state.ts';
import type { Story } from '../../../../drift/cause/story.ts';
import type { Judgement } from '../../../../drift/judge/judgement.ts';
import { dayMs, kilometres, type Say, say } from './judgements.ts';

const config: IncidentConfig = { open: { alarms: 2, of: 3 }, closeAfterQuiet: 3 };
const hourMs = 3_600_000;

/** What a detector says after the slice that ends `hour` hours after the start of time. */
function detect(hour: number, what: Omit<Say, 'day'> & { readonly sinceHour?: number } = {}): Judgement {
  const sinceMs = (what.sinceHour ?? hour - 1) * hourMs;
  const one = say({ day: 0, statistic: 'evidence', comparison: 'over-time:1h', ...what });
  const text = 'has been rising since Thu 1 Jan 00:00';
  return {
    ...one,
    windowStart: (hour - 1) * hourMs,
    windowEnd: hour * hourMs,
    detail: { ...one.detail, overTime: { sinceMs, score: 'level', up: true, text } },
  };
}

interface Step {
  readonly hours?: Readonly<Record<number, readonly Judgement[]>>;
  readonly days?: Readonly<Record<number, readonly Judgement[]>>;
  readonly until: number;
  readonly from?: number;
  readonly state?: IncidentState;
}

/** Slices of an hour and windows of a day, each window before the slice that ends with it; quiet where nothing is given. */
function run({ hours = {}, days = {}, until, from = 0, state: first = noIncidents }: Step) {
  let state = first;
  const entries: IncidentEntry[] = [];
  const take = (result: { readonly state: IncidentState; readonly entries: readonly IncidentEntry[] }) => {
    // What the store does to it.
    state = JSON.parse(JSON.stringify(result.state)) as IncidentState;
    entries.push(...result.entries);
  };
  for (let hour = from + 1; hour <= until; hour++) {
    const nowMs = hour * hourMs;
    if (hour % 24 === 0) {
      const day = hour / 24 - 1;
      take(advanceIncidents(state, days[day] ?? [say({ day, alarm: false })], config, nowMs));
    }
    take(advanceOverTime(state, hours[hour] ?? [], config, { nowMs, sliceMs: hourMs, leastHoldMs: dayMs }));
  }
  const told = entries.map(({ kind, at }) => [kind, at / hourMs]);
  return { state, entries, told, ids: new Set(entries.map(({ incidentId }) => incidentId)) };
}

describe('an alarm of a detector', () => {
  it('opens an incident by itself, which ends a day after the last one', () => {
    const { told, entries } = run({ hours: { 5: [detect(5)] }, until: 40 });
    expect(told).toEqual([
      ['opened', 5],
      ['closed', 29],
    ]);
    expect(entries[0]?.incident).toMatchObject({
      comparison: 'over-time:1h',
      since: 4 * hourMs,
      title: 'price has been rising since Thu 1 Jan 00:00',
      evidence: ['over-time:1h|14400000||price'],
    });
  });

  it('holds its incident for twice the time that it took: a change that goes on is one incident', () => {
    const slow = { 50: [detect(50, { sinceHour: 10 })], 110: [detect(110, { sinceHour: 80 })] };
    expect(run({ hours: slow, until: 300 }).told).toEqual([
      ['opened', 50],
      ['closed', 170],
    ]);
  });

  it('makes one incident of features that move in one slice, and another of one that moves in another season', () => {
    const { entries, ids } = run({
      hours: { 5: [detect(5), detect(5, { feature: 'amount' })], 20: [detect(20, { feature: 'other' })] },
      until: 21,
    });
    expect(ids.size).toBe(2);
    expect(entries[0]?.incident.features).toEqual(['amount', 'price']);
  });

  it('joins what began with it a few slices before', () => {
    const { told, entries } = run({
      hours: { 5: [detect(5)], 7: [detect(7, { feature: 'amount', sinceHour: 4 })] },
      until: 8,
    });
    expect(told).toEqual([
      ['opened', 5],
      ['updated', 7],
    ]);
    expect(entries[1]?.incident.title).toContain('; price moves with it');
  });

  it('joins its like in another feature: a new code among origins and among destinations', () => {
    const story = { kind: 'new-category', share: 0.1, values: ['DFX'], text: 'has the new value DFX' } as const;
    const { told, state } = run({
      hours: { 5: [detect(5, { feature: 'destination', story })], 15: [detect(15, { feature: 'origin', story })] },
      until: 16,
    });
    expect(told).toEqual([
      ['opened', 5],
      ['updated', 15],
    ]);
    expect(state.open[0]?.incident.features).toEqual(['destination', 'origin']);
  });

  it('does not depend on the order of what is said', () => {
    const said = [detect(5), detect(5, { feature: 'amount' }), detect(5, { segment: 'c=A', feature: 'amount' })];
    const step = { nowMs: 5 * hourMs, sliceMs: hourMs, leastHoldMs: dayMs };
    expect(advanceOverTime(noIncidents, said.toReversed(), config, step)).toEqual(
      advanceOverTime(noIncidents, said, config, step),
    );
  });

  it('opens nothing that a person has closed until it was quiet', () => {
    const { state } = run({ hours: { 5: [detect(5)] }, until: 6 });
    const id = state.open[0]?.incident.id as string;
    const closed = closeIncident(state, id, 6 * hourMs);
    expect(closed.entries).toHaveLength(1);
    const hours = { 20: [detect(20)], 40: [detect(40)], 90: [detect(90)] };
    expect(run({ hours, until: 100, from: 6, state: closed.state }).told).toEqual([['opened', 90]]);
  });
});

describe('one drift that windows and detectors find', () => {
  const windows = { 1: [say({ day: 1 })], 2: [say({ day: 2 })], 3: [say({ day: 3 })] };

  it('is one incident where the detector was first', () => {
    const { told, ids, entries } = run({ hours: { 30: [detect(30)] }, days: windows, until: 200 });
    expect(ids.size).toBe(1);
    expect(told).toEqual([
      ['opened', 30],
      ['updated', 72],
      ['closed', 168],
    ]);
    expect(entries[1]?.incident).toMatchObject({ comparison: 'training:1d', since: 29 * hourMs });
    expect(entries[1]?.incident.evidence).toEqual(['over-time:1h|104400000||price', 'training:1d|172800000||price']);
  });

  it('is one incident where the windows were first, and stays open while either sees it', () => {
    const { told, ids, entries } = run({
      hours: { 80: [detect(80)], 160: [detect(160, { sinceHour: 130 })] },
      days: windows,
      until: 260,
    });
    expect(ids.size).toBe(1);
    // The detector's 160 + 2 · 30 hours hold it beyond the third quiet day.
    expect(told).toEqual([
      ['opened', 72],
      ['updated', 80],
      ['closed', 240],
    ]);
    expect(entries[1]?.incident.title).toBe(entries[0]?.incident.title);
    expect(entries[1]?.incident.comparison).toBe('training:1d');
  });

  it('gets the name of its cause from the windows', () => {
    const named = (day: number) => [say({ day, story: kilometres }), say({ day, story: kilometres, segment: 'c=A' })];
    const { entries, ids } = run({
      hours: { 30: [detect(30)] },
      days: { 1: named(1), 2: named(2) },
      until: 80,
    });
    expect(ids.size).toBe(1);
    expect(entries.at(-1)?.incident).toMatchObject({ cause: 'unit', segments: ['', 'c=A'] });
    expect(entries.at(-1)?.incident.title).toContain('1.609 times');
  });

  it('gets it from a detector that hears more of it', () => {
    const { entries, ids, state } = run({
      hours: { 30: [detect(30)], 32: [detect(32, { story: kilometres, sinceHour: 30 })] },
      until: 33,
    });
    expect(ids.size).toBe(1);
    expect(entries.at(-1)?.incident.cause).toBe('unit');
    expect(state.open[0]?.causeKey).toBe('unit 1.609 0.000');
  });

  describe('that tells another story of the values than the windows', () => {
    const shift: Story = { kind: 'shift', by: 12, text: 'is 12 above the reference throughout' };
    const units = (day: number) => [say({ day, story: kilometres }), say({ day, story: kilometres, segment: 'c=A' })];

    it('is one incident, and has the name that the windows give it', () => {
      const hours = { 30: [detect(30, { story: shift, sinceHour: 24 })] };
      const { entries, ids, state } = run({ hours, days: { 1: units(1), 2: units(2) }, until: 80 });
      expect(ids.size).toBe(1);
      expect(entries.at(-1)?.incident).toMatchObject({ cause: 'unit', comparison: 'training:1d' });
      expect(state.open[0]?.causeKey).toBe('unit 1.609 0.000');
    });

    it('joins the incident that the windows opened, which keeps its name', () => {
      const hours = { 73: [detect(73, { story: shift, sinceHour: 26 })] };
      const { ids, state } = run({ hours, days: { 1: units(1), 2: units(2) }, until: 80 });
      expect(ids.size).toBe(1);
      expect(state.open[0]?.incident.cause).toBe('unit');
    });

    it('is another incident where it began long before', () => {
      const hours = { 30: [detect(30, { story: shift })], 100: [detect(100, { story: shift, sinceHour: 29 })] };
      const { state } = run({ hours, days: { 8: units(8), 9: units(9) }, until: 240 });
      expect(state.open.map(({ incident }) => incident.cause).sort()).toEqual(['shift', 'unit']);
    });
  });

  it('is another one than a slow drift of the same feature that has been open for long', () => {
    const slow = Object.fromEntries(Array.from({ length: 20 }, (_, day) => [day, [say({ day })]]));
    const unit = (day: number) => [say({ day }), say({ day, story: kilometres, segment: 'c=A' })];
    const { state } = run({
      hours: { 30: [detect(30)], 400: [detect(400, { story: kilometres })] },
      days: { ...slow, 17: unit(17), 18: unit(18) },
      until: 480,
    });
    expect(state.open.map(({ incident }) => [incident.cause, incident.comparison])).toEqual(
      expect.arrayContaining([
        ['drift', 'training:1d'],
        ['unit', 'training:1d'],
      ]),
    );
    expect(state.open).toHaveLength(2);
  });

  it('a named cause of windows does not take over an old nameless incident of detectors', () => {
    const hours = { 30: [detect(30, { sinceHour: 0 })], 80: [detect(80, { sinceHour: 40 })] };
    const unit = (day: number) => [say({ day, story: kilometres, segment: 'c=A' })];
    const { state } = run({ hours, days: { 5: unit(5), 6: unit(6) }, until: 168 });
    expect(state.open.map(({ incident }) => incident.cause).sort()).toEqual(['drift', 'unit']);
  });

  it('closed by hand is quiet in both', () => {
    const { state } = run({ hours: { 30: [detect(30)] }, days: { 1: [say({ day: 1 })] }, until: 60 });
    const closed = closeIncident(state, state.open[0]?.incident.id as string, 60 * hourMs).state;
    const { told } = run({ days: { 2: [say({ day: 2 })], 3: [say({ day: 3 })] }, until: 110, from: 60, state: closed });
    expect(told).toEqual([]);
  });
});
