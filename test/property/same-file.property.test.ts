import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Column, numberColumn, textColumn, vectorColumn } from '../../common/columns.ts';
import type { FeatureField, Frame } from '../../common/feature.ts';
import { createRandom, type Random } from '../../common/random.ts';
import { selectRows } from '../../common/select.ts';
import { compareFrames } from '../../drift/compare.ts';
import { compareJoint } from '../../drift/joint/compare-joint.ts';

type Made = readonly [FeatureField['type'], Column];
type Maker = (rows: number, period: number, random: Random) => Made;

function numbers(at: (row: number, random: Random, period: number, rows: number) => number | null): Maker {
  return (rows, period, random) => [
    'number',
    numberColumn(Array.from({ length: rows }, (_, row) => at(row, random, period, rows))),
  ];
}
function texts(at: (row: number, random: Random, period: number) => string | null): Maker {
  return (rows, period, random) => [
    'string',
    textColumn(Array.from({ length: rows }, (_, row) => at(row, random, period))),
  ];
}
const words = ['red', 'green', 'blue', 'small', 'large', 'old', 'new', 'left', 'right'];

/** What files are made of; `period` is how many sensors, shops, days come in turns. */
const makers = {
  normal: numbers((_, random) => random.normal()),
  periodic: numbers((row, _, period) => row % period),
  'periodic and noisy': numbers((row, random, period) => 10 * (row % period) + random.normal()),
  sorted: numbers((row) => row),
  'sorted with ties': numbers((row, _, period, rows) => Math.floor((row * period) / rows)),
  constant: numbers(() => 7),
  'nearly constant': numbers((row, _, __, rows) => (row % Math.ceil(rows / 5) === 0 ? 1 + (row % 3) : 0)),
  tied: numbers((_, random, period) => random.below(period)),
  'missing in turns': numbers((row, random, period) => (row % period === 0 ? null : random.normal())),
  'text in turns': texts((row, _, period) => `s${row % period}`),
  'sorted text': texts((row) => `v${String(Math.floor(row / 50)).padStart(4, '0')}`),
  'constant text': texts(() => 'same'),
  identifier: texts((row) => `A-${(row * 7919) % 104729}`),
  sentences: texts(
    (row, random) => `${words[random.below(9)]} ${words[random.below(9)]} word${row} ${words[random.below(9)]}`,
  ),
  vector: (rows: number, _: number, random: Random): Made => [
    'vector',
    vectorColumn(
      96,
      Array.from({ length: rows }, () => Array.from({ length: 96 }, () => random.normal())),
    ),
  ],
} satisfies Record<string, Maker>;
type Kind = keyof typeof makers;
const kinds = Object.keys(makers) as Kind[];

interface Shape {
  readonly rows: number;
  readonly period: number;
  readonly kinds: readonly Kind[];
  readonly seed: number;
}

function frameOf({ rows, period, kinds: chosen, seed }: Shape): Frame {
  const random = createRandom(seed);
  const made = chosen.map((kind) => (makers[kind] as Maker)(rows, period, random));
  return {
    rows,
    fields: made.map(([type], at) => ({ name: `f${at} ${chosen[at]}`, type })),
    columns: made.map(([, column]) => column),
  };
}

function alarmsOf(reference: Frame, current: Frame): string[] {
  // The command's budgets, and much larger ones.
  return [0.01, 0.5].flatMap((budget) => {
    const features = compareFrames(reference, current, { budget: 0.8 * budget });
    const joint = compareJoint(reference, current, features, { budget: 0.2 * budget }) ?? [];
    return [...features, ...joint].filter(({ alarm }) => alarm).map(({ name, why }) => `${name}: ${why}`);
  });
}

const shapes = fc.record({
  rows: fc.oneof(fc.integer({ min: 10, max: 300 }), fc.integer({ min: 200, max: 5000 })),
  period: fc.integer({ min: 2, max: 12 }),
  kinds: fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 8 }),
  seed: fc.nat(1_000_000),
});
const fourInTurns: Shape = { rows: 200, period: 4, kinds: ['sorted', 'text in turns', 'periodic and noisy'], seed: 1 };

describe('a file compared with itself', () => {
  it('never alarms, whatever the order of its rows', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const frame = frameOf(shape);
        expect(alarmsOf(frame, frame)).toEqual([]);
      }),
      { numRuns: 60, examples: [[fourInTurns], [{ ...fourInTurns, kinds: ['sentences', 'vector'], rows: 3000 }]] },
    );
  });

  it('nor in another order', () => {
    fc.assert(
      fc.property(shapes, fc.nat(1000), (shape, seed) => {
        // Of more rows than are looked at, another order is another sample.
        const frame = frameOf({ ...shape, rows: Math.min(shape.rows, 4000) });
        const random = createRandom(seed);
        const order = Int32Array.from({ length: frame.rows }, (_, row) => row);
        for (let at = order.length - 1; at > 0; at--) {
          const other = random.below(at + 1);
          [order[at], order[other]] = [order[other] as number, order[at] as number];
        }
        expect(alarmsOf(frame, selectRows(frame, order))).toEqual([]);
      }),
      { numRuns: 30, examples: [[fourInTurns, 1]] },
    );
  });
});
