import { everything, type SegmentKey } from '../../common/segment.ts';
import { type ComparisonNull, type NullTable, nullUnder } from '../reference/reference.ts';
import type { Tail } from '../reference/tail.ts';

/** Fewer windows of the reference than this show no habit. */
export const minNullWindows = 4;

export interface NullQuestion {
  readonly table: NullTable | undefined;
  /** `training`, `previous`, or the `earlierKey` of a comparison with earlier windows. */
  readonly comparison: string;
  readonly segment: SegmentKey;
  readonly feature: string;
  /** Learned from windows judged so far, for a reference that has no null of the comparison, and how many it takes. */
  readonly learned?: { readonly table: NullTable | undefined; readonly needed: number };
}

export interface KnownNull extends ComparisonNull {
  readonly tail: Tail;
}

/** What ordinary windows do under this comparison: by the reference or, where it does not show that, by the windows since. */
export function knownNull(question: NullQuestion): KnownNull | { readonly notJudged: string } {
  const { comparison, learned, feature, segment } = question;
  const scope = segment === everything ? 'all' : 'segments';
  const shownBy = (table: NullTable | undefined, needed: number) => {
    const shown = nullUnder(table?.series(segment, feature), comparison);
    const tail = table?.tail(scope, feature, comparison);
    const enough = shown !== undefined && tail !== undefined && shown.windows >= needed;
    return { windows: shown?.windows ?? 0, known: enough ? { ...shown, tail } : undefined };
  };
  const own = shownBy(question.table, minNullWindows);
  if (own.known !== undefined) return own.known;
  if (learned === undefined)
    return {
      notJudged: `not enough reference: ${own.windows} windows of this length in it; ${minNullWindows} are needed`,
    };
  const since = shownBy(learned.table, learned.needed);
  if (since.known !== undefined) return since.known;
  const shown = `${own.windows} windows of it and ${since.windows} judged so far could be compared so`;
  return { notJudged: `not enough reference: ${shown}; ${minNullWindows} or ${learned.needed} are needed` };
}
