import { overTime } from '../../common/over-time.ts';
import type { Summary } from '../../common/read-model.ts';
import { ms, number, numberOrNull, type Query, text } from './rows.ts';

/** Sums over `chunks`, which has a few rows a second: what is counted, exactly. */
export async function readSummary(query: Query, openIncidents: number): Promise<Omit<Summary, 'pipeline'>> {
  const partitions = await query(
    `SELECT source, partition, role, max(to_offset) AS next_offset, sum(read) AS read, sum(valid) AS valid,
            sum(coerced) AS coerced, sum(flagged) AS flagged, sum(rejected) AS rejected, sum(duplicates) AS duplicates,
            sum(late) AS late, sum(predictions) AS predictions, sum(labels) AS labels,
            ${ms('max(watermark)', 'watermark')}, ${ms('max(committed_at)', 'committed_at')},
            minOrNullIf(arrayMin(panes), notEmpty(panes)) AS first_event
     FROM {database:Identifier}.chunks FINAL GROUP BY source, partition, role ORDER BY source, partition`,
  );
  const [rate] = await query(
    `WITH (SELECT max(committed_at) FROM {database:Identifier}.chunks WHERE role = 'events') AS newest,
          (SELECT min(committed_at) FROM {database:Identifier}.chunks WHERE role = 'events' AND committed_at > newest - INTERVAL 60 SECOND) AS oldest
     SELECT sumIf(read, committed_at > oldest) AS events, date_diff('millisecond', oldest, newest) AS span
     FROM {database:Identifier}.chunks FINAL WHERE role = 'events' AND committed_at > newest - INTERVAL 60 SECOND`,
  );
  const [judged] = await query(
    `SELECT uniqExact(comparison, window_start) AS windows, ${ms('max(window_end)', 'last')} FROM {database:Identifier}.judgements
     WHERE NOT startsWith(comparison, '${overTime}')`,
  );
  const [made] = await query('SELECT uniqExact(reference_id) AS references FROM {database:Identifier}.references');
  const events = partitions.filter((row) => text(row, 'role') === 'events');
  const total = (name: string): number => events.reduce((sum, row) => sum + number(row, name), 0);
  const spanMs = rate === undefined ? 0 : number(rate, 'span');
  const windowsJudged = judged === undefined ? 0 : number(judged, 'windows');
  return {
    totals: {
      read: total('read'),
      valid: total('valid'),
      coerced: total('coerced'),
      flagged: total('flagged'),
      rejected: total('rejected'),
      duplicates: total('duplicates'),
      late: total('late'),
      predictions: total('predictions'),
      labels: partitions.reduce((sum, row) => sum + number(row, 'labels'), 0),
    },
    firstEventTime: extreme(
      Math.min,
      events.map((row) => numberOrNull(row, 'first_event')),
    ),
    eventTime: extreme(
      Math.max,
      events.map((row) => number(row, 'watermark')).filter((time) => time > 0),
    ),
    lastCommitAt: extreme(
      Math.max,
      partitions.map((row) => number(row, 'committed_at')),
    ),
    eventsPerSecond: rate === undefined || spanMs <= 0 ? null : (number(rate, 'events') / spanMs) * 1000,
    references: made === undefined ? 0 : number(made, 'references'),
    windowsJudged,
    lastWindowEnd: windowsJudged === 0 || judged === undefined ? null : number(judged, 'last'),
    openIncidents,
    partitions: partitions.map((row) => ({
      source: text(row, 'source'),
      partition: number(row, 'partition'),
      role: text(row, 'role'),
      nextOffset: number(row, 'next_offset'),
      read: number(row, 'read'),
      watermark: number(row, 'watermark'),
      committedAt: number(row, 'committed_at'),
    })),
  };
}

function extreme(of: (...values: number[]) => number, values: readonly (number | null)[]): number | null {
  const known = values.filter((value): value is number => value !== null);
  return known.length === 0 ? null : of(...known);
}
