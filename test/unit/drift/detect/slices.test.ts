import { describe, expect, it } from 'vitest';
import { createTextColumn, encode, type NumberColumn, setAbsent, setPresent } from '../../../../common/columns.ts';
import { createRandom } from '../../../../common/random.ts';
import {
  advanceDetectors,
  type DetectorAlarm,
  type DetectorsState,
  noDetectors,
} from '../../../../drift/detect/advance-detectors.ts';
import { calibrateSlices } from '../../../../drift/detect/calibrate-slices.ts';
import { scoreTableOf } from '../../../../drift/detect/score-table.ts';
import { measureSlice, type SliceMeasure, type SliceModel } from '../../../../drift/detect/slice-model.ts';
import { slicesOfColumn } from '../../../../drift/detect/slices-of-column.ts';
import type { Binning, Profile } from '../../../../drift/profile/profile.ts';
import { accumulate, createProfileSet, profileOf } from '../../../../drift/profile/profile-set.ts';
import { buildReference } from '../../../../drift/reference/build-reference.ts';
import { binningsOf } from '../../../../drift/reference/feature-binning.ts';
import { referenceFromJson, referenceToJson } from '../../../../drift/reference/reference-json.ts';

const sliceMs = 600_000;
const perSlice = 20;
const weekSlices = 1008;

function numbers(values: Float64Array): NumberColumn {
  return { kind: 'number', values, validity: new Uint8Array((values.length + 7) >> 3).fill(255) };
}

const timesFrom = (slice: number, rows: number): Float64Array =>
  Float64Array.from({ length: rows }, (_, row) => (slice + row / perSlice) * sliceMs);

/** Normal values with a season of a day. */
function normals(seed: number, slices: number, season = 0): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from(
    { length: slices * perSlice },
    (_, at) => random.normal() + season * Math.sin((2 * Math.PI * Math.floor(at / perSlice / 6)) / 24),
  );
}

function watch(values: Float64Array) {
  const column = numbers(values);
  const { binning } = binningsOf({ name: 'x', type: 'number' }, column, values.length);
  const set = createProfileSet(binning, 1);
  accumulate(set, column, new Int32Array(values.length), values.length);
  const table = scoreTableOf(binning, profileOf(set, 0));
  const slicesAt = (from: number, of: NumberColumn): SliceMeasure[] =>
    slicesOfColumn({
      column: of,
      timesMs: timesFrom(from, of.values.length),
      rows: of.values.length,
      binning,
      table,
      sliceMs,
    });
  const model = calibrateSlices(table, slicesAt(0, column), { sliceMs }) as SliceModel;
  return { binning, table, model, slicesAt };
}

const weeks = 4;
const plain = watch(normals(1, weeks * weekSlices));
const after = weeks * weekSlices;

function advanceAll(
  slices: readonly SliceMeasure[],
  model: SliceModel,
  falseAlarmsPerWeek: number,
  from: DetectorsState = noDetectors,
): { readonly state: DetectorsState; readonly alarms: readonly DetectorAlarm[] } {
  let state = from;
  const alarms: DetectorAlarm[] = [];
  for (const slice of slices) {
    const advanced = advanceDetectors(
      state,
      { startMs: slice.startMs, endMs: slice.startMs + sliceMs, measures: new Map([['|x', slice]]) },
      { watched: [{ key: '|x', modelId: 'r1', model }], falseAlarmsPerWeek },
    );
    state = advanced.state;
    alarms.push(...advanced.alarms);
  }
  return { state, alarms };
}

describe('measures of slices', () => {
  it('are the same from a column and from profiles', () => {
    const random = createRandom(9);
    const rows = 400;
    const column = numbers(Float64Array.from({ length: rows }, () => random.normal() * 3));
    for (let row = 0; row < rows; row += 7) setAbsent(column.validity, row);
    column.values[3] = Number.NaN;
    column.values[5] = Number.POSITIVE_INFINITY;
    const groups = Int32Array.from({ length: rows }, (_, row) => Math.floor(row / perSlice));
    const compare = (binning: Binning, table: typeof plain.table, of: Parameters<typeof accumulate>[1]): void => {
      const set = createProfileSet(binning, rows / perSlice);
      accumulate(set, of, groups, rows);
      const timesMs = timesFrom(0, rows);
      slicesOfColumn({ column: of, timesMs, rows, binning, table, sliceMs }).forEach((slice, at) => {
        const expected = measureSlice(table, at * sliceMs, profileOf(set, at));
        expect([slice.startMs, slice.n]).toEqual([expected.startMs, expected.n]);
        Array.from(slice.sums).forEach((sum, which) => {
          expect(sum).toBeCloseTo(expected.sums[which] as number, 9);
        });
      });
    };
    compare(plain.binning, plain.table, column);

    const text = createTextColumn(rows);
    for (let row = 0; row < rows; row++) {
      if (row % 11 === 0) continue;
      setPresent(text.validity, row);
      text.codes[row] = encode(text.dictionary, row % 5 === 0 ? 'rare' : row % 2 === 0 ? 'a' : 'b');
    }
    const binning: Binning = { kind: 'categorical', id: 'c', values: ['a', 'b'] };
    const profile: Profile = { ...profileOf(createProfileSet(binning, 1), 0), n: 100, bins: Float64Array.of(60, 40) };
    const table = scoreTableOf(binning, profile);
    expect(table.names).toEqual(['= a', '= b', 'unseen', 'missing', 'invalid']);
    compare(binning, table, text);
  });

  it('have mean 0 and variance 1 over the reference, the rare kinds aside', () => {
    const { names, scores, cells, shares } = plain.table;
    names.forEach((name, which) => {
      let mean = 0;
      let square = 0;
      shares.forEach((share, cell) => {
        mean += share * (scores[which * cells + cell] as number);
        square += share * (scores[which * cells + cell] as number) ** 2;
      });
      expect(mean, name).toBeCloseTo(0, 9);
      expect(square, name).toBeCloseTo(name === 'missing' || name === 'invalid' ? 0 : 1, 6);
    });
  });
});

describe('the model of slices', () => {
  it('needs 32 slices, and something to watch', () => {
    expect(calibrateSlices(plain.table, plain.slicesAt(0, numbers(normals(2, 31))), { sliceMs })).toBeUndefined();
    expect(calibrateSlices({ ...plain.table, names: [] }, [], { sliceMs })).toBeUndefined();
  });

  it('takes independent events for what they are, and learns a season', () => {
    const level = plain.model.names.indexOf('level');
    const extra = plain.model.bets.filter(({ score }) => score === level).map(({ cost, extra }) => extra / cost);
    expect(Math.max(...extra)).toBeLessThan(1);
    const seasonal = watch(normals(3, weeks * weekSlices, 1));
    const means = seasonal.model.means[level] as readonly number[];
    expect(seasonal.model.seasons).toBe(168);
    expect(Math.max(...means) - Math.min(...means)).toBeGreaterThan(1);
    const flat = plain.model.means[level] as readonly number[];
    expect(Math.max(...flat) - Math.min(...flat)).toBeLessThan(0.1);
  });

  it('stakes 1 in all, and is small plain JSON', () => {
    const { model } = plain;
    expect(model.bets.reduce((sum, { stake }) => sum + stake, 0)).toBeCloseTo(1, 3);
    expect(JSON.parse(JSON.stringify(model))).toEqual(model);
    expect(JSON.stringify(model).length).toBeLessThan(40_000);
  });
});

describe('a reference made for slices', () => {
  const values = normals(11, 200);
  const input = {
    frame: { rows: values.length, fields: [{ name: 'x', type: 'number' as const }], columns: [numbers(values)] },
    timesMs: timesFrom(0, values.length),
    origin: 'test',
    segments: [],
    windowsMs: [6 * sliceMs],
  };

  it('brings the model along, through JSON, too', () => {
    const reference = buildReference({ ...input, sliceMs });
    const again = referenceFromJson(referenceToJson(reference));
    expect(reference.slices?.models.get('x')?.bets.length).toBeGreaterThan(50);
    expect(again.slices).toEqual(reference.slices);
  });

  it('is the same reference without', () => {
    const without = buildReference(input);
    expect(without.slices).toBeUndefined();
    expect(without.id).toBe(buildReference({ ...input, sliceMs }).id);
    expect(referenceToJson(without)).not.toContain('"slices"');
  });
});

describe('advanceDetectors', () => {
  it('keeps its budget while nothing changes', () => {
    const quiet = numbers(normals(4, 12 * weekSlices));
    expect(advanceAll(plain.slicesAt(after, quiet), plain.model, 1).alarms.length).toBeLessThanOrEqual(12);
    expect(advanceAll(plain.slicesAt(after, quiet), plain.model, 0.1).alarms).toEqual([]);
  });

  it('keeps its budget through a season', () => {
    const seasonal = watch(normals(3, weeks * weekSlices, 1));
    const quiet = numbers(normals(5, 8 * weekSlices, 1));
    expect(advanceAll(seasonal.slicesAt(after, quiet), seasonal.model, 0.1).alarms.length).toBeLessThanOrEqual(1);
  });

  it('finds a change soon, and says which score, which way and since when', () => {
    const changeAt = 200;
    const values = normals(6, 300).map((value, at) => (at < changeAt * perSlice ? value : value + 0.5));
    const [alarm] = advanceAll(plain.slicesAt(after, numbers(values)), plain.model, 0.1).alarms;
    expect(alarm).toMatchObject({ key: '|x', score: 'level', up: true });
    const at = (ms: number | undefined): number => (ms ?? 0) / sliceMs - after;
    expect(at(alarm?.windowEndMs)).toBeGreaterThan(changeAt);
    expect(at(alarm?.windowEndMs)).toBeLessThan(changeAt + 15);
    expect(Math.abs(at(alarm?.sinceMs) - changeAt)).toBeLessThan(10);
    expect(alarm?.evidence).toBeGreaterThanOrEqual(alarm?.critical ?? Number.NaN);
  });

  it('finds what goes missing', () => {
    const column = numbers(normals(7, 100));
    const random = createRandom(1);
    for (let row = 1000; row < 2000; row++) if (random.next() < 0.05) setAbsent(column.validity, row);
    const [alarm] = advanceAll(plain.slicesAt(after, column), plain.model, 0.1).alarms;
    expect(alarm).toMatchObject({ score: 'missing', up: true });
  });

  it('passes over a slice that is counted already, so an interrupted round may be done again', () => {
    const slices = plain.slicesAt(after, numbers(normals(8, 20)));
    const { state } = advanceAll(slices, plain.model, 1);
    expect(advanceAll(slices, plain.model, 1, state)).toEqual({ state, alarms: [] });
  });

  it('forgets what is no longer watched, and evidence against another reference', () => {
    const slices = plain.slicesAt(after, numbers(normals(8, 20)));
    const { state } = advanceAll(slices, plain.model, 1);
    const next = { startMs: (after + 20) * sliceMs, endMs: (after + 21) * sliceMs, measures: new Map() };
    const options = { falseAlarmsPerWeek: 1 };
    expect(advanceDetectors(state, next, { ...options, watched: [] }).state.detectors).toEqual({});
    const watched = [{ key: '|x', modelId: 'r2', model: plain.model }];
    const sums = advanceDetectors(state, next, { ...options, watched }).state.detectors['|x']?.sums ?? [];
    expect(new Set(sums)).toEqual(new Set([0]));
  });

  it('asks less of each where many features move together', () => {
    const values = normals(6, 60).map((value, at) => (at < 400 ? value : value + 0.5));
    const slices = plain.slicesAt(after, numbers(values));
    const keys = Array.from({ length: 10 }, (_, at) => `|x${at}`);
    const watched = keys.map((key) => ({ key, modelId: 'r1', model: plain.model }));
    const first = (moving: readonly string[]): DetectorAlarm | undefined => {
      let state = noDetectors;
      for (const slice of slices) {
        const measures = new Map(moving.map((key) => [key, slice]));
        const window = { startMs: slice.startMs, endMs: slice.startMs + sliceMs, measures };
        const advanced = advanceDetectors(state, window, { watched, falseAlarmsPerWeek: 0.001 });
        state = advanced.state;
        if (advanced.alarms.length > 0) return advanced.alarms[0];
      }
      return undefined;
    };
    const together = first(keys);
    const alone = first(keys.slice(0, 1));
    expect(together?.windowEndMs).toBeLessThanOrEqual(alone?.windowEndMs ?? 0);
    expect(together?.critical).toBeCloseTo((alone?.critical ?? 0) / 10, 3);
  });
});
