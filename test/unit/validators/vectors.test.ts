import { describe, expect, it } from 'vitest';
import { type Column, numberColumn, textColumn, valueAt as valueOfRow, vectorColumn } from '../../../common/columns.ts';
import type { Frame } from '../../../common/feature.ts';
import { Verdict } from '../../../common/verdict.ts';
import type { Violation } from '../../../common/violation.ts';
import { compileContract } from '../../../validators/compile.ts';
import { contractToYaml } from '../../../validators/contract-yaml.ts';
import { inferContract, inferWithNotes } from '../../../validators/infer.ts';
import { parseContract } from '../../../validators/parse.ts';
import { contractOf, judge, valueAt } from './events.ts';

const { VALID, FLAGGED, REJECTED } = Verdict;

describe('a vector', () => {
  const contract = contractOf('x: { type: vector, dimension: 3 }');

  it.each([
    [
      [1, 2, 3],
      [1, 2, 3],
    ],
    [
      [0.5, -0.25, 1e30],
      [0.5, -0.25, Math.fround(1e30)],
    ],
    ['[1, 2, 3]', [1, 2, 3]],
    [' [1,2,3]', [1, 2, 3]],
    [[], undefined],
    ['[]', undefined],
    [null, undefined],
    ['', undefined],
  ])('%j is taken as it is', (x, value) => {
    const judged = judge(contract, { x });
    expect([judged.verdict, judged.said, valueAt(judged)]).toEqual([VALID, [], value]);
  });

  it.each([
    [[1, 2], 'type_mismatch', 'a vector of 2'],
    [[1, 2, 3, 4], 'type_mismatch', 'a vector of 4'],
    ['[1, 2]', 'type_mismatch', 'a vector of 2'],
    [[1, null, 3], 'type_mismatch', 'a list whose component 1 (from 0) is null'],
    [[1, 2, 'x'], 'type_mismatch', 'a list whose component 2 (from 0) is a text'],
    [[1, 2, true], 'type_mismatch', 'a list whose component 2 (from 0) is a boolean'],
    [[[1, 2, 3], 2, 3], 'type_mismatch', 'a list whose component 0 (from 0) is a list itself'],
    [[1, 2, Number.NaN], 'not_finite', 'a list whose component 2 (from 0) is NaN'],
    [[1, 1e39, 3], 'precision_lost', 'a list whose component 1 (from 0) is beyond the range of 32-bit floats'],
    [5, 'type_mismatch', 'the number 5'],
    [{ 0: 1 }, 'type_mismatch', 'an object'],
    ['1, 2, 3', 'type_mismatch', 'the text 1, 2, 3'],
    ['[1, 2, NaN]', 'type_mismatch', 'the text [1, 2, NaN]'],
  ])('%j is rejected as %s, with its reason', (x, code, found) => {
    const judged = judge(contract, { x });
    expect([judged.verdict, judged.said]).toEqual([REJECTED, [`${code} /x`]]);
    expect(judged.violations[0]?.message).toBe(`expected a vector of 3 numbers, found ${found}`);
  });

  it('that cannot be used is absent where the contract only flags it', () => {
    const flagging = contractOf('x: { type: vector, dimension: 3, onTypeMismatch: flag }');
    const judged = judge(flagging, { x: [1, 2] });
    expect([judged.verdict, valueAt(judged)]).toEqual([FLAGGED, undefined]);
  });

  it('has a range for its components, that of 32-bit floats', () => {
    const ranged = contractOf('x: { type: vector, dimension: 2, min: -0.1, max: 0.1 }');
    expect(judge(ranged, { x: [0.1, -0.1] }).said).toEqual([]);
    const judged = judge(ranged, { x: [0, 3] });
    expect([judged.verdict, judged.said]).toEqual([FLAGGED, ['out_of_range /x']]);
    expect(judged.violations[0]?.message).toBe('expected a value from -0.1 to 0.1, found 3 as component 1 (from 0)');
    const rejecting = contractOf('x: { type: vector, dimension: 2, max: 1, otherwise: reject }');
    expect(judge(rejecting, { x: [0, 3] }).verdict).toBe(REJECTED);
  });

  it('may be asked for its presence in a rule, and for nothing else', () => {
    const ruled = contractOf('x: { type: vector, dimension: 2 }', 'rules: [{ name: r, require: x is not missing }]');
    expect(judge(ruled, {}).said).toEqual(['rule']);
    expect(judge(ruled, { x: [1, 2] }).said).toEqual([]);
    for (const rule of ['x == x', 'x > 1', 'x + 1 > 0'])
      expect(() => contractOf('x: { type: vector, dimension: 2 }', `rules: [{ name: r, require: ${rule} }]`)).toThrow(
        /a vector/,
      );
  });

  it('keeps its place among events that were rejected or have none, beyond the capacity', () => {
    const builder = compileContract(contract).createBuilder(1);
    const out: Violation[] = [];
    for (const x of [[1, 2, 3], [9, 9], null, [4, 5, 6], [7, 8, 9]]) builder.add({ x }, out);
    const { frame } = builder.finish();
    expect(Array.from({ length: frame.rows }, (_, row) => valueOfRow(frame.columns[0] as Column, row))).toEqual([
      [1, 2, 3],
      null,
      [4, 5, 6],
      [7, 8, 9],
    ]);
  });
});

describe('a contract', () => {
  it.each([
    ['x: { type: vector }', 'a vector needs its dimension'],
    ['x: { type: number, dimension: 3 }', 'a dimension is for vectors; this is number'],
    ['x: { type: vector, dimension: 0 }', '1'],
    ['x: { type: vector, dimension: 3, domain: { values: [1] } }', 'a vector has no domain'],
    ['x: { type: vector, dimension: 3, pattern: a }', 'length and pattern are for texts; this is vector'],
    ['x: { type: number, kind: text }', 'a kind is for strings; this is number'],
    ['x: { type: string, kind: text, domain: { values: [a] } }', 'what has a domain is a category, no text'],
    ['x: { type: vector, dimension: 3 }\nx.norm: { type: number }', 'this is the name of a measure of x'],
    ['x: { type: string }\nx.length: { type: number }', 'this is the name of a measure of x'],
  ])('%s is refused', (features, reason) => {
    expect(() => contractOf(features)).toThrow(reason);
  });

  it('of vectors and kinds comes back from its file', () => {
    const contract = contractOf('x: { type: vector, dimension: 3, min: -1 }\ny: { type: string, kind: identifier }');
    expect(parseContract(contractToYaml(contract), 'c.yaml')).toEqual(contract);
    expect(compileContract(contract).fields).toEqual([
      { name: 'x', type: 'vector', dimension: 3 },
      { name: 'y', type: 'string', kind: 'identifier' },
    ]);
  });
});

describe('a file', () => {
  const contract = contractOf('x: { type: vector, dimension: 2, onTypeMismatch: flag }');
  const check = (column: Frame['columns'][number], type: 'vector' | 'string' | 'number' = 'vector') => {
    const rows = column.validity.length === 0 ? 0 : 3;
    const { frame, violations } = compileContract(contract).checkFrame({
      rows,
      fields: [{ name: 'x', type }],
      columns: [column],
    });
    return {
      values: Array.from({ length: rows }, (_, row) => valueOfRow(frame.columns[0] as Column, row)),
      said: [...violations].map(([row, found]) => `${row} ${found[0]?.code} ${found[0]?.message}`),
    };
  };

  it('of vectors, of lists in texts and of other things is judged as events are', () => {
    expect(check(vectorColumn(2, [[1, 2], null, [Number.NaN, 1]]))).toEqual({
      values: [[1, 2], null, null],
      said: ['2 not_finite expected a vector of 2 numbers, found a list whose component 0 (from 0) is NaN'],
    });
    expect(check(textColumn(['[1,2]', '[1]', null]), 'string')).toEqual({
      values: [[1, 2], null, null],
      said: ['1 type_mismatch expected a vector of 2 numbers, found a vector of 1'],
    });
    expect(check(vectorColumn(3, [[1, 2, 3], null, null])).said).toEqual([
      '0 type_mismatch expected a vector of 2 numbers, found a vector of 3',
    ]);
    expect(check(numberColumn([1, null, null]), 'number').said).toEqual([
      '0 type_mismatch expected a vector of 2 numbers, found the number 1',
    ]);
  });

  it('of vectors does not fit a feature that is none', () => {
    const texts = compileContract(contractOf('x: { type: string, required: true }'));
    const fields = [{ name: 'x', type: 'vector' as const }];
    const { verdicts, violations } = texts.checkFrame({ rows: 2, fields, columns: [vectorColumn(2, [[1, 2], null])] });
    expect(Array.from(verdicts)).toEqual([REJECTED, REJECTED]);
    expect(violations.get(0)?.[0]?.message).toBe('expected a text, found an array');
    expect(violations.get(1)?.[0]?.code).toBe('missing');
  });
});

describe('inference', () => {
  it('makes vectors of lists of one length, and flags those that are not finite', () => {
    const frame: Frame = {
      rows: 3,
      fields: [{ name: 'e', type: 'vector', dimension: 2 }],
      columns: [
        vectorColumn(2, [
          [1, 2],
          [3, 4],
          [Number.NaN, 0],
        ]),
      ],
    };
    const [feature] = inferContract(frame, { name: 'c' }).features;
    expect(feature).toMatchObject({ type: 'vector', dimension: 2, required: true, onTypeMismatch: 'flag' });
  });

  it('tells texts of several words from identifiers', () => {
    const texts = Array.from({ length: 100 }, (_, at) => `parcel ${at} came late`);
    const ids = texts.map((_, at) => `id-${at * 7919}`);
    const frame: Frame = {
      rows: 100,
      fields: [
        { name: 'review', type: 'string' },
        { name: 'id', type: 'string' },
      ],
      columns: [textColumn(texts), textColumn(ids)],
    };
    const { contract, notes } = inferWithNotes(frame, { name: 'c' });
    expect(contract.features.map(({ kind }) => kind)).toEqual(['text', undefined]);
    expect(notes.get('review')?.at(-1)).toBe('most are of several words');
  });
});
