import type { SegmentKey } from '../../common/segment.ts';
import { momentText } from '../../config/comparison.ts';
import type { AgainstEarlier } from '../../drift/judge/judge-window.ts';
import { mergeInto } from '../../drift/profile/merge.ts';
import type { Profile } from '../../drift/profile/profile.ts';
import { type EarlierWindows, occasionsNeeded } from '../../drift/reference/earlier.ts';
import type { SpanProfile } from './ports.ts';

interface Side {
  profile: Profile | undefined;
  occasions: number;
  firstMs: number;
  readonly apart: Profile[];
}

/** Earlier windows with what was read of them, as a side to compare with. */
export function sideOf(
  windows: EarlierWindows,
  rows: readonly SpanProfile[],
  { startMs, overMs }: { readonly startMs: number; readonly overMs: number },
): Pick<AgainstEarlier, 'profile' | 'lacking' | 'compared' | 'apart'> {
  const sides = new Map<SegmentKey, Map<string, Side>>();
  for (const row of rows) {
    const features = sides.get(row.segment) ?? new Map<string, Side>();
    sides.set(row.segment, features);
    const side = features.get(row.feature);
    if (side === undefined) {
      const apart = windows.kind === 'holiday' ? [{ ...row.profile, bins: row.profile.bins.slice() }] : [];
      features.set(row.feature, { profile: row.profile, occasions: row.occasions, firstMs: row.firstMs, apart });
    } else if (side.profile !== undefined) {
      side.apart.push({ ...row.profile, bins: row.profile.bins.slice() });
      mergeInto(side.profile, row.profile);
      side.occasions += row.occasions;
    }
  }
  const enough = ({ occasions, firstMs }: Side): boolean =>
    windows.kind === 'rolling' ? startMs - firstMs >= overMs / 2 : occasions >= occasionsNeeded;
  const find = (segment: SegmentKey, feature: string): Side | undefined => sides.get(segment)?.get(feature);
  const spans = windows.occasions.flatMap((of) => of.map(({ fromMs, toMs }): [number, number] => [fromMs, toMs]));
  const many = windows.occasions.length;
  return {
    profile(segment, feature) {
      const side = find(segment, feature);
      return side !== undefined && enough(side) ? side.profile : undefined;
    },
    lacking(segment, feature) {
      const side = find(segment, feature);
      if (windows.kind !== 'rolling')
        return `${side?.occasions ?? 0} earlier ${windows.label}, ${occasionsNeeded} are needed`;
      if (side === undefined) return `nothing of it in the ${windows.label} before`;
      return `it begins at ${momentText(side.firstMs)}, at least half of the ${windows.label} before are needed`;
    },
    compared: {
      with: windows.kind === 'rolling' ? `the ${windows.label} before` : `${many} earlier ${windows.label}`,
      spans,
    },
    ...(windows.kind === 'holiday' ? { apart: (segment, feature) => find(segment, feature)?.apart ?? [] } : {}),
  };
}
