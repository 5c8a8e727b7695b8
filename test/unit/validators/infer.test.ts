import { describe, expect, it } from 'vitest';
import {
  type Column,
  createTextColumn,
  encode,
  numberColumn,
  setPresent,
  textColumn,
} from '../../../common/columns.ts';
import type { FeatureType } from '../../../common/feature.ts';
import { createRandom } from '../../../common/random.ts';
import { Verdict } from '../../../common/verdict.ts';
import { compileContract } from '../../../validators/compile.ts';
import { inferContract, inferWithNotes } from '../../../validators/infer.ts';
import { contractToYaml, parseContract } from '../../../validators/parse.ts';

function frameOf(rows: number, columns: Readonly<Record<string, readonly [FeatureType, Column]>>) {
  const entries = Object.entries(columns);
  return {
    rows,
    fields: entries.map(([name, [type]]) => ({ name, type })),
    columns: entries.map(([, [, column]]) => column),
  };
}

const repeat = <Value>(rows: number, of: (row: number) => Value): Value[] =>
  Array.from({ length: rows }, (_, row) => of(row));
function inferOne(type: FeatureType, column: Column, rows: number) {
  const inferred = inferWithNotes(frameOf(rows, { x: [type, column] }), { name: 'c' });
  return { feature: inferred.contract.features[0], notes: inferred.notes.get('x') ?? [], omitted: inferred.omitted };
}

describe('inferContract', () => {
  const random = createRandom(7);
  const rows = 5000;
  const frame = frameOf(rows, {
    origin: ['string', textColumn(repeat(rows, () => ['ATL', 'ORD', 'JFK', null][random.below(4)] ?? null))],
    id: ['string', textColumn(repeat(rows, (row) => `ev-${row}`))],
    distance: ['number', numberColumn(repeat(rows, () => 100 + random.next() * 900))],
    stops: ['integer', numberColumn(repeat(rows, () => random.below(4)))],
    late: ['boolean', numberColumn(repeat(rows, () => random.below(2)))],
    scheduled: ['timestamp', numberColumn(repeat(rows, (row) => 1e12 + row * 1000))],
    written: ['string', textColumn(repeat(rows, (row) => new Date(1e12 + row * 1000).toISOString()))],
    'delay (min)': ['number', numberColumn(repeat(rows, () => random.normal() * 30))],
    nothing: ['number', numberColumn(repeat(rows, () => null))],
  });

  it('gives a contract that its own data meets, and that comes back from its file', () => {
    const { contract, notes, omitted } = inferWithNotes(frame, { name: 'flights', exclude: ['id'] });
    expect(contract.features.map(({ name, type, required }) => [name, type, required])).toEqual([
      ['origin', 'string', false],
      ['distance', 'number', true],
      ['stops', 'integer', true],
      ['late', 'boolean', true],
      ['scheduled', 'timestamp', true],
      ['written', 'timestamp', true],
      ['delay__min_', 'number', true],
    ]);
    expect(contract.features.at(-1)?.path).toBe('/delay (min)');
    expect(omitted).toEqual([{ name: 'nothing', reason: 'it has no value in any row' }]);
    expect(parseContract(contractToYaml(contract, notes), 'c.yaml')).toEqual(contract);
    const { verdicts } = compileContract(contract).checkFrame(frame);
    expect(new Set(verdicts)).toEqual(new Set([Verdict.VALID]));
  });

  it('names presence and reasons', () => {
    const { notes } = inferWithNotes(frame, { name: 'flights' });
    expect(notes.get('origin')?.join('; ')).toMatch(
      /^in 3,\d+ of 5,000 rows \(7\d\.\d %\); 3 different values, the most frequent "/,
    );
    expect(notes.get('id')).toEqual(['in all of 5,000 rows', '5,000 different values, more than 1000: no domain']);
  });

  it('ranges have slack, more where there are few rows, on their side of zero', () => {
    const many = inferOne('integer', numberColumn(repeat(10_000, (row) => row % 101)), 10_000).feature;
    expect(many).toMatchObject({ type: 'integer', min: 0, max: 115 });
    const few = inferOne('integer', numberColumn(repeat(10, (row) => 100 + row * 10)), 10).feature;
    expect(few?.min).toBe(0);
    expect(few?.max).toBeGreaterThan(300);
    expect(inferOne('number', numberColumn([-3, -1]), 2).feature?.max).toBe(0);
  });

  it('constants, switches and huge numbers', () => {
    expect(inferOne('number', numberColumn(repeat(10, () => 5)), 10)).toMatchObject({
      notes: ['in all of 10 rows', 'always 5'],
    });
    expect(inferOne('integer', numberColumn(repeat(10, (row) => row % 2)), 10).feature).toMatchObject({
      min: 0,
      max: 1,
    });
    const huge = inferOne('number', numberColumn([-1.7e308, 1.7e308]), 2).feature;
    expect(huge).not.toHaveProperty('min');
    expect(inferOne('integer', numberColumn([2 ** 60, 1]), 2).feature?.type).toBe('number');
  });

  it('whole doubles are integers only where there are many of them', () => {
    expect(inferOne('number', numberColumn([1, 2, 3]), 3).feature?.type).toBe('number');
    expect(inferOne('number', numberColumn(repeat(1000, (row) => row)), 1000).feature?.type).toBe('integer');
  });

  it('NaN among numbers is flagged, not rejected', () => {
    const inferred = inferOne('number', numberColumn([1, Number.NaN, 3]), 3);
    expect(inferred.feature).toMatchObject({ onTypeMismatch: 'flag', required: true });
    expect(inferOne('number', numberColumn([Number.NaN]), 1).feature).toMatchObject({ onTypeMismatch: 'flag' });
  });

  it('domains are for values that repeat and of which no new ones are to be expected', () => {
    const domain = (values: (string | null)[]) => inferOne('string', textColumn(values), values.length).feature?.domain;
    expect(domain(repeat(10, (row) => (row % 2 === 0 ? 'a' : 'b')))?.values).toEqual(['a', 'b']);
    expect(domain(repeat(10, (row) => `v${row}`))).toBeUndefined();
    expect(domain([...repeat(9, () => 'a'), 'b'])).toBeUndefined();
    expect(domain(repeat(200, (row) => (row < 199 ? 'a' : 'b')))?.values).toEqual(['a', 'b']);
    expect(domain(repeat(8000, (row) => `v${row % 1001}`))).toBeUndefined();
    expect(domain(repeat(10, (row) => (row === 0 ? '' : 'a')))?.values).toEqual(['a']);
  });

  it('text of mixed types', () => {
    const infer = (values: (string | null)[]) => inferOne('string', textColumn(values), values.length).feature;
    expect(infer([...repeat(500, String), 'N/A'])).toMatchObject({
      type: 'integer',
      required: false,
      onTypeMismatch: 'reject',
    });
    expect(infer([...repeat(500, (row) => String(row / 2)), 'oops'])).toMatchObject({
      type: 'number',
      onTypeMismatch: 'flag',
    });
    expect(infer([...repeat(50, String), ...repeat(50, () => 'oops')])?.type).toBe('string');
    expect(infer(repeat(50, (row) => `00${row}`))?.type).toBe('string');
    expect(infer(repeat(50, String))?.type).toBe('string');
    expect(infer(['True', 'False'])?.type).toBe('boolean');
    expect(infer(['2001-01-01', '2001-13-01'])?.type).toBe('string');
    expect(infer(['20010101', '20010102'])?.type).toBe('string');
  });

  it('names that a contract cannot have are changed, and stay different', () => {
    const column = numberColumn([1]);
    const names = ['a b', 'a-b', '1st', '__proto__', 'größe'];
    const fields = [...names, ''].map((name) => ({ name, type: 'number' as const }));
    const { contract, omitted } = inferWithNotes({ rows: 1, fields, columns: fields.map(() => column) }, { name: 'c' });
    expect(contract.features.map(({ name }) => name)).toEqual(['a_b', 'a-b_2', '_1st', '___proto__', 'gr__e']);
    expect(contract.features.map(({ path }) => path)).toEqual(names.map((name) => `/${name}`));
    expect(omitted).toEqual([{ name: '', reason: 'it has no name' }]);
    expect(() => parseContract(contractToYaml(contract), 'c.yaml')).not.toThrow();
  });

  it('an empty frame has no features', () => {
    expect(inferContract(frameOf(0, { x: ['number', numberColumn([])] }), { name: 'c' }).features).toEqual([]);
  });

  it('three million rows take a moment', () => {
    const large = 3_000_000;
    const texts = createTextColumn(large);
    for (let row = 0; row < large; row++) {
      texts.codes[row] = encode(texts.dictionary, `v${row % 229}`);
      setPresent(texts.validity, row);
    }
    const numbers = numberColumn([]);
    const column: Column = {
      ...numbers,
      values: new Float64Array(large).map((_, row) => row % 4000),
      validity: new Uint8Array(large / 8).fill(255),
    };
    const begin = performance.now();
    const { features } = inferContract(frameOf(large, { t: ['string', texts], n: ['integer', column] }), { name: 'c' });
    expect(performance.now() - begin).toBeLessThan(3000);
    expect(features[0]?.domain?.values).toHaveLength(229);
    expect(features[1]).toMatchObject({ min: 0, max: 4411 });
  });
});
