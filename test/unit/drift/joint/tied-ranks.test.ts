import { describe, expect, it } from 'vitest';
import { numberColumn } from '../../../../common/columns.ts';
import type { Frame } from '../../../../common/feature.ts';
import { createRandom } from '../../../../common/random.ts';
import { selectRows } from '../../../../common/select.ts';
import { compareFrames } from '../../../../drift/compare.ts';
import { compareJoint } from '../../../../drift/joint/compare-joint.ts';
import { rankAssociation } from '../../../../drift/joint/rank-correlation.ts';
import { rankColumn } from '../../../../drift/joint/ranks.ts';

/** Pairs of columns that are zero but for a few rows, mostly the same ones, as the pixels at an image's edge. */
function sparse(rows: number, filled: number, seed: number): Frame {
  const random = createRandom(seed);
  const names = ['a', 'b', 'c'];
  const groups = names.map(() => {
    const chosen = new Set<number>();
    while (chosen.size < filled) chosen.add(random.below(rows));
    return chosen;
  });
  const columns = groups.flatMap((chosen) =>
    [1, 0.8].map((keep) =>
      numberColumn(
        Array.from({ length: rows }, (_, row) => (chosen.has(row) && random.next() < keep ? 1 + random.below(8) : 0)),
      ),
    ),
  );
  const fields = names.flatMap((name) => [1, 2].map((at) => ({ name: `${name}${at}`, type: 'number' as const })));
  return { rows, fields, columns };
}

function halves(frame: Frame, seed: number): [Frame, Frame] {
  const random = createRandom(seed);
  const rows: [number[], number[]] = [[], []];
  for (let row = 0; row < frame.rows; row++) (rows[random.below(2)] as number[]).push(row);
  return [selectRows(frame, Int32Array.from(rows[0])), selectRows(frame, Int32Array.from(rows[1]))];
}

function joint(reference: Frame, current: Frame) {
  return (
    compareJoint(reference, current, compareFrames(reference, current, { budget: 0.008 }), { budget: 0.002 }) ?? []
  );
}

describe('columns that are nearly constant', () => {
  it.each([4, 8, 16, 120])('give no alarm in random halves: %d rows of 1,200 are filled', (filled) => {
    const alarms = Array.from({ length: 6 }, (_, seed) => joint(...halves(sparse(1200, filled, seed), seed + 50)))
      .flat()
      .filter(({ alarm }) => alarm);
    expect(alarms).toEqual([]);
  });

  it('are compared where enough rows are filled, and a pair that comes apart is seen', () => {
    const reference = sparse(4000, 400, 1);
    const current = sparse(4000, 400, 2);
    const at = current.fields.findIndex(({ name }) => name === 'b2');
    const other = sparse(4000, 320, 3).columns[0] as Frame['columns'][number];
    const apart = { ...current, columns: current.columns.with(at, other) };
    const [correlation] = joint(reference, apart);
    expect(correlation?.why).toMatch(/^b1 and b2 no longer go together as before: rank correlation 0\.8/);
    expect(joint(reference, current).filter(({ alarm }) => alarm)).toEqual([]);
  });
});

describe('the rows a rank correlation rests on', () => {
  const scores = (values: number[]) => rankColumn(numberColumn(values), values.length).scores;
  const random = createRandom(3);
  const normals = (n: number) => Array.from({ length: n }, () => random.normal());

  it('are all rows of ranks without ties', () => {
    const x = normals(2000);
    const y = normals(2000).map((value, row) => value + (x[row] as number));
    expect(rankAssociation(scores(x), scores(normals(2000)))?.carriers).toBeGreaterThan(1900);
    expect(rankAssociation(scores(x), scores(y))?.carriers).toBeGreaterThan(1900);
  });

  it('are few where few rows stand apart from all others', () => {
    const x = Array.from({ length: 2000 }, (_, row) => (row < 3 ? 1 : 0));
    const y = Array.from({ length: 2000 }, (_, row) => (row < 4 ? 1 : 0));
    expect(rankAssociation(scores(x), scores(x))?.carriers).toBeCloseTo(3 * 3.24, 0);
    expect(rankAssociation(scores(x), scores(y))?.carriers).toBeLessThan(13);
    expect(rankAssociation(scores(x), scores(normals(2000)))?.carriers).toBeLessThan(25);
  });
});
