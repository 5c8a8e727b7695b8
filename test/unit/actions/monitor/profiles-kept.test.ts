import { describe, expect, it } from 'vitest';
import { cutsAt, latePanes, nothingCut, readableFrom } from '../../../../actions/monitor/profiles-kept.ts';
import { firstState } from '../../../../actions/monitor/state.ts';
import { pipelineSchema } from '../../../../config/schema.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const now = Date.UTC(2026, 5, 30);

function config(windows: object, profiles: object = {}) {
  return pipelineSchema.parse({
    pipeline: 'p',
    source: { file: { path: 'e.ndjson' } },
    event: { time: '/t' },
    contract: 'c.yaml',
    windows,
    store: { profiles },
  });
}

describe('what is kept of profiles', () => {
  const minutes = config({ pane: '10m' }, { panes: '10d', hours: '100d', days: '1000d' });
  const cuts = cutsAt(minutes, now);

  it('is by their length', () => {
    const keptDays = [cuts.panes, cuts.hours, cuts.days].map((cut) => (now - cut) / dayMs) as [number, number, number];
    // Forgotten in steps of a third.
    for (const [at, least] of [
      [0, 10],
      [1, 100],
      [2, 1000],
    ] as const) {
      expect(keptDays[at]).toBeGreaterThanOrEqual(least);
      expect(keptDays[at]).toBeLessThan((4 / 3) * least);
    }
  });

  it('says from when on windows can be read: from panes, or from sums that divide them', () => {
    const from = (windowMs: number, panesOnly: boolean) =>
      (now - readableFrom(minutes, { windowMs, cuts, panesOnly })) / dayMs;
    expect(from(30 * minuteMs, false)).toBeGreaterThanOrEqual(10);
    expect(from(hourMs, false)).toBeGreaterThanOrEqual(100);
    expect(from(dayMs, false)).toBeGreaterThanOrEqual(1000);
    expect(from(dayMs, true)).toBe(Math.floor(from(30 * minuteMs, false)));
    expect(readableFrom(minutes, { windowMs: hourMs, cuts: nothingCut, panesOnly: true })).toBeLessThan(-1e15);
  });

  it('seals a late pane again, with its whole hour where the hour has lost panes, and its day where it has lost hours', () => {
    const state = { ...firstState, cuts, expiredMs: now - 200 * dayMs };
    const seal = (ms: number) => latePanes(minutes, state, [ms]);
    const recent = now - 3 * dayMs + 20 * minuteMs;
    expect(seal(recent)).toEqual({ sealMs: [recent], lost: 0 });
    const hour = now - 20 * dayMs + 5 * hourMs;
    expect(seal(hour + 20 * minuteMs).sealMs).toEqual([0, 1, 2, 3, 4, 5].map((at) => hour + at * 10 * minuteMs));
    expect(seal(now - 150 * dayMs + 20 * minuteMs).sealMs).toHaveLength(144);
  });

  it('leaves a pane as it was where what was counted is forgotten', () => {
    const state = { ...firstState, cuts, expiredMs: now - 20 * dayMs };
    expect(latePanes(minutes, state, [now - 21 * dayMs, now - 3 * dayMs])).toEqual({
      sealMs: [now - 3 * dayMs],
      lost: 1,
    });
  });

  it('has no sums where panes do not divide them', () => {
    const odd = config({ pane: '7m' }, { panes: '10d' });
    expect(readableFrom(odd, { windowMs: 7 * dayMs, cuts, panesOnly: false })).toBeGreaterThan(now - (40 / 3) * dayMs);
    const hourly = config({ pane: '1h' });
    const state = { ...firstState, cuts: cutsAt(hourly, now) };
    expect(latePanes(hourly, state, [now - 50 * dayMs]).sealMs).toEqual([now - 50 * dayMs]);
  });
});
