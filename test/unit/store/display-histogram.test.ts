import { expect, test } from 'vitest';
import { numberColumn, textColumn } from '../../../common/columns.ts';
import { createRandom } from '../../../common/random.ts';
import { categoricalBinning, numericBinning } from '../../../drift/profile/binning.ts';
import type { Binning, Profile } from '../../../drift/profile/profile.ts';
import { accumulate, createProfileSet, profileOf } from '../../../drift/profile/profile-set.ts';
import { displayHistogram } from '../../../store/read-model/display-histogram.ts';

function profile(binning: Binning, values: readonly (number | string | null)[]): Profile {
  const set = createProfileSet(binning, 1);
  const column =
    binning.kind === 'numeric'
      ? numberColumn(values as readonly (number | null)[])
      : textColumn(values as readonly (string | null)[]);
  accumulate(set, column, new Int32Array(values.length), values.length);
  return profileOf(set, 0);
}

test('numeric bars have round edges, and their shares are those of the values', () => {
  const random = createRandom(1);
  const values = Array.from({ length: 20_000 }, () => 100 + 15 * random.normal());
  const binning = numericBinning(Float64Array.from(values));
  const shown = displayHistogram(
    binning,
    profile(binning, values),
    profile(
      binning,
      values.map((value) => value * 1.6),
    ),
  );
  const inner = shown.bins.filter(({ from, to }) => from !== null && to !== null);
  expect(inner.length).toBeGreaterThan(15);
  expect(inner.length).toBeLessThan(45);
  expect(new Set(inner.map(({ from, to }) => (to ?? 0) - (from ?? 0)))).toEqual(new Set([5]));
  for (const { from, to, reference } of inner) {
    const exact = values.filter((value) => value > (from ?? 0) && value <= (to ?? 0)).length / values.length;
    expect(Math.abs(reference - exact)).toBeLessThan(0.004);
  }
});

test.each([
  ['constant', [5, 5, 5, 5]],
  ['zero', [0, 0, 0]],
  ['two spikes', [...Array(50).fill(1), ...Array(50).fill(1000)]],
  ['1e12 and a little', Array.from({ length: 100 }, (_, at) => 1e12 + at / 100)],
])('shares of %s values add up to one', (_, values: number[]) => {
  const binning = numericBinning(Float64Array.from(values));
  const shown = displayHistogram(binning, profile(binning, values), profile(binning, values));
  expect(shown.bins.length).toBeGreaterThan(0);
  expect(shown.bins.reduce((sum, { current }) => sum + current, 0)).toBeCloseTo(1, 9);
});

test('missing values have a bar of their own', () => {
  const binning = numericBinning(Float64Array.of(1, 2, 3));
  const { bins } = displayHistogram(binning, profile(binning, [1, 2, 3]), profile(binning, [1, null, null, 3]));
  expect(bins.at(-1)).toMatchObject({ label: 'missing', reference: 0, current: 0.5 });
});

test('a new category is shown by name though it is rare, and the rest together', () => {
  const known = Array.from({ length: 26 }, (_, at) => String.fromCharCode(97 + at));
  const binning = categoricalBinning(
    known,
    known.map(() => 10),
    100,
  );
  const before = known.flatMap((value) => Array(100).fill(value));
  const { bins } = displayHistogram(
    binning,
    profile(binning, before),
    profile(binning, [...before, ...Array(20).fill('XNA')]),
  );
  expect(bins.find(({ label }) => label === 'XNA')).toMatchObject({ reference: 0 });
  expect(bins.at(-1)?.label).toBe('all others');
  expect(bins.reduce((sum, { current }) => sum + current, 0)).toBeCloseTo(1, 9);
});
