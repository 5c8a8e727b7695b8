import type { Profile } from '../common/profile.ts';
import type { Store } from './client.ts';
import { type ProfileRecord, profileFromRecord, profileSums } from './profile-codec.ts';
import { piecesOf } from './span-plan.ts';

const columns = `pane, segment, feature, binning, n, missing, invalid, zero, "nan", pos_inf, neg_inf, min, max, sum_z, sum_z2,
  bin_index, bin_count, unseen, unseen_value, unseen_count`;

export interface SpanQuery {
  /** Spans of event time by occasion; no two overlap. */
  readonly occasions: readonly (readonly { readonly fromMs: number; readonly toMs: number }[])[];
  /** Lengths that panes are summed to, ascending. */
  readonly lengthsMs: readonly number[];
  /** Segments too, or all events only. */
  readonly segments: boolean;
  /** Only these; default: all. */
  readonly features?: readonly string[];
  /** A row for each occasion instead of their sum. */
  readonly apart: boolean;
  readonly binCountOf: (binningId: string) => number | undefined;
}

export interface SpanProfile {
  readonly segment: string;
  readonly feature: string;
  readonly profile: Profile;
  /** Index of the occasion where they are read apart; else 0. */
  readonly occasion: number;
  /** Occasions that have events of it. */
  readonly occasions: number;
  /** Start of the first row it is a sum of, ms since 1970. */
  readonly firstMs: number;
}

/** Reads sums over many spans in one statement, from hours and days where whole ones lie in a span. */
export function createSpanReader(store: Store) {
  return {
    async spanProfiles(query: SpanQuery): Promise<readonly SpanProfile[]> {
      const spans = query.occasions
        .flatMap((of, occasion) => of.map((span) => ({ ...span, occasion })))
        .sort((a, b) => a.fromMs - b.fromMs);
      const pieces = spans.flatMap((span) => piecesOf(span, query.lengthsMs));
      if (pieces.length === 0) return [];
      const moment = (ms: number): string => `fromUnixTimestamp64Milli(toInt64(${ms}))`;
      const conditions = (of: (lengthMs: number) => string, some: typeof pieces): string =>
        some
          .map(({ fromMs, toMs, lengthMs }) => `(pane >= ${moment(fromMs)} AND pane < ${moment(toMs)}${of(lengthMs)})`)
          .join(' OR ');
      const more = `${query.segments ? '' : " AND segment = ''"}${query.features === undefined ? '' : ' AND has({features:Array(String)}, feature)'}`;
      const from = (name: string, where: string): string =>
        `SELECT ${columns} FROM \`${store.database}\`.\`${name}\` FINAL WHERE (${where})${more}`;
      const summed = pieces.filter(({ lengthMs }) => lengthMs > 0);
      const sources = [
        from(
          'sealed_profiles',
          conditions((lengthMs) => (lengthMs === 0 ? '' : ` AND pane_ms >= ${lengthMs}`), pieces),
        ),
        ...(summed.length === 0
          ? []
          : [
              from(
                'rolled_profiles',
                conditions((lengthMs) => ` AND pane_ms = ${lengthMs}`, summed),
              ),
            ]),
      ];
      const index =
        '{numbers:Array(UInt32)}[arrayCount(x -> x <= toUnixTimestamp64Milli(pane), {starts:Array(Int64)})]';
      const rows = await store.query<ProfileRecord & { occasion: number; occasions: string; first_ms: string }>(
        `SELECT segment, feature, binning, ${profileSums}, ${query.apart ? 'occasion_of' : '0'} AS occasion,
           uniqExact(occasion_of) AS occasions, toUnixTimestamp64Milli(min(pane)) AS first_ms
         FROM (SELECT *, ${index} AS occasion_of FROM (${sources.join(' UNION ALL ')}))
         GROUP BY segment, feature, binning${query.apart ? ', occasion_of' : ''}`,
        {
          starts: spans.map(({ fromMs }) => fromMs),
          numbers: spans.map(({ occasion }) => occasion),
          ...(query.features === undefined ? {} : { features: query.features }),
        },
      );
      return rows.flatMap((row) => {
        const bins = query.binCountOf(row.binning);
        if (bins === undefined) return [];
        return [
          {
            segment: row.segment,
            feature: row.feature,
            profile: profileFromRecord(row, bins),
            occasion: Number(row.occasion),
            occasions: Number(row.occasions),
            firstMs: Number(row.first_ms),
          },
        ];
      });
    },
  };
}
