import { bitmapBytes, type NumberColumn } from '../../../../common/columns.ts';
import type { Binning, Profile } from '../../../../drift/profile/profile.ts';
import { accumulate, createProfileSet, profileOf } from '../../../../drift/profile/profile-set.ts';

/** All values present, in one profile. */
export function profileOfValues(values: Float64Array, binning: Binning): Profile {
  const set = createProfileSet(binning, 1);
  const column: NumberColumn = {
    kind: 'number',
    values,
    validity: new Uint8Array(bitmapBytes(values.length)).fill(255),
  };
  accumulate(set, column, new Int32Array(values.length), values.length);
  return profileOf(set, 0);
}
