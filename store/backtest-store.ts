import type { Performance } from '../common/performance.ts';
import type { Store } from './client.ts';
import { createPaneReader } from './pane-reader.ts';

/** What a backtest reads of a pipeline; see `actions/backtest`. */
export function createBacktestStore(store: Store) {
  const table = (name: string) => `\`${store.database}\`.\`${name}\``;
  return {
    readPanes: (throughMs: number) => createPaneReader(store, { throughMs }),

    async span(): Promise<{ readonly fromMs: number; readonly toMs: number } | undefined> {
      const [row] = await store.query<{ from: string; to: string; n: string }>(
        `SELECT min(toUnixTimestamp64Milli(pane)) AS from, max(toUnixTimestamp64Milli(pane) + pane_ms) AS to, count() AS n
         FROM ${table('sealed_profiles')}`,
      );
      return row === undefined || Number(row.n) === 0 ? undefined : { fromMs: Number(row.from), toMs: Number(row.to) };
    },

    async storedPanes(fromMs: number, toMs: number) {
      const rows = await store.query<{ feature: string; binning: string; of_segments: number; length: number }>(
        `SELECT feature, binning, segment != '' AS of_segments, max(pane_ms) AS length FROM ${table('sealed_profiles')}
         WHERE pane >= fromUnixTimestamp64Milli({from:Int64}) AND pane < fromUnixTimestamp64Milli({to:Int64})
         GROUP BY feature, binning, of_segments ORDER BY feature, binning, of_segments`,
        { from: fromMs, to: toMs },
      );
      return rows.map((row) => ({
        feature: row.feature,
        binning: row.binning,
        segments: Number(row.of_segments) === 1,
        paneMs: Number(row.length),
      }));
    },

    /** Keys of segments. */
    async storedSegments(fromMs: number, toMs: number): Promise<readonly string[]> {
      const rows = await store.query<{ segment: string }>(
        `SELECT DISTINCT segment FROM ${table('sealed_profiles')}
         WHERE segment != '' AND pane >= fromUnixTimestamp64Milli({from:Int64}) AND pane < fromUnixTimestamp64Milli({to:Int64})
         ORDER BY segment`,
        { from: fromMs, to: toMs },
      );
      return rows.map(({ segment }) => segment);
    },

    /** The documents of incidents as they were at `atMs`. */
    async incidentsAt(atMs: number): Promise<readonly string[]> {
      const rows = await store.query<{ document: string }>(
        `SELECT argMax(state, (seq, revision)) AS document FROM ${table('incident_log')}
         WHERE at <= fromUnixTimestamp64Milli({at:Int64}) GROUP BY incident_id ORDER BY incident_id`,
        { at: atMs },
      );
      return rows.map(({ document }) => document);
    },

    async countAlarms(fromMs: number, toMs: number, labelsMs: number): Promise<number> {
      const [row] = await store.query<{ n: string }>(
        `SELECT countIf(alarm = 1) AS n FROM ${table('judgements')} FINAL
         WHERE window_start >= fromUnixTimestamp64Milli({from:Int64}) AND toUnixTimestamp64Milli(window_end) + if(startsWith(feature, '@performance:'), {labels:Int64}, 0) <= {to:Int64}`,
        { from: fromMs, to: toMs, labels: labelsMs },
      );
      return Number(row?.n ?? 0);
    },

    /** What was measured of a model's versions in one window. */
    async performance(model: string, startMs: number, endMs: number): Promise<Performance[]> {
      const rows = await store.query<Readonly<Record<string, string | number>>>(
        `SELECT * FROM ${table('performance')} FINAL
         WHERE model = {model:String} AND window_start = fromUnixTimestamp64Milli({start:Int64}) AND window_ms = {length:UInt64}
         ORDER BY slot, version`,
        { model, start: startMs, length: endMs - startMs },
      );
      return rows.map((row) => ({
        model,
        version: String(row['version']),
        slot: String(row['slot']),
        windowStartMs: startMs,
        windowMs: endMs - startMs,
        n: Number(row['n']),
        positives: Number(row['positives']),
        logLoss: Number(row['log_loss']),
        brier: Number(row['brier']),
        meanPrediction: Number(row['mean_prediction']),
        auc: Number(row['auc']),
      }));
    },
  };
}
