import type { ChunkRow, PredictionRows, ProfileRow } from '../../common/rows.ts';
import { partitionKey } from '../../common/source.ts';
import type { ChunkTally, Prepared } from './prepared.ts';

export function chunkIdOf({ partition, from, to, epoch }: ChunkTally): string {
  return `${partitionKey(partition)}/${from}-${to}@${epoch}`;
}

/** The rows of `chunks` for a batch: what each of its chunks added. */
export function chunkRows(
  { chunks, chunkOf }: Prepared,
  predictions: readonly PredictionRows[],
  profiles: readonly ProfileRow[],
  flush: number,
): ChunkRow[] {
  const predicted = new Float64Array(chunks.length);
  for (const { rowOf } of predictions) {
    for (const row of rowOf) {
      const chunk = chunkOf[row] as number;
      predicted[chunk] = (predicted[chunk] as number) + 1;
    }
  }
  const profiled = new Map<string, { rows: number; readonly panes: Set<number> }>();
  for (const { chunkId, paneStartMs } of profiles) {
    let entry = profiled.get(chunkId);
    if (entry === undefined) {
      entry = { rows: 0, panes: new Set() };
      profiled.set(chunkId, entry);
    }
    entry.rows++;
    entry.panes.add(paneStartMs);
  }
  return chunks.map((tally, at) => {
    const chunkId = chunkIdOf(tally);
    const [valid, coerced, flagged, rejected] = tally.verdicts;
    return {
      chunkId,
      partition: tally.partition,
      from: tally.from,
      to: tally.to,
      epoch: tally.epoch,
      flush,
      read: tally.read,
      valid,
      coerced,
      flagged,
      rejected,
      duplicates: tally.duplicates,
      late: tally.late,
      predictions: predicted[at] as number,
      labels: tally.labels,
      profileRows: profiled.get(chunkId)?.rows ?? 0,
      panesMs: [...(profiled.get(chunkId)?.panes ?? [])].sort((a, b) => a - b),
      watermarkMs: tally.watermarkMs,
    };
  });
}
