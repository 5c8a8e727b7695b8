import { describe, expect, it } from 'vitest';
import { numberColumn, textColumn } from '../../../../common/columns.ts';
import type { Frame } from '../../../../common/feature.ts';
import { createRandom } from '../../../../common/random.ts';
import { selectRows } from '../../../../common/select.ts';
import { judgeJoint } from '../../../../drift/joint/judge-joint.ts';
import { buildReference } from '../../../../drift/reference/build-reference.ts';
import type { Reference } from '../../../../drift/reference/reference.ts';
import { referenceFromJson, referenceToJson } from '../../../../drift/reference/reference-json.ts';

const hourMs = 3_600_000;
const perHour = 200;

/** Hours of pairs of numbers with the rank correlation of `rho`, a third number and a category that go with nothing. */
function hours(count: number, seed: number, rho: number): { frame: Frame; timesMs: Float64Array } {
  const random = createRandom(seed);
  const rows = count * perHour;
  const x = Array.from({ length: rows }, () => random.normal());
  const frame: Frame = {
    rows,
    fields: [
      { name: 'x', type: 'number' },
      { name: 'y', type: 'number' },
      { name: 'z', type: 'number' },
      { name: 'c', type: 'string' },
    ],
    columns: [
      numberColumn(x),
      numberColumn(x.map((value) => Math.exp(rho * value + Math.sqrt(1 - rho * rho) * random.normal()))),
      numberColumn(x.map(() => (random.next() < 0.05 ? null : random.normal()))),
      textColumn(x.map(() => ['u', 'v', 'w'][random.below(3)] as string)),
    ],
  };
  return { frame, timesMs: Float64Array.from({ length: rows }, (_, row) => (row / perHour) * hourMs) };
}

function judge(reference: Reference, sample: Frame | undefined) {
  return judgeJoint({
    reference,
    sample,
    comparison: 'training:1h',
    window: { startMs: 200 * hourMs, endMs: 201 * hourMs },
    budget: { falseAlarmsPerWeek: 1, minEffect: 0.05 },
    judgementsPerWeek: 4 * 168,
  });
}

const made = { ...hours(96, 1, 0.8), origin: 'pairs', segments: [], windowsMs: [hourMs] };
const reference = buildReference({ ...made, joint: { features: [], windowsMs: [hourMs] } });

describe('several features at once', () => {
  it('are as before where nothing changed', () => {
    const judged = judge(reference, hours(1, 7, 0.8).frame);
    expect(judged.map(({ feature, alarm }) => [feature, alarm])).toEqual([
      ['@joint:correlation', false],
      ['@joint:mutual-information', false],
      ['@joint:pca', false],
      ['@joint:classifier', false],
    ]);
    for (const { critical, value } of judged) expect(Number.isFinite(critical) && value <= critical).toBe(true);
  });

  it('alarm where a pair goes together otherwise, and name it', () => {
    const judged = judge(reference, hours(2, 8, 0.1).frame);
    const [correlation, information] = judged;
    expect(correlation?.alarm).toBe(true);
    expect(correlation?.statistic).toBe('correlation_max');
    expect(correlation?.why).toMatch(
      /^x and y no longer go together as before: rank correlation 0\.7\d in the reference, 0\.\d\d now/,
    );
    expect(correlation?.detail.about).toEqual(['x', 'y']);
    expect(information?.why).toMatch(/^x and y tell less of each other than before: mutual information 0\.\d\d bits/);
    expect(judged.every(({ detail }) => detail.effect >= 0 && detail.effect <= 1)).toBe(true);
  });

  it('are judged by a copy of the reference as by itself', () => {
    const copy = referenceFromJson(referenceToJson(reference));
    const { frame } = hours(2, 9, 0.4);
    expect(judge(copy, frame)).toEqual(judge(reference, frame));
    expect(referenceToJson(copy)).toBe(referenceToJson(reference));
  });

  it('are not judged without enough of anything, and say so', () => {
    const { frame } = hours(1, 7, 0.8);
    const { sample, joint, ...old } = JSON.parse(referenceToJson(reference)) as Record<string, unknown>;
    expect([sample, joint].every((part) => part !== undefined)).toBe(true);
    const cases: readonly (readonly [Reference, Frame | undefined, RegExp])[] = [
      [referenceFromJson(JSON.stringify(old)), frame, /not enough reference: it was made without a sample/],
      [buildReference(made), frame, /not enough reference: nothing is known of its features together/],
      [
        buildReference({ ...made, joint: { features: [], windowsMs: [48 * hourMs] } }),
        frame,
        /not enough reference: 0 windows of this length/,
      ],
      [reference, undefined, /no sample of the events is kept/],
      [
        reference,
        selectRows(frame, Int32Array.of(1, 2, 3)),
        /only 3 events in the sample of the window; 100 are needed/,
      ],
    ];
    for (const [against, current, wanted] of cases) {
      const judged = judge(against, current);
      expect(judged).toHaveLength(4);
      for (const { why, critical, alarm } of judged) {
        expect(why).toMatch(wanted);
        expect([critical, alarm]).toEqual([Number.POSITIVE_INFINITY, false]);
      }
    }
  });

  it('are learnt the same from the same rows, and sampled without regard to their order of features', () => {
    const again = buildReference({ ...made, joint: { features: [], windowsMs: [hourMs] } });
    expect(referenceToJson(again)).toBe(referenceToJson(reference));
    expect(reference.sample?.frame.rows).toBe(2000);
  });
});
