import { describe, expect, it } from 'vitest';
import { numberColumn } from '../../../../common/columns.ts';
import { createRandom } from '../../../../common/random.ts';
import { measureFactor } from '../../../../drift/cause/measured-factor.ts';
import { numericBinning } from '../../../../drift/profile/binning.ts';
import { emptyProfile } from '../../../../drift/profile/merge.ts';
import type { NumericBinning, Profile } from '../../../../drift/profile/profile.ts';
import { accumulate, createProfileSet, profileOf } from '../../../../drift/profile/profile-set.ts';

function profile(values: readonly number[], binning: NumericBinning): Profile {
  const set = createProfileSet(binning, 1);
  accumulate(set, numberColumn(values), new Int32Array(values.length), values.length);
  return profileOf(set, 0);
}

const random = createRandom(5);
const routes = Array.from({ length: 30 }, () => Math.round(200 + 1800 * random.next()));
const populations = {
  'a gamma distribution': () => -5 * (Math.log(1 - random.next()) + Math.log(1 - random.next())),
  'a lognormal distribution': () => Math.exp(3 + 0.8 * random.normal()),
  'a normal distribution': () => 60 + 12 * random.normal(),
  'thirty values that repeat': () => routes[Math.floor(30 * random.next() ** 1.5)] as number,
};

describe('measureFactor', () => {
  it.each(Object.entries(populations))('holds the true factor of %s in nearly all intervals', (_, draw) => {
    const drawn = (n: number, factor = 1) => Array.from({ length: n }, () => factor * draw());
    const before = drawn(20_000);
    const binning = numericBinning(Float64Array.from(before));
    const reference = profile(before, binning);
    let [hits, tries] = [0, 0];
    for (const factor of [0.62, 1.609, 2, 100])
      for (let time = 0; time < 25; time++) {
        const n = time % 2 === 0 ? 100 : 1000;
        const found = measureFactor({ binning, reference, current: profile(drawn(n, factor), binning) });
        tries++;
        if (found !== undefined && found.low <= factor && factor <= found.high) hits++;
      }
    expect(hits / tries).toBeGreaterThan(0.95);
  });

  it('is far more exact than the means where values repeat', () => {
    const draw = populations['thirty values that repeat'];
    const before = Array.from({ length: 12_000 }, draw);
    const binning = numericBinning(Float64Array.from(before));
    const current = profile(
      Array.from({ length: 300 }, () => 1.609344 * draw()),
      binning,
    );
    const found = measureFactor({ binning, reference: profile(before, binning), current });
    if (found === undefined) expect.fail('nothing was measured');
    // By the means alone it would be ±8 %.
    expect(found.high / found.low).toBeLessThan(1.03);
    expect([found.low, found.high].map((end) => Math.sign(end - 1.609344))).toEqual([-1, 1]);
  });

  it('needs values', () => {
    const binning = numericBinning(Float64Array.of(1, 2, 3));
    const some = profile([1, 2, 3], binning);
    expect(measureFactor({ binning, reference: some, current: emptyProfile(binning) })).toBeUndefined();
    expect(measureFactor({ binning, reference: emptyProfile(binning), current: some })).toBeUndefined();
  });
});
