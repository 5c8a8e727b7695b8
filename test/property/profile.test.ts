import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberColumn, textColumn } from '../../common/columns.ts';
import { categoricalBinning, numericBinning } from '../../drift/profile/binning.ts';
import { previousDouble, sortedFinite } from '../../drift/profile/doubles.ts';
import { emptyProfile, mergeInto, sumProfiles } from '../../drift/profile/merge.ts';
import type { Binning, Profile } from '../../drift/profile/profile.ts';
import { accumulate, createProfileSet, profileOf } from '../../drift/profile/profile-set.ts';
import { kolmogorovSmirnov, kolmogorovSmirnovOfProfiles } from '../../drift/statistics/kolmogorov-smirnov.ts';

const anyNumber = fc.oneof(fc.double(), fc.integer({ min: -5, max: 5 }), fc.constant(null));
const anyText = fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e'));

function profile(binning: Binning, values: readonly (number | string | null)[]): Profile {
  const set = createProfileSet(binning, 1);
  const column =
    binning.kind === 'numeric' ? numberColumn(values as (number | null)[]) : textColumn(values as (string | null)[]);
  accumulate(set, column, new Int32Array(values.length), values.length);
  return profileOf(set, 0);
}

/** Everything but the two sums, which addition rounds. */
function counts({ sumZ, sumZ2, ...rest }: Profile): Omit<Profile, 'sumZ' | 'sumZ2'> {
  return rest;
}

function holdsIdentity(one: Profile): void {
  const inBins = one.bins.reduce((sum, count) => sum + count, 0);
  expect(one.n).toBe(one.missing + one.invalid + one.nan + one.posInf + one.negInf + inBins + one.unseen);
}

const numeric = fc.tuple(
  fc.array(fc.double({ noNaN: true }), { maxLength: 60 }),
  fc.array(fc.array(anyNumber), { maxLength: 6 }),
);

describe('profiles', () => {
  it('of a concatenation are the merged profiles of its pieces, in any order, and n adds up', () => {
    fc.assert(
      fc.property(numeric, fc.integer(), ([reference, pieces], turn) => {
        const binning = numericBinning(Float64Array.from(reference), { bins: 128 });
        const whole = profile(binning, pieces.flat());
        const parts = pieces.map((piece) => profile(binning, piece));
        const at = pieces.length === 0 ? 0 : Math.abs(turn) % pieces.length;
        const turned = [...parts.slice(at), ...parts.slice(0, at)].reverse();
        expect(counts(sumProfiles(parts, binning))).toEqual(counts(whole));
        expect(counts(sumProfiles(turned, binning))).toEqual(counts(whole));
        holdsIdentity(whole);
      }),
    );
  });

  it('of text merge the same way, by nested merging too', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyText), { maxLength: 6 }), (pieces) => {
        const binning = categoricalBinning(['a', 'b'], [2, 1], 10);
        const whole = profile(binning, pieces.flat());
        const nested = emptyProfile(binning);
        const inner = emptyProfile(binning);
        pieces.forEach((piece, index) => {
          mergeInto(index % 2 === 0 ? nested : inner, profile(binning, piece));
        });
        mergeInto(nested, inner);
        expect(counts(nested)).toEqual(counts(whole));
        holdsIdentity(whole);
      }),
    );
  });

  it('never overstate KS, and miss at most what one bin of the reference holds', () => {
    const values = fc.array(
      fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 0, max: 4 })),
      {
        minLength: 1,
        maxLength: 80,
      },
    );
    fc.assert(
      fc.property(values, values, (reference, current) => {
        const binning = numericBinning(Float64Array.from(reference), { bins: 128 });
        const before = profile(binning, reference);
        const exact = kolmogorovSmirnov(
          sortedFinite(Float64Array.from(reference)),
          sortedFinite(Float64Array.from(current)),
        )?.value;
        const counted = kolmogorovSmirnovOfProfiles(before, profile(binning, current))?.value;
        expect(counted).toBeLessThanOrEqual((exact as number) + 1e-12);
        const shared = before.bins.map((count, bin) =>
          previousDouble(binning.edges[bin] ?? Number.NaN) === binning.edges[bin - 1] ? 0 : count,
        );
        expect(counted).toBeGreaterThanOrEqual((exact as number) - Math.max(...shared) / reference.length - 1e-12);
      }),
    );
  });
});
