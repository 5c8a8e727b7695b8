import { describe, expect, it } from 'vitest';
import { numberColumn, textColumn } from '../../../common/columns.ts';
import type { FeatureField } from '../../../common/feature.ts';
import { parseTimestampMs } from '../../../common/timestamp.ts';
import { compileRule } from '../../../validators/rule.ts';

const fields: readonly FeatureField[] = [
  { name: 'origin', type: 'string' },
  { name: 'destination', type: 'string' },
  { name: 'distance', type: 'number' },
  { name: 'hours', type: 'number' },
  { name: 'late', type: 'boolean' },
  { name: 'left', type: 'timestamp' },
  { name: 'landed', type: 'timestamp' },
  { name: 'is-new', type: 'boolean' },
];
interface Row {
  readonly origin?: string;
  readonly destination?: string;
  readonly distance?: number;
  readonly hours?: number;
  readonly late?: boolean;
  readonly left?: string;
  readonly landed?: string;
}

/** true, false, or undefined where it is not known. */
function holds(rule: string, row: Row): boolean | undefined {
  const logic = (value: boolean | undefined) => (value === undefined ? null : Number(value));
  const time = (value: string | undefined) => (value === undefined ? null : (parseTimestampMs(value) ?? null));
  const columns = [
    textColumn([row.origin ?? null]),
    textColumn([row.destination ?? null]),
    numberColumn([row.distance ?? null]),
    numberColumn([row.hours ?? null]),
    numberColumn([logic(row.late)]),
    numberColumn([time(row.left)]),
    numberColumn([time(row.landed)]),
    numberColumn([1]),
  ];
  const [value] = compileRule(rule, fields)(columns, 1);
  return Number.isNaN(value) ? undefined : value === 1;
}

describe('rules', () => {
  const flight: Row = { origin: 'ATL', destination: 'ORD', distance: 600, hours: 2, late: false };

  it.each([
    ['origin != destination', true],
    ['origin == destination', false],
    ['origin = "ATL"', true],
    ["'ATL' == origin and destination <> 'ATL'", true],
    ['origin < destination', true],
    ["origin >= 'B'", false],
    ["'O\\'Hare' == origin", false],
    ['distance / hours <= 1200', true],
    ['distance / hours > 1200 or late', false],
    ['2 + 3 * 4 == 14', true],
    ['(2 + 3) * 4 == 20', true],
    ['10 - 2 - 3 == 5', true],
    ['-distance < -distance + 1', true],
    ['1e3 > .5', true],
    ['not late', true],
    ['not late == true', true],
    ['not (distance > 5 and late)', true],
    ['NOT late AND distance IS NOT MISSING', true],
    ['true or distance > 1e9 and false', true],
    ['late = false', true],
    ['`is-new` and not `late`', true],
  ])('%s is %s', (rule, expected) => {
    expect(holds(rule, flight)).toBe(expected);
  });

  it.each([
    ['distance > 5', {}, undefined],
    ['distance > 5 or late', { late: true }, true],
    ['distance > 5 or late', { late: false }, undefined],
    ['distance > 5 and late', { late: false }, false],
    ['not (distance > 5)', {}, undefined],
    ['distance is missing', {}, true],
    ['not (distance is missing) or hours > 1', { hours: 2 }, true],
    ['(distance is missing or distance > 0) and hours > 0', { hours: -1 }, false],
    ['origin != destination', { origin: 'ATL' }, undefined],
    ["origin != 'ATL'", {}, undefined],
    ['distance / hours < 5', { distance: 1, hours: 0 }, undefined],
  ])('of absent values: %s for %j is %s', (rule, row, expected) => {
    expect(holds(rule, row)).toBe(expected);
  });

  it.each([
    ['landed > left', true],
    ['landed - left <= 3 * 3600 * 1000', true],
    ['left + 3600000 < landed', true],
    ["left >= '2001-01-01' and left < '2001-02-01T00:00:00Z'", true],
  ])('of times: %s', (rule, expected) => {
    expect(holds(rule, { left: '2001-01-31T10:00:00Z', landed: '2001-01-31T12:00:00Z' })).toBe(expected);
  });

  it.each([
    ['', 'expected a feature, a number or a text in quotes, found the end at character 1'],
    ['orign != destination', 'there is no feature orign; did you mean origin? at character 1'],
    ['origin == ATL', 'there is no feature ATL; a text stands in quotes at character 11'],
    ['origin > 5', 'a text cannot be compared with a number by > at character 8'],
    ['late < true', 'true or false cannot be compared with true or false by < at character 6'],
    ['distance', 'expected a comparison at character 1'],
    ['distance and late', 'expected true or false, found a number at character 1'],
    ["origin + 'x' == 'y'", 'a text + a text cannot be computed at character 8'],
    ['distance > 5 5', 'expected an operator, found 5 at character 14'],
    ['(distance > 5', 'expected ), found the end at character 14'],
    ["origin == 'ATL", "the quote ' is not closed at character 11"],
    ['distance > $5', 'unexpected $ at character 12'],
    ['1 < distance < 5', 'expected and, as in a < b and b < c, found < at character 14'],
    ['distance is 5', 'expected missing, found 5 at character 13'],
    ["left > 'yesterday'", 'a timestamp cannot be compared with a text by > at character 6'],
    ['left + landed > left', 'a timestamp + a timestamp cannot be computed at character 6'],
    ['constructor > 5', 'there is no feature constructor; a text stands in quotes at character 1'],
    [`${'('.repeat(60)}late${')'.repeat(60)}`, 'more than 50 levels at character 52'],
    [`late ${'or late '.repeat(1000)}`, 'more than 4096 characters at character 4097'],
  ])('%j is refused: %s', (rule, message) => {
    expect(() => compileRule(rule, fields)).toThrow(message);
  });

  it('compares texts of one dictionary and of two alike', () => {
    const one = textColumn(['a', 'b', null, 'c']);
    const two = textColumn(['c', 'b', 'b', 'x']);
    const text = fields.slice(0, 2);
    expect([...compileRule('origin == destination', text)([one, two], 4)]).toEqual([0, 1, Number.NaN, 0]);
    expect([...compileRule('origin != destination', text)([one, one], 4)]).toEqual([0, 0, Number.NaN, 0]);
    expect([...compileRule('origin <= destination', text)([one, two], 4)]).toEqual([1, 1, Number.NaN, 1]);
  });
});
