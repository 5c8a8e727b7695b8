import type { Profile } from '../../drift/profile/profile.ts';
import { type ProfileRecord, profileFromRecord, profileSums } from '../profile-codec.ts';
import type { Query } from './rows.ts';

export interface ProfileQuery {
  readonly feature: string;
  readonly segment: string;
  readonly binning: string;
  /** Bins of the binning. */
  readonly bins: number;
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

/**
 * The sum of the sealed panes of a span, or of the hours or days they were summed to: of the lengths it is there in the one
 * that covers most of its events is taken, the finest of equals. Sums belong to where they start, so a span that is no whole hours
 * (days) is read from panes as long as these are kept.
 */
const from = (name: string): string => `SELECT * FROM {database:Identifier}.${name} FINAL
  WHERE pane >= fromUnixTimestamp64Milli({fromMs:Int64}) AND pane < fromUnixTimestamp64Milli({toMs:Int64})
    AND segment = {segment:String} AND feature = {feature:String} AND binning = {binning:String}`;

export async function readSealedProfile(query: Query, given: ProfileQuery): Promise<Profile | undefined> {
  const [row] = await query(
    `SELECT segment, feature, binning, ${profileSums}
     FROM (${from('sealed_profiles')} UNION ALL ${from('rolled_profiles')} AND pane_ms <= {toMs:Int64} - {fromMs:Int64})
     GROUP BY pane_ms, segment, feature, binning ORDER BY n DESC, pane_ms LIMIT 1`,
    {
      feature: given.feature,
      segment: given.segment,
      binning: given.binning,
      fromMs: given.fromMs,
      toMs: given.toMs,
    },
  );
  return row === undefined ? undefined : profileFromRecord(row as unknown as ProfileRecord, given.bins);
}
