import type { Column } from '../common/columns.ts';
import type { ChunkRow, EventRows, FlushRows, LabelRows, PositionColumns, PredictionRows } from '../common/rows.ts';
import { type ArrowColumn, arrowColumn, encodeArrow } from './arrow-encode.ts';
import type { Store } from './client.ts';
import { writeDeadLetters } from './dead-letter-writer.ts';
import { featureColumn } from './migrations.ts';
import { encodeProfiles } from './profile-encode.ts';
import { sampleData } from './sample-columns.ts';

/**
 * Step 1 of the commit protocol: one insert a table. Keyed by position or chunk, so that writing twice changes nothing.
 * Nothing counts until {@link writeChunks} has written the chunk's row.
 */
export async function writeRows(store: Store, rows: FlushRows): Promise<void> {
  const inserts: Promise<void>[] = [];
  if (rows.events.rows > 0) inserts.push(store.insertArrow('events', encodeEvents(rows)));
  for (const predictions of rows.predictions) {
    if (predictions.rowOf.length === 0) continue;
    inserts.push(store.insertArrow('predictions', encodePredictions(rows.events, predictions)));
  }
  if (rows.labels.rows > 0) inserts.push(store.insertArrow('labels', encodeLabels(rows.labels)));
  inserts.push(writeDeadLetters(store, rows.deadLetters, rows.atMs));
  if (rows.profiles.length > 0) inserts.push(store.insertArrow('profiles', encodeProfiles(rows.profiles)));
  // All of them end before one's failure is told: a repetition must not run beside what it repeats.
  const failed = (await Promise.allSettled(inserts)).find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Step 3: the chunks are counted. One insert, so all of them or none. */
export async function writeChunks(store: Store, chunks: readonly ChunkRow[], committedAtMs: number): Promise<void> {
  await store.insertRows(
    'chunks',
    chunks.map((chunk) => ({
      source: chunk.partition.source,
      partition: chunk.partition.partition,
      chunk_id: chunk.chunkId,
      role: chunk.partition.role,
      from_offset: chunk.from,
      to_offset: chunk.to,
      epoch: chunk.epoch,
      flush: chunk.flush,
      read: chunk.read,
      valid: chunk.valid,
      coerced: chunk.coerced,
      flagged: chunk.flagged,
      rejected: chunk.rejected,
      duplicates: chunk.duplicates,
      late: chunk.late,
      predictions: chunk.predictions,
      labels: chunk.labels,
      profile_rows: chunk.profileRows,
      panes: chunk.panesMs,
      watermark: sqlTime(chunk.watermarkMs),
      committed_at: sqlTime(committedAtMs),
    })),
  );
}

/** A time as DateTime64(3) reads it. Times before 1900 or after 2299, which the type cannot hold, are moved to its ends. */
export function sqlTime(timeMs: number): string {
  const bounded = Math.min(Math.max(timeMs, -2_208_988_800_000), 10_413_791_999_999);
  return new Date(bounded).toISOString().replace('T', ' ').replace('Z', '');
}

function positionColumns(rows: PositionColumns): ArrowColumn[] {
  return [
    arrowColumn.text('source', rows.rows, rows.source),
    arrowColumn.uint32('partition', rows.partition),
    arrowColumn.int64('offset', rows.offset),
    arrowColumn.int64('epoch', rows.epoch),
  ];
}

function encodeEvents(flush: FlushRows) {
  const { events } = flush;
  return encodeArrow(
    [
      ...positionColumns(events),
      arrowColumn.timestamp('event_time', events.eventTimeMs),
      arrowColumn.timestamp('arrival_time', events.arrivalTimeMs),
      arrowColumn.bytes('id', events.id),
      arrowColumn.text('tenant', events.rows, events.tenant),
      arrowColumn.uint8('verdict', events.verdict),
      arrowColumn.text('violations', events.rows, events.violations),
      arrowColumn.uint8('duplicate', events.duplicate),
      arrowColumn.uint8('late', events.late),
      ...sampleData(flush),
      ...events.fields.map((field, at) =>
        arrowColumn.feature(featureColumn(field.name), events.rows, events.columns[at] as Column),
      ),
    ],
    events.rows,
  );
}

function encodePredictions(events: EventRows, { model, version, slot, rowOf, values }: PredictionRows) {
  const rows = rowOf.length;
  const pick = (from: Float64Array) =>
    from.length === rows ? from : Float64Array.from(rowOf, (row) => from[row] as number);
  const source =
    rows === events.rows ? events.source.codes : Int32Array.from(rowOf, (row) => events.source.codes[row] as number);
  const constant = (name: string, value: string) => arrowColumn.dictionary(name, new Int32Array(rows), [value]);
  return encodeArrow(
    [
      arrowColumn.dictionary('source', source.slice(0, rows), events.source.dictionary.values),
      arrowColumn.uint32(
        'partition',
        Uint32Array.from(rowOf, (row) => events.partition[row] as number),
      ),
      arrowColumn.int64('offset', pick(events.offset)),
      arrowColumn.int64('epoch', pick(events.epoch)),
      arrowColumn.timestamp('event_time', pick(events.eventTimeMs)),
      arrowColumn.bytes('id', rows === events.rows ? events.id : pickBytes(events.id, rowOf)),
      constant('model', model),
      constant('version', version),
      constant('slot', slot),
      arrowColumn.float64('value', values),
    ],
    rows,
  );
}

function pickBytes(column: EventRows['id'], rowOf: Int32Array): EventRows['id'] {
  const offsets = new Int32Array(rowOf.length + 1);
  const bytes = new Uint8Array(column.bytes.length);
  let end = 0;
  rowOf.forEach((row, at) => {
    const piece = column.bytes.subarray(column.offsets[row], column.offsets[row + 1]);
    bytes.set(piece, end);
    end += piece.length;
    offsets[at + 1] = end;
  });
  return { offsets, bytes: bytes.subarray(0, end) };
}

function encodeLabels(labels: LabelRows) {
  return encodeArrow(
    [
      ...positionColumns(labels),
      arrowColumn.bytes('id', labels.id),
      arrowColumn.timestamp('label_time', labels.labelTimeMs),
      arrowColumn.float64('value', labels.value),
    ],
    labels.rows,
  );
}
