import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Column, numberColumn, textColumn } from '../../../../common/columns.ts';
import type { FeatureType, Frame } from '../../../../common/feature.ts';
import { joinRows } from '../../../../drift/skew/join.ts';
import { type FeatureSkew, reportSkew } from '../../../../drift/skew/skew-report.ts';
import { countChunk, createTallies } from '../../../../drift/skew/tally.ts';
import { defaultTolerance, numbersAgree } from '../../../../drift/skew/value-pair.ts';

const keys = (...values: string[]) => ({ column: textColumn(values), rows: values.length });

describe('joinRows', () => {
  it('pairs equal keys, and says what is left', () => {
    const joined = joinRows(keys('a', 'b', 'c', 'x'), keys('c', 'y', 'a'), 'first');
    expect([...joined.training]).toEqual([0, 2]);
    expect([...joined.serving]).toEqual([2, 0]);
    expect([...joined.trainingOnly]).toEqual([1, 3]);
    expect([...joined.servingOnly]).toEqual([1]);
    expect(joined.duplicates.training).toEqual({ keys: 0, rows: 0, examples: [] });
  });

  it('takes the first or the last of several rows with one key, on each side by itself', () => {
    const sides = [keys('a', 'a', 'b', 'a'), keys('b', 'a', 'b', 'c', 'c')] as const;
    const first = joinRows(...sides, 'first');
    expect([[...first.training], [...first.serving]]).toEqual([
      [0, 2],
      [1, 0],
    ]);
    const last = joinRows(...sides, 'last');
    expect([[...last.training], [...last.serving]]).toEqual([
      [3, 2],
      [1, 2],
    ]);
    expect(last.duplicates).toEqual({
      training: { keys: 1, rows: 2, examples: ['a'] },
      serving: { keys: 2, rows: 2, examples: ['b', 'c'] },
    });
    expect(first.servingOnly.length).toBe(1);
  });

  it('accounts for every row, as the plain definition does', () => {
    const side = fc.array(fc.integer({ min: 0, max: 12 }).map(String), { maxLength: 30 });
    fc.assert(
      fc.property(side, side, fc.constantFrom('first' as const, 'last' as const), (a, b, keep) => {
        const joined = joinRows(keys(...a), keys(...b), keep);
        const row = (of: string[], key: string) => (keep === 'first' ? of.indexOf(key) : of.lastIndexOf(key));
        const wanted = [...new Set(a)].filter((key) => b.includes(key)).map((key) => [row(a, key), row(b, key)]);
        const pairs = [...joined.training].map((left, pair) => [left, joined.serving[pair] as number]);
        expect(pairs).toEqual(wanted);
        expect(pairs.length + joined.trainingOnly.length + joined.duplicates.training.rows).toBe(a.length);
        expect(pairs.length + joined.servingOnly.length + joined.duplicates.serving.rows).toBe(b.length);
      }),
    );
  });
});

function frame(columns: Readonly<Record<string, readonly [FeatureType, Column]>>, rows: number): Frame {
  const entries = Object.entries(columns);
  return {
    rows,
    fields: entries.map(([name, [type]]) => ({ name, type })),
    columns: entries.map(([, [, column]]) => column),
  };
}

function skewOf(
  training: readonly [FeatureType, Column],
  serving: readonly [FeatureType, Column],
  rows: number,
  options: { readonly tolerance?: number; readonly maxMismatch?: number } = {},
): FeatureSkew {
  const [a, b] = [frame({ x: training }, rows), frame({ x: serving }, rows)];
  const names = Array.from({ length: rows }, (_, row) => `k${row}`);
  const tallies = createTallies(a.fields, b.fields);
  countChunk(tallies, {
    training: a,
    serving: b,
    rows: joinRows(keys(...names), keys(...names), 'first'),
    keyOf: (row) => names[row] as string,
    tolerance: options.tolerance ?? defaultTolerance,
  });
  return reportSkew(tallies, options.maxMismatch ?? 0)[0] as FeatureSkew;
}

describe('one feature of joined events', () => {
  it('counts every pair once, values of one side apart', () => {
    const skew = skewOf(
      ['number', numberColumn([1, 2, null, 4, null])],
      ['number', numberColumn([1, 3, 3, null, null])],
      5,
    );
    expect(skew).toMatchObject({
      pairs: 5,
      compared: 2,
      mismatches: 1,
      both_missing: 1,
      missing_in_training: 1,
      missing_in_serving: 1,
      one_sided_rate: 0.4,
      failed: true,
    });
    expect(skew.mismatch_rate?.value).toBe(0.5);
    expect(skew.examples[0]).toEqual({ key: 'k1', training: 2, serving: 3 });
  });

  it('reads text as what the other side is: numbers, booleans, times', () => {
    const texts = (...values: string[]) => ['string', textColumn(values)] as const;
    expect(skewOf(['integer', numberColumn([1, 20])], texts('1', '2e1'), 2).mismatches).toBe(0);
    expect(skewOf(['boolean', numberColumn([1, 0])], texts('true', 'False'), 2).mismatches).toBe(0);
    const time = Date.UTC(2024, 0, 2, 3);
    expect(skewOf(['timestamp', numberColumn([time])], texts('2024-01-02 04:00:00+01:00'), 1).mismatches).toBe(0);
    expect(skewOf(['timestamp', numberColumn([time])], ['integer', numberColumn([time / 1000])], 1).mismatches).toBe(0);
    const unreadable = skewOf(['number', numberColumn([1, 2, 3])], texts('1', 'two', 'three'), 3);
    expect(unreadable).toMatchObject({ mismatches: 2, stories: [{ kind: 'unreadable' }] });
  });

  it('forgives numbers the tolerance, but not whole numbers and times', () => {
    const pair = (type: FeatureType, a: number, b: number) =>
      skewOf([type, numberColumn([a])], [type, numberColumn([b])], 1).mismatches;
    expect(pair('number', 0.1, Math.fround(0.1))).toBe(0);
    expect(pair('number', 1, 1.00001)).toBe(1);
    expect(pair('integer', 1e9, 1e9 + 1)).toBe(1);
    expect(pair('timestamp', 1.7e12, 1.7e12 + 1)).toBe(1);
  });

  it('fails beyond what is allowed only', () => {
    const columns = [['number', numberColumn([1, 2, 3, 4])], ['number', numberColumn([1, 2, 3, 5])], 4] as const;
    expect(skewOf(...columns, { maxMismatch: 0.25 }).failed).toBe(false);
    expect(skewOf(...columns, { maxMismatch: 0.24 }).failed).toBe(true);
  });
});

describe('numbersAgree', () => {
  it('knows NaN and infinities', () => {
    expect(numbersAgree(Number.NaN, Number.NaN, 0)).toBe(true);
    expect(numbersAgree(Number.NaN, 1, 0.5)).toBe(false);
    expect(numbersAgree(Infinity, Infinity, 0)).toBe(true);
    expect(numbersAgree(Infinity, 1e300, 0.5)).toBe(false);
  });
});
