import { mergeInto } from '../profile/merge.ts';
import type { Profile } from '../profile/profile.ts';
import { measureSlice, sliceSeason } from './slice-model.ts';
import type { Watch } from './watch.ts';

/** One feature of one segment since a change began. */
export interface ChangeSince {
  readonly profile: Profile;
  /** How far each score's mean is from what the season lets expect, in standard deviations of an event, shape `[names]`. */
  readonly moved: readonly number[];
  /** What the season lets expect of them, shape `[names]`. */
  readonly season: readonly number[];
}

/** Puts slices together, in any order; undefined where there is none with an event. */
export function changeSince(
  { table, model }: Watch,
  slices: readonly { readonly startMs: number; readonly profile: Profile }[],
): ChangeSince | undefined {
  const [first, ...others] = slices.filter(({ profile }) => profile.n > 0);
  if (first === undefined) return undefined;
  const sums = model.names.map(() => 0);
  const expected = model.names.map(() => 0);
  for (const { startMs, profile } of [first, ...others]) {
    const measure = measureSlice(table, startMs, profile);
    const season = sliceSeason(startMs, model.sliceMs, model.seasons);
    for (let score = 0; score < sums.length; score++) {
      const usual = profile.n * (model.means[score]?.[season] as number);
      sums[score] = (sums[score] as number) + (measure.sums[score] as number) - usual;
      expected[score] = (expected[score] as number) + usual;
    }
  }
  const total = {
    ...first.profile,
    bins: first.profile.bins.slice(),
    unseenValues: new Map(first.profile.unseenValues),
  };
  for (const { profile } of others) mergeInto(total, profile);
  const mean = (sum: number): number => sum / total.n;
  return { profile: total, moved: sums.map(mean), season: expected.map(mean) };
}
