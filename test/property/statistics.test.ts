import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numericBinning } from '../../drift/profile/binning.ts';
import { sumProfiles } from '../../drift/profile/merge.ts';
import {
  type Answer,
  countStatistics,
  numberAnswers,
  numberStatistics,
  type Traits,
} from '../../drift/statistics/catalogue.ts';
import { fisherExact } from '../../drift/statistics/fisher-exact.ts';
import { twoProportions, twoProportionsZ } from '../../drift/statistics/two-proportions.ts';
import { profileOfValues } from '../unit/drift/profile/count.ts';

/** What a column may hold: anything at all, few values with many ties, a large offset, far outliers. */
const value = fc.oneof(
  { weight: 2, arbitrary: fc.double() },
  { weight: 2, arbitrary: fc.integer({ min: -2, max: 2 }) },
  { weight: 2, arbitrary: fc.double({ min: -10, max: 10, noNaN: true }) },
  { weight: 1, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }).map((v) => 1e12 + v) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1.7e308, 1.7e308, 5e-324, 0, -0) },
);
const values = fc.oneof(
  fc.array(value, { maxLength: 40 }),
  fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { maxLength: 60 }),
  fc.tuple(value, fc.nat({ max: 30 })).map(([one, count]) => new Array<number>(count).fill(one)),
);
const sample = values.map((all) => Float64Array.from(all).sort());
const counts = fc.integer({ min: 0, max: 12 }).chain((cells) => {
  const side = fc.array(fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 1_000_000 }), fc.constant(0)), {
    minLength: cells,
    maxLength: cells,
  });
  return fc.tuple(side, side);
});

function isSound(name: string, traits: Traits, answer: Answer | undefined): void {
  if (answer === undefined) return;
  const [least, most] = traits.range;
  expect(Number.isFinite(answer.value), `${name} is ${answer.value}`).toBe(true);
  expect(answer.value, name).toBeGreaterThanOrEqual(least - 1e-9);
  expect(answer.value, name).toBeLessThanOrEqual(most + 1e-9);
  if (answer.pValue === undefined) return;
  expect(answer.pValue, `p of ${name}`).toBeGreaterThanOrEqual(0);
  expect(answer.pValue, `p of ${name}`).toBeLessThanOrEqual(1);
}

/** Equal up to rounding, which a million cells or an offset of 1e12 make larger. */
function isSame(name: string, one: number | undefined, other: number | undefined): void {
  if (one === undefined || other === undefined) expect(one, name).toBe(other);
  else
    expect(Math.abs(one - other), `${name}: ${one} and ${other}`).toBeLessThanOrEqual(
      1e-7 * Math.max(1, Math.abs(one)),
    );
}

function isSameAnswer(name: string, one: Answer | undefined, other: Answer | undefined): void {
  isSame(name, one?.value, other?.value);
  isSame(`p of ${name}`, one?.pValue, other?.pValue);
}

function isSymmetric(name: string, traits: Traits, forth: Answer | undefined, back: Answer | undefined): void {
  if (traits.symmetry === 'none') return;
  isSame(name, forth?.value, traits.symmetry === 'even' || back === undefined ? back?.value : -back.value);
  isSame(`p of ${name}`, forth?.pValue, back?.pValue);
}

describe.each(Object.entries(countStatistics))('%s', (name, statistic) => {
  it('is finite, within its range, and symmetric where it says so', () => {
    fc.assert(
      fc.property(counts, ([reference, current]) => {
        const forth = statistic.of(reference, current);
        isSound(name, statistic, forth);
        isSymmetric(name, statistic, forth, statistic.of(current, reference));
      }),
    );
  });

  it('is 0 for equal shares, and defined wherever both sides have events unless it says otherwise', () => {
    fc.assert(
      fc.property(counts, ([reference]) => {
        const same = statistic.of(reference, reference);
        if (same !== undefined) isSame(name, same.value, 0);
        else if (statistic.undefinedWhen === 'a side has no values')
          expect(reference.every((count) => count === 0)).toBe(true);
      }),
    );
  });

  it('has no answer, rather than a wrong one, for empty sides and for counts that are none', () => {
    for (const [reference, current] of [
      [[], []],
      [
        [0, 0],
        [1, 2],
      ],
      [
        [1, 2],
        [0, 0],
      ],
      [
        [1, Number.NaN],
        [1, 2],
      ],
      [
        [1, 2],
        [3, -1],
      ],
      [
        [1, Number.POSITIVE_INFINITY],
        [1, 1],
      ],
    ] as const)
      expect(statistic.of(reference, current)).toBeUndefined();
  });

  it('takes a million categories', () => {
    const many = Float64Array.from({ length: 1_000_000 }, (_, cell) => 20 * ((cell * 7919) % 5));
    const others = Float64Array.from({ length: 1_000_000 }, (_, cell) => 20 * ((cell * 104_729) % 7));
    isSound(name, statistic, statistic.of(many, others));
    expect(statistic.of(many, others)).toBeDefined();
  });
});

describe.each(Object.entries(numberStatistics))('%s', (name, statistic) => {
  it('of samples is finite, within its range, and symmetric where it says so, whatever they hold', () => {
    fc.assert(
      fc.property(sample, sample, (reference, current) => {
        const forth = statistic.of(reference, current);
        isSound(name, statistic, forth);
        isSymmetric(name, statistic, forth, statistic.of(current, reference));
      }),
    );
  });

  it('of equal samples shows no change', () => {
    fc.assert(
      fc.property(sample, (reference) => {
        const same = statistic.of(reference, reference);
        if (same === undefined) return;
        if (name === 'ad') expect(same.value).toBeLessThan(0);
        else isSame(name, same.value, 0);
        if (same.pValue !== undefined) expect(same.pValue).toBeGreaterThanOrEqual(0.25);
      }),
    );
  });

  it('of profiles is as sound, and does not depend on how they were merged', () => {
    fc.assert(
      fc.property(values, values, fc.array(values, { maxLength: 4 }), (trained, first, others) => {
        const binning = numericBinning(Float64Array.from(trained), { bins: 128 });
        const pieces = [first, ...others].map((piece) => profileOfValues(Float64Array.from(piece), binning));
        const reference = profileOfValues(Float64Array.from(trained), binning);
        const whole = profileOfValues(Float64Array.from([first, ...others].flat()), binning);
        const answer = statistic.ofProfiles(reference, whole, binning);
        isSound(name, statistic, answer);
        // Far from the reference beside their own spread, values have sums that round differently in another order; counts never do.
        const spread = whole.sumZ2 - whole.sumZ ** 2 / Math.max(1, whole.n);
        if (!(whole.sumZ2 < 1e9 && spread >= 1e-6 * whole.sumZ2)) return;
        for (const order of [pieces, pieces.toReversed()])
          isSame(name, statistic.ofProfiles(reference, sumProfiles(order, binning), binning)?.value, answer?.value);
      }),
    );
  });

  it('has no answer for an empty, an all-missing or a one-sided column', () => {
    const none = new Float64Array(0);
    const some = Float64Array.of(1, 2, 3, 4, 5);
    const unusable = Float64Array.of(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN);
    for (const [reference, current] of [
      [none, none],
      [none, some],
      [some, none],
      [some, unusable],
      [unusable, some],
    ] as const)
      expect(statistic.of(reference, current)).toBeUndefined();
    const binning = numericBinning(some);
    const [full, empty] = [profileOfValues(some, binning), profileOfValues(unusable, binning)];
    for (const [reference, current] of [
      [full, empty],
      [empty, full],
      [empty, empty],
    ] as const)
      expect(statistic.ofProfiles(reference, current, binning)).toBeUndefined();
  });

  it('leaves NaN and infinities out', () => {
    fc.assert(
      fc.property(sample, sample, (reference, current) => {
        const finite = (all: Float64Array): Float64Array => all.filter(Number.isFinite);
        expect(statistic.of(reference, current)).toEqual(statistic.of(finite(reference), finite(current)));
      }),
    );
  });
});

describe('all of them', () => {
  it('in one walk are what they are one by one', () => {
    fc.assert(
      fc.property(sample, sample, (reference, current) => {
        const answers = numberAnswers(reference, current);
        for (const [name, statistic] of Object.entries(numberStatistics))
          isSameAnswer(name, answers[name], statistic.of(reference, current));
      }),
    );
  });

  it('of two shares are sound and symmetric, by z as exactly', () => {
    const side = fc.nat({ max: 3000 }).chain((of) => fc.record({ of: fc.constant(of), hits: fc.nat({ max: of }) }));
    fc.assert(
      fc.property(side, side, (reference, current) => {
        const traits: Traits = { unit: 'share', range: [-1, 1], symmetry: 'odd', undefinedWhen: '' };
        for (const test of [twoProportions, twoProportionsZ]) {
          const forth = test(reference, current);
          isSound(test.name, traits, forth);
          isSymmetric(test.name, traits, forth, test(current, reference));
        }
        isSame('fisher', fisherExact(reference, current), fisherExact(current, reference));
      }),
    );
  });
});
