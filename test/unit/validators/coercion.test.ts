import { describe, expect, it } from 'vitest';
import { Verdict } from '../../../common/verdict.ts';
import { contractOf, judge, valueAt } from './events.ts';

const { VALID, COERCED, FLAGGED, REJECTED } = Verdict;

describe('a number', () => {
  const contract = contractOf('x: { type: number }');
  it.each([
    [5, VALID, 5],
    [-0.5, VALID, -0.5],
    [1e300, VALID, 1e300],
    [1.5e19, VALID, 1.5e19],
    ['12', COERCED, 12],
    [' -1.5e3 ', COERCED, -1500],
    ['+.5', COERCED, 0.5],
    ['3.', COERCED, 3],
    [null, VALID, undefined],
    [undefined, VALID, undefined],
    ['', VALID, undefined],
    ['N/A', COERCED, undefined],
    ['null', COERCED, undefined],
    ['   ', COERCED, undefined],
  ])('%j is %i with value %s', (x, verdict, value) => {
    const judged = judge(contract, { x });
    expect([judged.verdict, valueAt(judged)]).toEqual([verdict, value]);
    expect(judged.said).toEqual(verdict === COERCED ? ['coerced /x'] : []);
  });

  it.each([
    ['twelve', 'type_mismatch'],
    ['0x10', 'type_mismatch'],
    ['1,000', 'type_mismatch'],
    ['12 km', 'type_mismatch'],
    [true, 'type_mismatch'],
    [[1], 'type_mismatch'],
    [{ valueOf: 1 }, 'type_mismatch'],
    ['1'.repeat(500), 'type_mismatch'],
    ['NaN', 'not_finite'],
    ['-Infinity', 'not_finite'],
    ['inf', 'not_finite'],
    [Number.NaN, 'not_finite'],
    [JSON.parse('1e400'), 'precision_lost'],
    ['1e400', 'precision_lost'],
    ['1e-400', 'precision_lost'],
    ['9007199254740993', 'precision_lost'],
  ])('%j is rejected as %s', (x, code) => {
    const judged = judge(contract, { x });
    expect([judged.verdict, judged.said]).toEqual([REJECTED, [`${code} /x`]]);
    expect(judged.checked.frame.rows).toBe(0);
    expect(judged.violations[0]?.value?.length).toBeLessThanOrEqual(200);
  });

  it('says what was expected and what was found', () => {
    expect(judge(contract, { x: 'twelve' }).violations[0]).toEqual({
      code: 'type_mismatch',
      path: '/x',
      message: 'expected a number, found the text twelve',
      value: 'twelve',
    });
  });
});

describe('the other types', () => {
  it.each([
    ['integer', 3, VALID, 3],
    ['integer', 3.5, REJECTED, 'type_mismatch'],
    ['integer', '3.0', COERCED, 3],
    ['integer', '3.5', REJECTED, 'type_mismatch'],
    ['integer', 2 ** 53, REJECTED, 'precision_lost'],
    ['integer', 2 ** 53 - 1, VALID, 2 ** 53 - 1],
    ['integer', '1e16', REJECTED, 'precision_lost'],
    ['boolean', true, VALID, 1],
    ['boolean', false, VALID, 0],
    ['boolean', 'TRUE', COERCED, 1],
    ['boolean', ' false ', COERCED, 0],
    ['boolean', 1, COERCED, 1],
    ['boolean', '0', COERCED, 0],
    ['boolean', 2, REJECTED, 'type_mismatch'],
    ['boolean', 'yes', REJECTED, 'type_mismatch'],
    ['string', 'x', VALID, 'x'],
    ['string', '', VALID, undefined],
    ['string', 'null', VALID, 'null'],
    ['string', 12, REJECTED, 'type_mismatch'],
    ['string', true, REJECTED, 'type_mismatch'],
    ['timestamp', '2001-01-31T00:00:00Z', VALID, 980_899_200_000],
    ['timestamp', 980_899_200, VALID, 980_899_200_000],
    ['timestamp', '2001-02-30', REJECTED, 'type_mismatch'],
    ['timestamp', 'N/A', COERCED, undefined],
    ['timestamp', Number.POSITIVE_INFINITY, REJECTED, 'precision_lost'],
    ['timestamp', true, REJECTED, 'type_mismatch'],
  ])('%s: %j is %i, %s', (type, x, verdict, result) => {
    const judged = judge(contractOf(`x: { type: ${type} }`), { x });
    expect(judged.verdict).toBe(verdict);
    if (verdict === REJECTED) expect(judged.said).toEqual([`${result} /x`]);
    else expect(valueAt(judged)).toBe(result);
  });
});

describe('presence', () => {
  it.each([{}, { x: null }, { x: '' }])('%j lacks what is required', (event) => {
    const rejecting = contractOf('x: { type: string, required: true }');
    expect(judge(rejecting, event)).toMatchObject({ verdict: REJECTED, said: ['missing /x'] });
    const flagging = contractOf('x: { type: string, required: true, onMissing: flag }');
    expect(judge(flagging, event)).toMatchObject({ verdict: FLAGGED, said: ['missing /x'] });
  });

  it('N/A is no number that is required', () => {
    expect(judge(contractOf('x: { type: number, required: true }'), { x: 'N/A' }).said).toEqual(['missing /x']);
  });

  it('a mismatch that is only flagged leaves the value absent', () => {
    const judged = judge(contractOf('x: { type: number, required: true, onTypeMismatch: flag, min: 5 }'), {
      x: 'oops',
    });
    expect([judged.verdict, judged.said, valueAt(judged)]).toEqual([FLAGGED, ['type_mismatch /x'], undefined]);
  });

  it('an event may have more than one thing wrong, and all of it is said', () => {
    const contract = contractOf('a: { type: number }\nb: { type: string, required: true }\nc: { type: integer }');
    expect(judge(contract, { a: 'x', c: '3' }).said).toEqual(['type_mismatch /a', 'missing /b', 'coerced /c']);
  });
});

describe('where values are read', () => {
  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('%s of the prototype is no value', (key) => {
    const contract = contractOf(`x: { type: string, path: /${key} }`);
    expect(judge(contract, {}).said).toEqual([]);
    const own = JSON.parse(`{"${key}":"data"}`) as Record<string, unknown>;
    expect(valueAt(judge(contract, own))).toBe('data');
  });

  it('nested objects and arrays are followed by own keys only', () => {
    const contract = contractOf('x: { type: string, path: /user/tags/1 }');
    expect(valueAt(judge(contract, { user: { tags: ['a', 'b'] } }))).toBe('b');
    expect(valueAt(judge(contract, { user: null }))).toBeUndefined();
    expect(
      valueAt(judge(contractOf('x: { type: integer, path: /user/tags/length }'), { user: { tags: {} } })),
    ).toBeUndefined();
  });
});

describe('unknown fields', () => {
  const event = { x: 1, extra: 2, __proto__x: 3 };
  it.each([
    ['ignore', VALID, []],
    ['flag', FLAGGED, ['unknown_field /extra', 'unknown_field /__proto__x']],
    ['reject', REJECTED, ['unknown_field /extra', 'unknown_field /__proto__x']],
  ])('%s', (unknownFields, verdict, said) => {
    const contract = contractOf('x: { type: number }', `unknownFields: ${unknownFields}`);
    expect(judge(contract, event)).toMatchObject({ verdict, said });
  });
});
