import { TupleParam } from '@clickhouse/client';
import type { Profile } from '../common/profile.ts';
import type { Store } from './client.ts';
import { type ProfileRecord, profileFromRecord, profileSums } from './profile-codec.ts';
import { joinPieces, type Piece, piecesOf, type Span, sharedSpans } from './span-plan.ts';

const columns = `pane, segment, feature, binning, n, missing, invalid, zero, "nan", pos_inf, neg_inf, min, max, sum_z, sum_z2,
  bin_index, bin_count, unseen, unseen_value, unseen_count, distinct_index, distinct_rank`;

export interface SpanQuery {
  /** Spans of event time by sum and occasion; of one sum no two overlap. */
  readonly sums: readonly (readonly (readonly Span[])[])[];
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
  /** Index of the sum. */
  readonly sum: number;
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

/** Reads many sums over many spans in one statement, from hours and days where whole ones lie in a span. */
export function createSpanReader(store: Store) {
  return {
    async spanProfiles(query: SpanQuery): Promise<readonly SpanProfile[]> {
      const shared = sharedSpans(query.sums);
      const pieces = joinPieces(shared.flatMap((span) => piecesOf(span, query.lengthsMs)));
      if (pieces.length === 0) return [];
      const use =
        '{uses:Array(Array(Tuple(UInt32, UInt32)))}[arrayCount(x -> x <= toUnixTimestamp64Milli(pane), {starts:Array(Int64)})]';
      const rows = await store.query<
        ProfileRecord & { sum: number; occasion: number; occasions: string; first_ms: string }
      >(
        `SELECT used.1 AS sum, segment, feature, binning, ${profileSums}, ${query.apart ? 'used.2' : '0'} AS occasion,
           uniqExact(used.2) AS occasions, toUnixTimestamp64Milli(min(pane)) AS first_ms
         FROM (SELECT *, arrayJoin(${use}) AS used FROM (${sourcesOf(store.database, pieces, query)}))
         GROUP BY used.1, segment, feature, binning${query.apart ? ', used.2' : ''}`,
        {
          starts: shared.map(({ fromMs }) => fromMs),
          uses: shared.map(({ uses }) => uses.map(({ sum, occasion }) => new TupleParam([sum, occasion]))),
          ...(query.features === undefined ? {} : { features: query.features }),
        },
      );
      return rows.flatMap((row) => {
        const bins = query.binCountOf(row.binning);
        if (bins === undefined) return [];
        return [
          {
            sum: Number(row.sum),
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

function sourcesOf(database: string, pieces: readonly Piece[], query: SpanQuery): string {
  const moment = (ms: number): string => `fromUnixTimestamp64Milli(toInt64(${ms}))`;
  const within = (some: readonly Piece[], ofLength: (lengthMs: number) => string): string =>
    some
      .map(
        ({ fromMs, toMs, lengthMs }) => `(pane >= ${moment(fromMs)} AND pane < ${moment(toMs)}${ofLength(lengthMs)})`,
      )
      .join(' OR ');
  const segments = query.segments ? '' : " AND segment = ''";
  const features = query.features === undefined ? '' : ' AND has({features:Array(String)}, feature)';
  const from = (name: string, where: string): string =>
    `SELECT ${columns} FROM \`${database}\`.\`${name}\` FINAL WHERE (${where})${segments}${features}`;
  const sealed = within(pieces, (lengthMs) => (lengthMs === 0 ? '' : ` AND pane_ms >= ${lengthMs}`));
  const summed = pieces.filter(({ lengthMs }) => lengthMs > 0);
  if (summed.length === 0) return from('sealed_profiles', sealed);
  const rolled = within(summed, (lengthMs) => ` AND pane_ms = ${lengthMs}`);
  return `${from('sealed_profiles', sealed)} UNION ALL ${from('rolled_profiles', rolled)}`;
}
