import type { Profile } from '../../drift/profile/profile.ts';
import { list, number, type Query, type Row, text } from './rows.ts';

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
 * The sum of the sealed panes of a span. Minutes are rolled up to hours and days, so a span may be there in several lengths of
 * panes: the length that covers most of its events is taken, the finest of equals.
 */
export async function readSealedProfile(query: Query, given: ProfileQuery): Promise<Profile | undefined> {
  const [row] = await query(
    `SELECT sum(n) AS events, sum(missing) AS missing, sum(invalid) AS invalid, sum(zero) AS zero, sum(nan) AS nan,
            sum(pos_inf) AS pos_inf, sum(neg_inf) AS neg_inf, min(p.min) AS least, max(p.max) AS greatest,
            sum(sum_z) AS sum_z, sum(sum_z2) AS sum_z2, sumMap(bin_index, bin_count) AS bins, sum(unseen) AS unseen,
            sumMap(unseen_value, unseen_count) AS unseen_names
     FROM {database:Identifier}.sealed_profiles AS p FINAL
     WHERE pane >= fromUnixTimestamp64Milli({fromMs:Int64}) AND pane < fromUnixTimestamp64Milli({toMs:Int64})
       AND segment = {segment:String} AND feature = {feature:String} AND binning = {binning:String}
     GROUP BY pane_ms ORDER BY events DESC, pane_ms LIMIT 1`,
    {
      feature: given.feature,
      segment: given.segment,
      binning: given.binning,
      fromMs: given.fromMs,
      toMs: given.toMs,
    },
  );
  return row === undefined ? undefined : toProfile(row, given.bins);
}

function toProfile(row: Row, bins: number): Profile {
  const counts = new Float64Array(bins);
  const [indices, amounts] = pair(row, 'bins');
  indices.forEach((index, at) => {
    counts[Number(index)] = Number(amounts[at]);
  });
  const [names, times] = pair(row, 'unseen_names');
  return {
    n: number(row, 'events'),
    missing: number(row, 'missing'),
    invalid: number(row, 'invalid'),
    zero: number(row, 'zero'),
    nan: number(row, 'nan'),
    posInf: number(row, 'pos_inf'),
    negInf: number(row, 'neg_inf'),
    min: infinite(text(row, 'least')),
    max: infinite(text(row, 'greatest')),
    sumZ: number(row, 'sum_z'),
    sumZ2: number(row, 'sum_z2'),
    bins: counts,
    unseen: number(row, 'unseen'),
    unseenValues: new Map(names.map((name, at) => [String(name), Number(times[at])])),
  };
}

/** The store writes infinities as texts. */
function infinite(value: string): number {
  return value === 'inf' ? Number.POSITIVE_INFINITY : value === '-inf' ? Number.NEGATIVE_INFINITY : Number(value);
}

function pair(row: Row, name: string): readonly [readonly unknown[], readonly unknown[]] {
  const [keys, values] = list(row, name);
  return [Array.isArray(keys) ? keys : [], Array.isArray(values) ? values : []];
}
