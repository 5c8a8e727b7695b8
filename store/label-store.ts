import type { Store } from './client.ts';
import { sqlTime } from './flush-writer.ts';

/** How good a version was on the labelled events of a window. */
export interface WindowPerformance {
  readonly model: string;
  readonly version: string;
  readonly slot: string;
  readonly windowStartMs: number;
  readonly windowMs: number;
  readonly n: number;
  readonly positives: number;
  readonly logLoss: number;
  readonly brier: number;
  readonly meanPrediction: number;
  readonly auc: number;
}

/** Sums of the differences of log-loss, champion minus challenger, over events that both scored. */
export interface PairedDifference {
  readonly champion: string;
  readonly challenger: string;
  readonly n: number;
  readonly sumDiff: number;
  readonly sumDiff2: number;
  /** The same by day (UTC) of the event: days, not events, are what may count as independent. */
  readonly days: readonly { readonly startMs: number; readonly n: number; readonly sumDiff: number }[];
  readonly championLogLoss: number;
  readonly challengerLogLoss: number;
  readonly championBrier: number;
  readonly challengerBrier: number;
}

export interface LabelWindow {
  readonly model: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Labels that became known later are not looked at. */
  readonly knownByMs: number;
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
  const labels = `(SELECT id, argMax(value, (label_time, offset)) AS value FROM ${table('labels')} FINAL
    WHERE label_time >= fromUnixTimestamp64Milli({start:Int64}) AND label_time < fromUnixTimestamp64Milli({known:Int64})
    GROUP BY id)`;
  const scored = `${table('predictions')} AS p FINAL`;
  const inWindow = `p.model = {model:String} AND p.id != ''
    AND p.event_time >= fromUnixTimestamp64Milli({start:Int64}) AND p.event_time < fromUnixTimestamp64Milli({end:Int64})`;
  return {
    async performance(window: LabelWindow): Promise<WindowPerformance[]> {
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
    writePerformance: (rows: readonly WindowPerformance[], revision: number) =>
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
    async paired(window: LabelWindow, champion: string, challenger: string): Promise<PairedDifference> {
      const rows = await store.query<Record<string, string | number>>(
        `SELECT toUnixTimestamp64Milli(toDateTime64(day, 3, 'UTC')) AS start_ms, count() AS n, sum(d) AS sum_diff, sum(d * d) AS sum_diff2,
           sum(a) AS loss_a, sum(b) AS loss_b, sum(brier_a) AS brier_a, sum(brier_b) AS brier_b
         FROM (
           SELECT any(event_day) AS day, maxIf(loss, slot = 'champion') AS a, maxIf(loss, slot != 'champion') AS b, a - b AS d,
             maxIf(brier, slot = 'champion') AS brier_a, maxIf(brier, slot != 'champion') AS brier_b
           FROM (
             SELECT p.source, p.partition, p.offset, toDate(p.event_time, 'UTC') AS event_day, p.slot AS slot, ${logLoss} AS loss,
               pow(p.value - l.value, 2) AS brier
             FROM ${scored} INNER JOIN ${labels} AS l ON p.id = l.id
             WHERE ${inWindow} AND ((p.slot = 'champion' AND p.version = {champion:String}) OR p.slot = {challenger:String})
           )
           GROUP BY source, partition, offset
           HAVING count() = 2
         )
         GROUP BY day ORDER BY day`,
        { ...parameters(window), champion, challenger: `challenger:${challenger}` },
      );
      const total = (name: string) => rows.reduce((sum, row) => sum + Number(row[name]), 0);
      const n = total('n');
      const mean = (name: string) => (n === 0 ? 0 : total(name) / n);
      return {
        champion,
        challenger,
        n,
        sumDiff: total('sum_diff'),
        sumDiff2: total('sum_diff2'),
        days: rows.map((row) => ({
          startMs: Number(row['start_ms']),
          n: Number(row['n']),
          sumDiff: Number(row['sum_diff']),
        })),
        championLogLoss: mean('loss_a'),
        challengerLogLoss: mean('loss_b'),
        championBrier: mean('brier_a'),
        challengerBrier: mean('brier_b'),
      };
    },
    /** The labelled, accepted events of a range of time with their features, ordered by position, as an Arrow file. */
    exportDataset: (input: {
      readonly startMs: number;
      readonly endMs: number;
      readonly knownByMs: number;
      readonly features: readonly string[];
      readonly path: string;
    }) =>
      store.exportArrow(
        `SELECT toUnixTimestamp64Milli(e.event_time) AS event_time, toUnixTimestamp64Milli(ifNull(e.arrival_time, e.event_time)) AS arrival_time,
           ${input.features.map((name) => `e.\`${name}\` AS \`${name}\``).join(', ')}, l.value AS label
         FROM ${table('events')} AS e FINAL INNER JOIN ${labels} AS l ON e.id = l.id
         WHERE e.event_time >= fromUnixTimestamp64Milli({start:Int64}) AND e.event_time < fromUnixTimestamp64Milli({end:Int64}) AND e.duplicate = 0
         ORDER BY e.source, e.partition, e.offset`,
        { start: input.startMs, end: input.endMs, known: input.knownByMs },
        input.path,
      ),
  };
}

export type LabelStore = ReturnType<typeof createLabelStore>;
