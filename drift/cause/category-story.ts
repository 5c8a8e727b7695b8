import type { CategoricalBinning, Profile } from '../profile/profile.ts';
import { total } from '../statistics/counts.ts';
import type { Story } from './story.ts';
import { formatShare, listOf } from './words.ts';

/** A category counts as vanished where so many events of it were to be expected and none came. */
const minExpected = 20;

/** The unknown values of a window by name, the most frequent first. */
export function newCategoryStory(current: Profile): Story {
  const names = [...current.unseenValues].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  // One stray event of another new value is not what the alarm is about.
  const values = names.filter(([, count]) => count >= current.unseen / 10).map(([value]) => value);
  const share = current.n === 0 ? 0 : current.unseen / current.n;
  const named = values.length === 0 ? '' : ` ${listOf(values)}`;
  const plural = values.length === 1 ? `has the new value${named}` : `has new values${named}`;
  return {
    kind: 'new-category',
    share,
    values: values.slice(0, 10),
    text: `${plural} (${formatShare(share)} of events), which the reference does not know`,
  };
}

/** Categories that the reference has and the window lacks, where they make at least half of the change. */
export function vanishedStory(input: {
  readonly binning: CategoricalBinning;
  readonly reference: Profile;
  readonly current: Profile;
}): Story | undefined {
  const { binning, reference, current } = input;
  const nReference = total(reference.bins);
  const nCurrent = total(current.bins);
  if (nReference === 0 || nCurrent === 0) return undefined;
  const gone: { readonly value: string; readonly share: number }[] = [];
  let goneShare = 0;
  let moved = 0;
  for (let bin = 0; bin < reference.bins.length; bin++) {
    const p = (reference.bins[bin] as number) / nReference;
    const q = (current.bins[bin] as number) / nCurrent;
    if (p > q) moved += p - q;
    if (q === 0 && p * nCurrent >= minExpected) {
      gone.push({ value: binning.values[bin] ?? 'other', share: p });
      goneShare += p;
    }
  }
  if (gone.length === 0 || goneShare < moved / 2) return undefined;
  const values = gone.sort((a, b) => b.share - a.share).map(({ value }) => value);
  const verb = values.length === 1 ? 'which was' : 'which were';
  return {
    kind: 'vanished',
    share: goneShare,
    values: values.slice(0, 10),
    text: `no longer has ${listOf(values)}, ${verb} ${formatShare(goneShare)} of the reference`,
  };
}

/** A change in the share of missing or invalid values. */
export function shareStory(kind: 'missing' | 'invalid', before: number, share: number): Story {
  const word = kind === 'missing' ? 'missing' : 'not usable';
  return {
    kind,
    share,
    before,
    text: `is ${word} in ${formatShare(share)} of events, ${formatShare(before)} in the reference`,
  };
}
