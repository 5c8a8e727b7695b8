import { describe, expect, it } from 'vitest';
import { numberColumn, textColumn, vectorColumn } from '../../../../common/columns.ts';
import type { Frame } from '../../../../common/feature.ts';
import { createRandom } from '../../../../common/random.ts';
import { compareFrames } from '../../../../drift/compare.ts';
import { compareJoint } from '../../../../drift/joint/compare-joint.ts';

const rows = 1500;

/** An embedding and a number that goes with its first component, or goes the other way. */
function frameOf(seed: number, sign: 1 | -1, moved = 0): Frame {
  const random = createRandom(seed);
  const vectors = Array.from({ length: rows }, () => Array.from({ length: 6 }, () => random.normal() + moved));
  const flags = vectors.map(([first = 0]) => (sign * first + random.normal() > 0 ? 1 : 0));
  return {
    rows,
    fields: [
      { name: 'embedding', type: 'vector' },
      { name: 'flag', type: 'integer' },
    ],
    columns: [vectorColumn(6, vectors), numberColumn(flags)],
  };
}

function joint(reference: Frame, current: Frame) {
  return compareJoint(reference, current, compareFrames(reference, current), { budget: 0.002 });
}

describe('vectors of two files', () => {
  it('take part in joint tests by their measures', () => {
    expect(joint(frameOf(1, 1), frameOf(2, 1))?.map(({ alarm, judged }) => [alarm, judged])).toEqual(
      Array(4).fill([false, true]),
    );
    const turned = joint(frameOf(1, 1), frameOf(2, -1));
    expect(turned?.[0]?.why).toMatch(
      /^embedding\.p1 and flag no longer go together as before: rank correlation 0\.\d+ in the reference, -0\.\d+ now$/,
    );
  });

  it('do not where they have another dimension', () => {
    const other = frameOf(2, 1);
    const longer = { ...other, columns: [vectorColumn(2, Array(rows).fill([1, 2])), other.columns[1] as never] };
    expect(joint(frameOf(1, 1), longer)).toBeUndefined();
  });

  it('are told of in a few words, the largest change first', () => {
    const [embedding] = compareFrames(frameOf(1, 1), frameOf(2, 1, 2), { features: ['embedding'] });
    expect(embedding?.alarm).toBe(true);
    expect(embedding?.why.length).toBeLessThan(220);
    expect(embedding?.why).toMatch(/; and \d+ more$/);
  });
});

describe('what is said of a comparison', () => {
  it('names the test whose p it gives, as it stands in the statistics', () => {
    const random = createRandom(5);
    const numbers = (mean: number): Frame => ({
      rows: 300,
      fields: [
        { name: 'x', type: 'number' },
        { name: 'c', type: 'string' },
      ],
      columns: [
        numberColumn(Array.from({ length: 300 }, () => random.normal() + mean)),
        textColumn(Array.from({ length: 300 }, () => (random.next() < 0.3 + mean / 2 ? 'u' : 'v'))),
      ],
    });
    for (const { why, statistics } of compareFrames(numbers(0), numbers(0.6))) {
      const [, p, test] = /, p (\S+) by (KS|chi-square)/.exec(why) ?? [];
      const wanted = statistics[test === 'KS' ? 'ks' : 'chi2']?.p_value ?? Number.NaN;
      expect(Math.abs(Number(p) / wanted - 1), why).toBeLessThan(0.06);
    }
  });

  it('calls times on one side and text that reads as such on the other times', () => {
    const at = (row: number) => Date.UTC(2026, 0, 1) + row * 60_000;
    const frame = (asText: boolean): Frame => ({
      rows: 500,
      fields: [{ name: 'at', type: asText ? 'string' : 'timestamp' }],
      columns: [
        asText
          ? textColumn(Array.from({ length: 500 }, (_, row) => new Date(at(row)).toISOString()))
          : numberColumn(Array.from({ length: 500 }, (_, row) => at(row))),
      ],
    });
    const [compared] = compareFrames(frame(true), frame(false));
    expect(compared).toMatchObject({ type: 'timestamp', alarm: false });
    expect(compared?.why).toMatch(/^times on one side, text that reads as such on the other; /);
  });
});
