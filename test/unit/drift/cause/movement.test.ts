import { describe, expect, it } from 'vitest';
import { numberColumn } from '../../../../common/columns.ts';
import { createRandom } from '../../../../common/random.ts';
import { carriersOf } from '../../../../drift/cause/carriers.ts';
import { movementOf } from '../../../../drift/cause/movement.ts';
import { categoricalBinning, numericBinning } from '../../../../drift/profile/binning.ts';
import { emptyProfile } from '../../../../drift/profile/merge.ts';
import { accumulate, createProfileSet, profileOf } from '../../../../drift/profile/profile-set.ts';

const random = createRandom(4);
const draw = (n: number, value: (normal: number) => number = (normal) => normal) =>
  Array.from({ length: n }, () => value(40 + 10 * random.normal()));
const before = draw(20_000);
const binning = numericBinning(Float64Array.from(before));
const profile = (values: readonly number[]) => {
  const set = createProfileSet(binning, 1);
  accumulate(set, numberColumn(values), new Int32Array(values.length), values.length);
  return profileOf(set, 0);
};
const reference = profile(before);
const movement = (value: (normal: number) => number, n = 1000) =>
  movementOf(binning, reference, profile(draw(n, value)));

describe('how a number moved', () => {
  it('is said by its median', () => {
    expect(movement((x) => x + 15 + 2 * random.normal())).toMatch(/^the median went from (39|40)\.\d+ to 5\d(\.\d+)?$/);
  });

  it('is said by its middle 90 %, or by a tail, where the median is as before', () => {
    expect(movement((x) => 40 + 2 * (x - 40))).toMatch(
      /^the middle 90 % lies between \d(\.\d+)? and 7\d(\.\d+)?, in the reference between 2\d(\.\d+)? and 5\d(\.\d+)?$/,
    );
    // Values that would have been between 45 and 50 go into the far tail on the right.
    expect(movement((x) => (x > 45 && x < 47 ? 57 : x), 4000)).toMatch(
      /^the share above 5\d(\.\d+)? went from 5 % to 1\d %$/,
    );
  });

  it('is not said where nothing of it moved', () => {
    expect(movement((x) => x)).toBeUndefined();
    expect(movementOf(binning, reference, emptyProfile(binning))).toBeUndefined();
    const letters = categoricalBinning(['a'], [1], 10);
    expect(movementOf(letters, emptyProfile(letters), emptyProfile(letters))).toBeUndefined();
  });
});

describe('the carriers of numbers', () => {
  it('are at most about ten coarse ranges, and frequent values by themselves', () => {
    const current = profile(draw(400, (x) => x + 15));
    const all = carriersOf({ binning, reference: reference.bins, current: current.bins, most: 100 });
    expect(all.length).toBeLessThanOrEqual(11);
    expect(all.reduce((sum, one) => sum + one.current, 0)).toBeGreaterThan(0.99);
    const spiked = numericBinning(Float64Array.from({ length: 1000 }, (_, at) => (at % 2 === 0 ? 0 : at)));
    const set = createProfileSet(spiked, 1);
    accumulate(set, numberColumn([0, 0, 0, 5, 700]), new Int32Array(5), 5);
    const now = profileOf(set, 0).bins;
    const wide = now.map(() => 1);
    expect(carriersOf({ binning: spiked, reference: wide, current: now }).map(({ label }) => label)).toContain('0');
  });
});
