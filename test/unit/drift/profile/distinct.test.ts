import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textColumn } from '../../../../common/columns.ts';
import { categoricalBinning, genericBinning } from '../../../../drift/profile/binning.ts';
import {
  addHash,
  distinctOf,
  hashText,
  mergeRegisters,
  type Registers,
  registerCount,
  registersOf,
} from '../../../../drift/profile/distinct.ts';
import { emptyProfile, mergeInto } from '../../../../drift/profile/merge.ts';
import { accumulate, createProfileSet, profileOf } from '../../../../drift/profile/profile-set.ts';

function counted(texts: Iterable<string>): Registers {
  const registers = new Uint8Array(registerCount);
  for (const text of texts) addHash(registers, hashText(text));
  return registersOf(registers);
}

function* numbered(count: number, prefix: string): Generator<string> {
  for (let at = 0; at < count; at++) yield `${prefix}${at}`;
}

describe('distinct values', () => {
  it.each([1, 10, 100, 1000, 2500, 4000, 10_000, 200_000])(
    'of %i texts are estimated without bias, within 3.3 %% each',
    (count) => {
      const errors = Array.from(
        { length: 40 },
        (_, at) => distinctOf(counted(numbered(count, `id-${at}-`))) / count - 1,
      );
      const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
      // Three standard errors of the mean of 40.
      expect(Math.abs(mean)).toBeLessThan((3 * 0.033) / Math.sqrt(40));
      expect(deviation).toBeLessThan(0.04);
    },
  );

  it('are none of none, and merge as sets do', () => {
    expect(distinctOf(new Map())).toBe(0);
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (one, other) => {
        const merged = counted(one);
        mergeRegisters(merged, counted(other));
        const both = counted([...other, ...one]);
        expect([...merged].sort(([a], [b]) => a - b)).toEqual([...both]);
      }),
    );
  });
});

describe('profiles', () => {
  const texts = Array.from({ length: 500 }, (_, at) => (at % 5 === 0 ? null : `v${at % 250}`));
  const column = textColumn(texts);
  const profileIn = (counting: Parameters<typeof createProfileSet>[2], binning = genericBinning('string')) => {
    const set = createProfileSet(binning, 1, counting);
    accumulate(set, column, new Int32Array(500), 500);
    return profileOf(set, 0);
  };

  it('count different values only where they are asked to', () => {
    expect(profileIn({}).distinct.size).toBe(0);
    expect(Math.abs(distinctOf(profileIn({ distinct: true }).distinct) - 200)).toBeLessThan(20);
    const profile = profileIn({ distinct: true, presenceOnly: true });
    expect([profile.missing, profile.unseen, profile.unseenValues.size]).toEqual([100, 400, 0]);
    expect(profile.distinct).toEqual(profileIn({ distinct: true }).distinct);
  });

  it('leave out the known ones, and add up to what they would be counted together', () => {
    const known = categoricalBinning(['v1', 'v2'], [2, 1], 10);
    const profile = profileIn({ distinct: true }, known);
    expect(Math.abs(distinctOf(profile.distinct) - 198)).toBeLessThan(20);
    const sum = emptyProfile(known);
    mergeInto(sum, profile);
    mergeInto(sum, profile);
    expect([sum.n, sum.distinct]).toEqual([1000, profile.distinct]);
  });
});
