import type { PerformancePoint } from '../../common/read-model.ts';
import { ms, number, numberOrNull, type Query, text } from './rows.ts';

/** How good each version was, window by window, oldest first: all models, at most the newest 2000 points. */
export async function readPerformance(query: Query): Promise<PerformancePoint[]> {
  const rows = await query(
    `SELECT model, version, slot, ${ms('window_start', 'start_ms')}, window_ms, n, positives,
            if(isFinite(log_loss), log_loss, NULL) AS log_loss_, if(isFinite(brier), brier, NULL) AS brier_,
            if(isFinite(auc), auc, NULL) AS auc_, if(isFinite(mean_prediction), mean_prediction, NULL) AS mean_
     FROM {database:Identifier}.performance FINAL ORDER BY window_start DESC LIMIT 2000`,
  );
  return rows
    .map((row) => ({
      model: text(row, 'model'),
      version: text(row, 'version'),
      slot: text(row, 'slot'),
      windowStart: number(row, 'start_ms'),
      windowMs: number(row, 'window_ms'),
      n: number(row, 'n'),
      positives: number(row, 'positives'),
      logLoss: numberOrNull(row, 'log_loss_'),
      brier: numberOrNull(row, 'brier_'),
      auc: numberOrNull(row, 'auc_'),
      meanPrediction: numberOrNull(row, 'mean_'),
    }))
    .reverse();
}
