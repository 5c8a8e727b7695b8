import { describe, expect, it } from 'vitest';
import { overTimeFromText, overTimeToText } from '../../../../actions/monitor/over-time-state.ts';
import { createTextColumn, encode, type NumberColumn, setPresent } from '../../../../common/columns.ts';
import { createRandom } from '../../../../common/random.ts';
import { everything } from '../../../../common/segment.ts';
import { noDetectors } from '../../../../drift/detect/advance-detectors.ts';
import {
  advanceClassical,
  type ClassicalState,
  fromReference,
  pageHinkleyThreshold,
} from '../../../../drift/detect/classical.ts';
import { createPageHinkley } from '../../../../drift/detect/page-hinkley.ts';
import { planWatches, type Watch } from '../../../../drift/detect/watch.ts';
import { changeText, momentText } from '../../../../drift/judge/over-time-words.ts';
import { buildReference } from '../../../../drift/reference/build-reference.ts';
import { segmentModelsMax } from '../../../../drift/reference/learn-slices.ts';
import { sliceModelOf } from '../../../../drift/reference/reference.ts';
import { referenceFromJson, referenceToJson } from '../../../../drift/reference/reference-json.ts';

const sliceMs = 3_600_000;
const hours = 24 * 14;
const perHour = 40;

/** Two weeks of numbers and of one of four places each. */
function reference(features: readonly string[], sliceSegments: readonly (readonly string[])[] = []) {
  const rows = hours * perHour;
  const random = createRandom(3);
  const place = createTextColumn(rows);
  for (let row = 0; row < rows; row++) {
    place.codes[row] = encode(place.dictionary, ['A', 'B', 'C', 'D'][Math.floor(random.next() ** 2 * 4)] as string);
    setPresent(place.validity, row);
  }
  const numbers = features.map((): NumberColumn => {
    const values = Float64Array.from({ length: rows }, () => random.normal());
    return { kind: 'number', values, validity: new Uint8Array((rows + 7) >> 3).fill(255) };
  });
  return buildReference({
    frame: {
      rows,
      fields: [{ name: 'place', type: 'string' }, ...features.map((name) => ({ name, type: 'number' as const }))],
      columns: [place, ...numbers],
    },
    timesMs: Float64Array.from({ length: rows }, (_, row) => (row / perHour) * sliceMs),
    origin: 'test',
    segments: [{ by: ['place'], top: 4 }],
    windowsMs: [],
    sliceMs,
    sliceSegments,
  });
}

describe('slices of a reference', () => {
  const made = reference(['x', 'y'], [['place']]);

  it('are learned of all events and of segments, and survive the document', () => {
    const read = referenceFromJson(referenceToJson(made));
    for (const segment of [everything, 'place=A', 'place=D'])
      expect(sliceModelOf(read, sliceMs, segment, 'x')).toEqual(sliceModelOf(made, sliceMs, segment, 'x'));
    expect(sliceModelOf(made, sliceMs, 'place=A', 'x')?.bets.length).toBeGreaterThan(50);
    expect(sliceModelOf(made, 60_000, everything, 'x')).toBeUndefined();
  });

  it('are of no segment whose rule is not asked for', () => {
    expect(reference(['x']).slices?.segments.size).toBe(0);
  });

  it('are of a bounded number of segments', () => {
    const features = Array.from({ length: Math.floor(segmentModelsMax / 3) - 1 }, (_, at) => `f${at}`);
    const { slices } = reference(features, [['place']]);
    expect([...(slices?.segments.keys() ?? [])]).toHaveLength(3);
    expect(slices?.models.size).toBe(features.length + 1);
  });

  it('are absent from documents of before, which say so of every feature', () => {
    const document = JSON.parse(referenceToJson(made)) as { slices?: { segments?: unknown } };
    delete document.slices?.segments;
    const oneBefore = referenceFromJson(JSON.stringify(document));
    expect(oneBefore.slices?.segments.size).toBe(0);
    expect(oneBefore.slices?.models.size).toBe(3);
    delete document.slices;
    const asked = { sliceMs, features: ['x', 'y'], segments: [] };
    const old = planWatches(referenceFromJson(JSON.stringify(document)), asked);
    expect(old).toEqual({ watches: [], unwatched: ['x', 'y'] });
  });
});

describe('the state of detectors', () => {
  it('keeps every bit', () => {
    const sums = [0, 1e250, 5e-324, 1 / 3, 2.2250738585072014e-308];
    const state = {
      evidence: { throughMs: 1, detectors: { '|x': { modelId: 'r/1', sums, quietMs: 7 } } },
      classical: { 'kswin/|x/level': { modelId: 'r/1', detector: { window: [1 / 3], random: 4 } } },
      passedOver: 2,
    };
    expect(overTimeFromText(overTimeToText(state))).toEqual(state);
    const none = { evidence: noDetectors, classical: {}, passedOver: 0 };
    expect(overTimeFromText(overTimeToText(none))).toEqual(none);
  });
});

describe('classical detectors of slices', () => {
  const [watch] = planWatches(reference(['x']), { sliceMs, features: ['x'], segments: [] }).watches;

  function run(shift: number, cut?: number): { readonly state: ClassicalState; readonly alarms: readonly string[] } {
    const random = createRandom(11);
    let state: ClassicalState = {};
    const alarms: string[] = [];
    for (let hour = 0; hour < 300; hour++) {
      const startMs = hour * sliceMs;
      const { names } = (watch as Watch).model;
      const sums = names.map(() => Math.sqrt(perHour) * (random.normal() + (hour < 150 ? 0 : shift)));
      const measures = new Map([['|x', { startMs, n: perHour, sums }]]);
      if (hour === cut) state = JSON.parse(JSON.stringify(state)) as ClassicalState;
      const advanced = advanceClassical(
        state,
        { startMs, endMs: startMs + sliceMs, measures },
        { watched: [watch as Watch], kinds: ['adwin', 'page-hinkley', 'kswin'], falseAlarmsPerWeek: 0.1 },
      );
      state = advanced.state;
      alarms.push(...advanced.alarms.map(({ kind, score, up }) => `${kind} ${score} ${up} ${hour}`));
    }
    return { state, alarms };
  }

  it('alarm after a shift, and not before', () => {
    const { alarms } = run(2);
    for (const kind of ['adwin', 'page-hinkley']) {
      const own = alarms.filter((alarm) => alarm.startsWith(kind));
      expect(own[0], kind).toMatch(/ level true 1[5-7]\d$/);
    }
    expect(run(0).alarms).toEqual([]);
  });

  it('go on after a restart as if nothing had happened', () => {
    for (const cut of [1, 149, 151, 160, 200]) expect(run(2, cut)).toEqual(run(2));
  });

  it.each([100, 500, 2000, 10_000])(
    'have a threshold of Page–Hinkley with about one alarm in %d independent values',
    (asked) => {
      const threshold = pageHinkleyThreshold(asked);
      const random = createRandom(5);
      let detector = createPageHinkley({ delta: 0.25, keep: 1, threshold }, fromReference);
      let alarms = 0;
      const values = 150 * asked;
      for (let at = 0; at < values; at++) {
        if (!detector.update(random.normal())) continue;
        alarms++;
        detector = createPageHinkley({ delta: 0.25, keep: 1, threshold }, fromReference);
      }
      expect(values / alarms).toBeGreaterThan(0.8 * asked);
      expect(values / alarms).toBeLessThan(3 * asked);
    },
  );
});

describe('words', () => {
  it('say what a score means, and since when', () => {
    const sinceMs = Date.parse('2001-03-06T14:00Z');
    expect(momentText(sinceMs)).toBe('Tue 6 Mar 14:00');
    const text = (score: string, up = true) => changeText({ score, up, sinceMs });
    expect(text('level')).toBe('has been rising since Tue 6 Mar 14:00');
    expect(text('level', false)).toBe('has been falling since Tue 6 Mar 14:00');
    expect(text('= DEN', false)).toBe('has DEN less often since Tue 6 Mar 14:00');
    expect(text('missing')).toBe('has been missing more often since Tue 6 Mar 14:00');
    expect(text('shape 3')).toBe('has had another shape since Tue 6 Mar 14:00');
  });
});
