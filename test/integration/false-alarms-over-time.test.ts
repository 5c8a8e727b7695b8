import { describe, expect, it } from 'vitest';
import { createDesks } from '../../actions/monitor/desks.ts';
import { createOverTime } from '../../actions/monitor/over-time.ts';
import { noOverTime } from '../../actions/monitor/over-time-state.ts';
import type { MonitorStore, WindowReader } from '../../actions/monitor/ports.ts';
import { nothingCut } from '../../actions/monitor/profiles-kept.ts';
import { judgeDueWindow } from '../../actions/monitor/rounds.ts';
import type { NumberColumn } from '../../common/columns.ts';
import { createRandom } from '../../common/random.ts';
import { everything } from '../../common/segment.ts';
import type { DetectorsConfig, PipelineConfig } from '../../config/schema.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import { sumProfiles } from '../../drift/profile/merge.ts';
import type { Binning, Profile } from '../../drift/profile/profile.ts';
import { accumulate, createProfileSet, profileOf } from '../../drift/profile/profile-set.ts';
import { buildReference } from '../../drift/reference/build-reference.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const week = 168;
const perHour = 60;
const referenceHours = 8 * week;
/** 1970-01-05, a Monday. */
const startMs = 4 * dayMs;
const afterMs = startMs + referenceHours * hourMs;
const features = ['a', 'b', 'c', 'd'];

interface Stream {
  readonly seed: number;
  readonly season: number;
  readonly level: number;
  readonly weeks: number;
  /** From the middle of what is judged on. */
  readonly shift: number;
}

/** A weekly season, and a level that moves from hour to hour with autocorrelation 0.8; shape `[hours * perHour]` a feature. */
function streams({ seed, season, level, weeks, shift }: Stream): Float64Array[] {
  const random = createRandom(seed);
  const hours = referenceHours + weeks * week;
  const middle = referenceHours + (weeks * week) / 2;
  return features.map((_, which) => {
    const values = new Float64Array(hours * perHour);
    let moving = 0;
    for (let hour = 0; hour < hours; hour++) {
      moving = 0.8 * moving + 0.6 * random.normal();
      const wave = Math.SQRT2 * Math.sin(2 * Math.PI * ((hour % week) / week + which / 10));
      const mean = season * wave + level * moving + (hour < middle ? 0 : shift);
      for (let at = 0; at < perHour; at++) values[hour * perHour + at] = mean + random.normal();
    }
    return values;
  });
}

const column = (values: Float64Array): NumberColumn => ({
  kind: 'number',
  values,
  validity: new Uint8Array((values.length + 7) >> 3).fill(255),
});

function profilesOf(binning: Binning, values: Float64Array): Profile[] {
  const set = createProfileSet(binning, values.length / perHour);
  const groups = Int32Array.from(values, (_, row) => Math.floor(row / perHour));
  accumulate(set, column(values), groups, values.length);
  return Array.from({ length: values.length / perHour }, (_, hour) => profileOf(set, hour));
}

/** Alarms of windows of a day and of detectors of hourly slices, which share a budget of one a week, through the monitor's functions. */
async function watch(stream: Stream, detectors: Partial<DetectorsConfig> = {}): Promise<readonly Judgement[]> {
  const all = streams(stream);
  const rows = referenceHours * perHour;
  const reference = buildReference({
    frame: {
      rows,
      fields: features.map((name) => ({ name, type: 'number' })),
      columns: all.map((values) => column(values.subarray(0, rows))),
    },
    timesMs: Float64Array.from({ length: rows }, (_, row) => startMs + Math.floor(row / perHour) * hourMs),
    origin: 'test',
    segments: [],
    windowsMs: [dayMs],
    sliceMs: hourMs,
  });
  const binnings = reference.features.map(({ binning }) => binning);
  const hourly = all.map((values, which) => profilesOf(binnings[which] as Binning, values.subarray(rows)));
  const hourOf = (timeMs: number) => Math.round((timeMs - afterMs) / hourMs);
  const store = {
    sliceProfiles: async ({ startMs: from, endMs }) =>
      features.flatMap((feature, which) =>
        (hourly[which] ?? []).slice(hourOf(from), hourOf(endMs)).map((profile, at) => ({
          startMs: from + at * hourMs,
          segment: everything,
          feature,
          profile,
        })),
      ),
    windowSample: async () => undefined,
  } as Pick<MonitorStore, 'sliceProfiles' | 'windowSample'> as MonitorStore;
  const panes: WindowReader = {
    windowProfiles: async (from, endMs) =>
      features.map((feature, which) => ({
        segment: everything,
        feature,
        profile: sumProfiles((hourly[which] ?? []).slice(hourOf(from), hourOf(endMs)), binnings[which] as Binning),
      })),
  };
  const comparison = { against: 'training', window: dayMs, segments: false } as const;
  const config = {
    windows: { pane: hourMs },
    segments: [],
    drift: [comparison],
    budget: { falseAlarmsPerWeek: 1, minEffect: 0 },
    detectors: { kinds: ['evidence'], ...detectors },
  } as unknown as PipelineConfig;
  const overTime = createOverTime({ config, store, reference: () => reference, champions: () => new Set() });
  if (overTime === undefined) throw new Error('no detectors');
  const budget = { falseAlarmsPerWeek: overTime.windowsShare(), minEffect: 0 };
  const endMs = afterMs + stream.weeks * week * hourMs;
  const sides = { ...createDesks({ config, store }), firstMs: afterMs, cuts: nothingCut, throughMs: endMs, judged: [] };
  const options = {
    store,
    panes,
    reference,
    champions: new Set<string>(),
    comparisons: [comparison],
    budget,
    sides,
    paneMs: hourMs,
  };
  overTime.begin(endMs);
  const alarms: Judgement[] = [];
  let state = noOverTime;
  for (let at = afterMs + hourMs; at <= endMs; at += hourMs) {
    if (at % dayMs === 0) {
      const due = { comparison, name: 'training:1d', startMs: at - dayMs, endMs: at };
      alarms.push(...(await judgeDueWindow(due, options)).filter(({ alarm }) => alarm));
    }
    const advanced = await overTime.advance(state, { startMs: at - hourMs, endMs: at });
    state = advanced.state;
    alarms.push(...advanced.judgements.filter(({ alarm }) => alarm));
  }
  return alarms;
}

async function rate(stream: Omit<Stream, 'seed' | 'weeks' | 'shift'>): Promise<number> {
  const weeks = 25;
  const seeds = [1, 2, 3, 4, 5, 6];
  let alarms = 0;
  for (const seed of seeds) alarms += (await watch({ ...stream, seed, weeks, shift: 0 })).length;
  return alarms / (weeks * seeds.length);
}

describe('detectors and windows together, where nothing changes', () => {
  it('stay within the budget of one a week: independent values', async () => {
    expect(await rate({ season: 0, level: 0 })).toBeLessThan(1);
  });

  it('stay within it with a weekly season and a level of autocorrelation 0.8', async () => {
    expect(await rate({ season: 0.5, level: 0.1 })).toBeLessThan(1);
  });
});

describe('a shift of 0.3 standard deviations in a stream with a season', () => {
  it('is found within two days, in words that say since when', async () => {
    const alarms = await watch({ seed: 7, season: 0.5, level: 0.1, weeks: 4, shift: 0.3 });
    const changeMs = afterMs + 2 * week * hourMs;
    const after = alarms.filter(({ windowEnd }) => windowEnd > changeMs);
    const found = new Set(
      after.filter(({ windowEnd }) => windowEnd <= changeMs + 48 * hourMs).map(({ feature }) => feature),
    );
    expect([...found].sort()).toEqual(features);
    const [first] = after;
    expect(first).toMatchObject({ comparison: 'over-time:1h', statistic: 'evidence' });
    expect(Math.abs((first?.detail.overTime?.sinceMs ?? 0) - changeMs)).toBeLessThanOrEqual(12 * hourMs);
    expect(first?.why).toContain('has been rising since');
    // What it says of the size is of the change, not of the season.
    const sizes = after.flatMap(({ comparison, detail: { story } }) =>
      story?.kind === 'shift' && comparison.startsWith('over-time') ? [story.by] : [],
    );
    for (const by of sizes) expect(Math.abs(by - 0.3)).toBeLessThan(0.3);
  });

  it('is found by Page–Hinkley and ADWIN, too, on values that do not depend on each other', async () => {
    const alarms = await watch(
      { seed: 8, season: 0, level: 0, weeks: 4, shift: 0.3 },
      { kinds: ['adwin', 'page-hinkley'] },
    );
    const changeMs = afterMs + 2 * week * hourMs;
    // Each kind has 0.4 false alarms a week.
    expect(
      alarms.filter(({ windowEnd, statistic }) => windowEnd <= changeMs && statistic !== 'js_distance').length,
    ).toBeLessThan(4);
    for (const kind of ['adwin', 'page-hinkley'])
      for (const feature of features) {
        const own = alarms.filter(
          (one) => one.statistic === kind && one.feature === feature && one.windowEnd > changeMs,
        );
        expect((own[0]?.windowEnd ?? Number.POSITIVE_INFINITY) - changeMs, `${kind} ${feature}`).toBeLessThan(
          40 * hourMs,
        );
      }
  });
});
