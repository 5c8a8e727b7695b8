import type { LabelWindow, Performance } from '../common/performance.ts';
import type { Store } from './client.ts';
import { sqlTime } from './flush-writer.ts';

/** Losses of a champion and a challenger on the labelled events that both scored, summed up to windows. */
export interface PairedLosses {
  /** `sumDiff`: loss of the champion minus loss of the challenger, in nats. */
  readonly blocks: readonly { readonly startMs: number; readonly n: number; readonly sumDiff: number }[];
  /** Means over all of them; 0 where there are none. */
  readonly champion: { readonly logLoss: number; readonly brier: number };
  readonly challenger: { readonly logLoss: number; readonly brier: number };
}

/** Probabilities are kept away from 0 and 1 by so much before their logarithm is taken. */
const clip = 1e-6;
const clipped = `least(greatest(p.value, ${clip}), 1 - ${clip})`;
const logLoss = `-if(l.value > 0.5, log(${clipped}), log(1 - ${clipped}))`;

/** Predictions joined with their labels. */
export function createLabelStore(store: Store) {
  const table = (name: string) => `\`${store.database}\`.\`${name}\``;
  const parameters = ({ model, startMs, endMs, knownByMs }: LabelWindow) => ({
    model,
    start: startMs,
    end: endMs,
    known: knownByMs,
  });
  // Without FINAL: of two writings of one label argMax takes one, and both say the same.
  const labels = `(SELECT id, argMax(value, (label_time, offset)) AS value FROM ${table('labels')}
    WHERE label_time >= fromUnixTimestamp64Milli({start:Int64}) AND label_time < fromUnixTimestamp64Milli({known:Int64})
    GROUP BY id)`;
  const scored = `${table('predictions')} AS p FINAL`;
  const inWindow = `p.model = {model:String} AND p.id != ''
    AND p.event_time >= fromUnixTimestamp64Milli({start:Int64}) AND p.event_time < fromUnixTimestamp64Milli({end:Int64})`;
  return {
    async performance(window: LabelWindow): Promise<Performance[]> {
      const rows = await store.query<Record<string, string | number>>(
        `SELECT p.version AS version, p.slot AS slot, count() AS n, countIf(l.value > 0.5) AS positives, avg(${logLoss}) AS log_loss,
           avg(pow(p.value - l.value, 2)) AS brier, avg(p.value) AS mean_prediction,
           if(positives = 0 OR positives = n, 0.5, arrayAUC(groupArray(p.value), groupArray(l.value > 0.5))) AS auc
         FROM ${scored} INNER JOIN ${labels} AS l ON p.id = l.id WHERE ${inWindow}
         GROUP BY version, slot ORDER BY slot, version`,
        parameters(window),
      );
      return rows.map((row) => ({
        model: window.model,
        version: String(row['version']),
        slot: String(row['slot']),
        windowStartMs: window.startMs,
        windowMs: window.endMs - window.startMs,
        n: Number(row['n']),
        positives: Number(row['positives']),
        logLoss: Number(row['log_loss']),
        brier: Number(row['brier']),
        meanPrediction: Number(row['mean_prediction']),
        auc: Number(row['auc']),
      }));
    },
    writePerformance: (rows: readonly Performance[], revision: number) =>
      store.insertRows(
        'performance',
        rows.map((row) => ({
          window_start: sqlTime(row.windowStartMs),
          window_ms: row.windowMs,
          model: row.model,
          version: row.version,
          slot: row.slot,
          revision,
          n: row.n,
          positives: row.positives,
          log_loss: row.logLoss,
          brier: row.brier,
          mean_prediction: row.meanPrediction,
          auc: row.auc,
        })),
      ),
    /** Measures one window of a trial and keeps the sums; measuring it again replaces them. */
    measurePair: (window: LabelWindow, champion: string, challenger: string, revision: number) =>
      store.command(
        `INSERT INTO ${table('paired_losses')}
         SELECT {model:String}, {champion:String}, {challenger:String}, fromUnixTimestamp64Milli({start:Int64}), {revision:UInt64},
           count(), sum(a - b), sum(a), sum(b), sum(brier_a), sum(brier_b)
         FROM (
           SELECT maxIf(loss, slot = 'champion') AS a, maxIf(loss, slot != 'champion') AS b,
             maxIf(brier, slot = 'champion') AS brier_a, maxIf(brier, slot != 'champion') AS brier_b
           FROM (
             SELECT p.source AS source, p.partition AS partition, p.offset AS offset, p.slot AS slot,
               ${logLoss} AS loss, pow(p.value - l.value, 2) AS brier
             FROM ${scored} INNER JOIN ${labels} AS l ON p.id = l.id
             WHERE ${inWindow} AND ((p.slot = 'champion' AND p.version = {champion:String}) OR p.slot = {slot:String})
           )
           GROUP BY source, partition, offset
           HAVING count() = 2
         )
         HAVING count() > 0`,
        { ...parameters(window), champion, challenger, slot: `challenger:${challenger}`, revision },
      ),
    /** Every window of a trial that was measured. */
    async paired(model: string, champion: string, challenger: string): Promise<PairedLosses> {
      const rows = await store.query<Record<string, string | number>>(
        `SELECT toUnixTimestamp64Milli(window_start) AS start, * FROM ${table('paired_losses')} FINAL
         WHERE model = {model:String} AND champion = {champion:String} AND challenger = {challenger:String} ORDER BY start`,
        { model, champion, challenger },
      );
      const sum = (name: string) => rows.reduce((total, row) => total + Number(row[name]), 0);
      const n = Math.max(1, sum('n'));
      return {
        blocks: rows.map((row) => ({
          startMs: Number(row['start']),
          n: Number(row['n']),
          sumDiff: Number(row['sum_diff']),
        })),
        champion: { logLoss: sum('champion_log_loss') / n, brier: sum('champion_brier') / n },
        challenger: { logLoss: sum('challenger_log_loss') / n, brier: sum('challenger_brier') / n },
      };
    },
    /** The labelled, accepted events of a range of time with their features, ordered by position, as an Arrow file. */
    exportDataset: async (input: {
      readonly startMs: number;
      readonly endMs: number;
      readonly knownByMs: number;
      readonly features: readonly { readonly column: string; readonly isText: boolean }[];
      readonly path: string;
    }) =>
      store.exportArrow(
        // The dictionaries of texts are made anew in the order of the rows: those of the table depend on how its parts were
        // merged, and the same rows must give the same file, whose hash names the data set.
        `SELECT event_time, arrival_time,
           ${input.features.map(({ column, isText }) => (isText ? `toLowCardinality(\`${column}\`) AS \`${column}\`` : `\`${column}\``)).join(', ')}, label
         FROM (SELECT toUnixTimestamp64Milli(e.event_time) AS event_time, toUnixTimestamp64Milli(ifNull(e.arrival_time, e.event_time)) AS arrival_time,
           ${input.features.map(({ column, isText }) => `${isText ? `CAST(e.\`${column}\`, 'Nullable(String)')` : `e.\`${column}\``} AS \`${column}\``).join(', ')}, l.value AS label
         FROM ${table('events')} AS e FINAL INNER JOIN ${labels} AS l ON e.id = l.id
         WHERE e.event_time >= fromUnixTimestamp64Milli({start:Int64}) AND e.event_time < fromUnixTimestamp64Milli({end:Int64}) AND e.duplicate = 0
         ORDER BY e.source, e.partition, e.offset)`,
        { start: input.startMs, end: input.endMs, known: input.knownByMs },
        input.path,
      ),
  };
}

export type LabelStore = ReturnType<typeof createLabelStore>;
