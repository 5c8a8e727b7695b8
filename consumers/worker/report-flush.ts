import type { Logger, Metrics } from '../../common/ports.ts';
import type { ChunkRow } from '../../common/rows.ts';

/** Profile rows a thousand events above which the worker warns: panes, segments or flushes are too small. */
const profileRowsWarning = 50;

export interface FlushReport {
  /** Accepted. */
  readonly events: number;
  readonly seconds: number;
  /** What a full flush holds. */
  readonly flushRows: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Counts what a flush came to, and warns where its profiles are too fine. */
export function reportFlush(
  chunks: readonly ChunkRow[],
  { events, seconds, flushRows, logger, metrics }: FlushReport,
): void {
  let profileRows = 0;
  for (const { partition, read, rejected, profileRows: rows } of chunks) {
    metrics.count('tidemark_messages_total', read, { source: partition.source, role: partition.role });
    metrics.count('tidemark_rejected_total', rejected, { source: partition.source, role: partition.role });
    profileRows += rows;
  }
  metrics.time('tidemark_flush_seconds', seconds);
  metrics.gauge('tidemark_flush_rows', events);
  const per1000 = events === 0 ? 0 : (profileRows / events) * 1000;
  metrics.gauge('tidemark_profile_rows_per_1000_events', per1000);
  if (per1000 > profileRowsWarning && events >= flushRows / 2) {
    const advice = 'many profile rows beside the events: longer panes, fewer segments or larger flushes would help';
    logger.warn({ profileRowsPer1000Events: Math.round(per1000) }, advice);
  }
}
