import { describe, expect, it } from 'vitest';
import { numberColumn, textColumn } from '../../../../common/columns.ts';
import type { Frame } from '../../../../common/feature.ts';
import { createRandom } from '../../../../common/random.ts';
import { modelCare, withCurrentValues } from '../../../../drift/cause/care.ts';
import { type ConcentrateInput, concentrate } from '../../../../drift/cause/concentrate.ts';

/** Rows with forty firmwares, four regions, and a weight that `weigh` gives them. */
function side(rows: number, seed: number, weigh: (row: { firmware: string; region: string }, noise: number) => number) {
  const random = createRandom(seed);
  const made = Array.from({ length: rows }, () => ({
    firmware: `fw-${random.below(40)}`,
    region: ['north', 'south', 'east', 'west'][random.below(4)] as string,
    noise: random.normal(),
  }));
  const frame: Frame = {
    rows,
    fields: [
      { name: 'firmware', type: 'string' },
      { name: 'region', type: 'string' },
      { name: 'x', type: 'number' },
    ],
    columns: [
      textColumn(made.map(({ firmware }) => firmware)),
      textColumn(made.map(({ region }) => region)),
      numberColumn(made.map(({ noise }) => noise)),
    ],
  };
  return { frame, weights: Float64Array.from(made, (row) => weigh(row, row.noise)) };
}

function find(
  seed: number,
  weigh: (row: { firmware: string; region: string }, noise: number) => number,
  change: Partial<ConcentrateInput> = {},
  rows = 800,
) {
  const reference = side(2000, seed, (_, noise) => noise);
  const current = side(rows, seed + 1, weigh);
  return concentrate({
    reference: reference.frame,
    current: current.frame,
    referenceWeights: reference.weights,
    currentWeights: current.weights,
    exclude: [],
    ...change,
  });
}

describe('where a change is', () => {
  it('is named: one firmware of forty', () => {
    const found = find(1, ({ firmware }, noise) => noise + (firmware === 'fw-7' ? 8 : 0));
    expect(found?.conditions).toEqual([{ feature: 'firmware', value: 'fw-7' }]);
    expect(found?.support).toBeCloseTo(0.025, 1);
    expect(found?.share).toBeGreaterThan(0.8);
    expect(found?.text).toMatch(/^it comes from firmware fw-7: .* % of events carry .* % of the change$/);
  });

  it('is named by two conditions where it takes both', () => {
    const both = find(
      3,
      ({ firmware, region }, noise) => noise + (firmware === 'fw-7' && region === 'east' ? 10 : 0),
      {},
      3000,
    );
    expect(both?.conditions).toEqual([
      { feature: 'firmware', value: 'fw-7' },
      { feature: 'region', value: 'east' },
    ]);
  });

  it('is nowhere in particular where all events move', () => {
    const seeds = Array.from({ length: 60 }, (_, at) => 100 + 2 * at);
    const named = seeds.filter((seed) => find(seed, (_, noise) => noise + 0.5) !== undefined);
    expect(named.length).toBeLessThanOrEqual(2);
  });

  it('is not sought among excluded features, nor where nothing grew', () => {
    const weigh = ({ firmware }: { firmware: string }, noise: number) => noise + (firmware === 'fw-7' ? 8 : 0);
    expect(find(1, weigh, { exclude: ['firmware'] })).toBeUndefined();
    expect(find(1, (_, noise) => noise - 3)).toBeUndefined();
  });
});

describe('numbers as a place', () => {
  const random = createRandom(9);
  const frameOf = (rows: number, name: string, value: () => number): Frame => ({
    rows,
    fields: [{ name, type: 'number' }],
    columns: [numberColumn(Array.from({ length: rows }, value))],
  });
  const among = (name: string, value: () => number, exclude: readonly string[] = []) => {
    const [reference, current] = [frameOf(2000, name, value), frameOf(800, name, value)];
    const { columns } = current;
    const values = columns[0]?.kind === 'number' ? columns[0].values : new Float64Array(0);
    const high = [...values].sort((a, b) => a - b)[720] as number;
    return concentrate({
      reference,
      current,
      referenceWeights: Float64Array.from({ length: 2000 }, () => random.normal()),
      currentWeights: Float64Array.from(values, (one) => random.normal() + (one >= high ? 8 : 0)),
      exclude,
    });
  };
  const sevenths = () => random.below(70) / 7;

  it('are told in ranges, whole ones as they are', () => {
    const { feature, value } = among('load', sevenths)?.conditions[0] ?? {};
    expect(feature).toBe('load');
    expect(value).toMatch(/^(\(\d(\.\d\d?)?, \d(\.\d\d?)?\]|> \d(\.\d\d?)?)$/);
    expect(among('port', () => 10_001 + random.below(10))?.conditions[0]?.value).toBe('10010');
  });

  it('are none where they are measured of what changed', () => {
    expect(among('review.unknown', sevenths)?.conditions[0]?.feature).toBe('review.unknown');
    expect(among('review.unknown', sevenths, ['review.length'])).toBeUndefined();
    expect(among('review.unknown', sevenths, ['review'])).toBeUndefined();
    expect(among('review.stars', sevenths, ['review.length'])).toBeDefined();
  });
});

describe('what a change means to a model', () => {
  it('puts the current values into the rows of the reference, whatever the dictionaries', () => {
    const reference = {
      rows: 3,
      fields: [{ name: 'a', type: 'string' }],
      columns: [textColumn(['p', 'q', 'p'])],
    } as const;
    const current = { rows: 2, fields: [{ name: 'a', type: 'string' }], columns: [textColumn([null, 'r'])] } as const;
    expect(withCurrentValues(reference, current, 'a')?.columns).toEqual([
      { ...textColumn([null, 'r', null]), codes: Int32Array.of(0, 0, 0) },
    ]);
    expect(withCurrentValues(reference, current, 'b')).toBeUndefined();
  });

  it('is said in words with what is known', () => {
    const prediction = { before: 0.2, after: 0.25 };
    const care = modelCare({ model: 'late', effect: 0.5, importance: 0.4, prediction });
    expect(care).toMatchObject({ importance: 0.4, weighted: 0.2, prediction });
    expect(care?.text).toBe(
      '40 % of what late decides hangs on it; its values now move the mean prediction of late from 0.2 to 0.25',
    );
    expect(modelCare({ model: 'late', effect: 0.5, importance: undefined, prediction: undefined })).toBeUndefined();
  });
});
