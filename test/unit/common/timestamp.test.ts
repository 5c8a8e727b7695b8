import { describe, expect, it } from 'vitest';
import { parseTimestampMs } from '../../../common/timestamp.ts';

const at = Date.UTC(2001, 0, 31, 23, 59, 58, 0);

describe('parseTimestampMs', () => {
  it.each([
    ['2001-01-31T23:59:58Z', at],
    ['2001-01-31t23:59:58z', at],
    ['2001-01-31 23:59:58', at],
    ['2001-01-31T23:59:58', at],
    ['2001-01-31T23:59:58.5Z', at + 500],
    ['2001-01-31T23:59:58.123456789Z', at + 123],
    ['2001-01-31T23:59:58,25Z', at + 250],
    ['2001-02-01T00:59:58+01:00', at],
    ['2001-01-31T18:29:58-0530', at],
    ['2001-02-01T00:59:58+01', at],
    ['2001-01-31T23:59:58 +0000', at],
    ['2001-01-31 23:59:58 UTC', at],
    [' 2001-01-31T23:59:58Z ', at],
    ['20010131T235958Z', at],
    ['20010131T235958.5', at + 500],
    ['20010201T005958+0100', at],
    ['2001-01-31T23:59', at - 58_000],
    ['2001-01-31T23:59Z', at - 58_000],
    ['2001-01-31', Date.UTC(2001, 0, 31)],
    ['2000-02-29', Date.UTC(2000, 1, 29)],
    ['1969-12-31T23:59:59Z', -1000],
    ['0001-01-01', -62_135_596_800_000],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
    ['2001-01-31T24:00:00Z', Date.UTC(2001, 1, 1)],
    ['Wed, 31 Jan 2001 23:59:58 GMT', at],
    ['31 Jan 2001 23:59:58 -0000', at],
    ['Wed, 31 Jan 01 18:59:58 EST', at],
    ['Thu, 1 Feb 2001 01:59:58 +0200', at],
    [at / 1000, at],
    [at, at],
    [at * 1000, at],
    [at * 1e6, at],
    [String(at / 1000), at],
    [String(at), at],
    [`${at}123`, at],
    [`${at}123456`, at],
    [BigInt(at), at],
    [new Date(at), at],
    [0, 0],
    [-1.5, -1500],
  ])('reads %s', (value, expected) => {
    expect(parseTimestampMs(value)).toBe(expected);
  });

  it.each([
    '2001-02-30',
    '2001-02-29',
    '1900-02-29',
    '2001-13-01',
    '2001-00-01',
    '2001-01-00',
    '2001-01-32',
    '2001-01-31T24:00:01Z',
    '2001-01-31T25:00:00Z',
    '2001-01-31T23:60:00Z',
    '2001-01-31T23:58:60Z',
    '2001-01-31T23:59:58.Z',
    '2001-01-31T23:59:58ZZ',
    '2001-01-31T23:59:58+24:00',
    '2001-01-31T23:59:58+1:00',
    '2001-01-31T',
    '2001-01-31X23:59:58Z',
    '2001-1-31',
    '01/31/2001',
    '20010131',
    '12',
    '',
    'now',
    'Wed, 31 Foo 2001 23:59:58 GMT',
    'Wed, 30 Feb 2001 23:59:58 GMT',
    '+2001-01-31',
    '9'.repeat(20),
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e300,
    null,
    undefined,
    true,
    {},
    [],
    new Date(Number.NaN),
  ])('refuses %s', (value) => {
    expect(parseTimestampMs(value)).toBeUndefined();
  });

  it('agrees with Date on every day of four centuries', () => {
    const wrong: number[] = [];
    for (let ms = Date.UTC(1800, 0, 1, 12, 34, 56, 789); ms < Date.UTC(2200, 0, 1); ms += 86_400_000) {
      if (parseTimestampMs(new Date(ms).toISOString()) !== ms) wrong.push(ms);
    }
    expect(wrong).toEqual([]);
  });
});
