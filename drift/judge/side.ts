import type { SegmentKey } from '../../common/segment.ts';
import type { Profile } from '../profile/profile.ts';
import type { WindowInput } from './judge-window.ts';

/** What a window is compared with. */
export function sideOf(
  { against, reference }: Pick<WindowInput, 'against' | 'reference'>,
  segment: SegmentKey,
  feature: string,
): Profile | undefined {
  return against.kind === 'training' ? reference.profile(segment, feature) : against.profile(segment, feature);
}

/** Names the comparison within the nulls of a reference. */
export function comparisonOf({ against }: Pick<WindowInput, 'against'>): string {
  return against.kind === 'earlier' ? against.key : against.kind;
}

/** Why there is no such side, for the sentence. */
export function whyNoSide({ against }: Pick<WindowInput, 'against'>, segment: SegmentKey, feature: string): string {
  return against.kind === 'earlier'
    ? `not enough reference: ${against.lacking(segment, feature)}`
    : 'nothing to compare with: no window before this one';
}
