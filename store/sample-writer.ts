import type { Column } from '../common/columns.ts';
import type { FlushRows, SampleRows } from '../common/rows.ts';
import { selectRows } from '../common/select.ts';
import { type ArrowColumn, arrowColumn, encodeArrow } from './arrow-encode.ts';
import type { ArrowFile } from './client.ts';
import { featureColumn } from './migrations.ts';

/** The rows of a flush that are kept as a sample, with their features and what champions said of them. */
export function encodeSamples({ events, predictions }: FlushRows, samples: SampleRows): ArrowFile {
  const { rowOf } = samples;
  const rows = rowOf.length;
  const chosen = selectRows(
    {
      rows: events.rows,
      fields: [...events.fields, { name: 'source', type: 'string' }, { name: 'tenant', type: 'string' }],
      columns: [...events.columns, events.source, events.tenant],
    },
    rowOf,
  );
  const pick = (from: Float64Array) => Float64Array.from(rowOf, (row) => from[row] as number);
  const data = (name: string, at: number): ArrowColumn => {
    const column = chosen.columns[at] as Column;
    return column.kind === 'number' ? arrowColumn.number(name, rows, column) : arrowColumn.text(name, rows, column);
  };
  return encodeArrow(
    [
      arrowColumn.dictionary('chunk_id', samples.chunkOf, samples.chunkIds),
      arrowColumn.timestamp('pane', samples.paneStartMs),
      arrowColumn.uint32('priority', Uint32Array.from(samples.priority)),
      arrowColumn.uint32('per_pane', new Uint32Array(rows).fill(samples.perPane)),
      data('source', events.fields.length),
      arrowColumn.uint32(
        'partition',
        Uint32Array.from(rowOf, (row) => events.partition[row] as number),
      ),
      arrowColumn.int64('offset', pick(events.offset)),
      arrowColumn.int64('epoch', pick(events.epoch)),
      arrowColumn.timestamp('event_time', pick(events.eventTimeMs)),
      arrowColumn.timestamp('arrival_time', pick(events.arrivalTimeMs)),
      data('tenant', events.fields.length + 1),
      ...predictionLists(predictions, rowOf, events.rows),
      ...events.fields.map(({ name }, at) => data(featureColumn(name), at)),
    ],
    rows,
  );
}

function predictionLists(predictions: FlushRows['predictions'], rowOf: Int32Array, eventRows: number): ArrowColumn[] {
  const champions = predictions.filter(({ slot }) => slot === 'champion');
  const ofRow = champions.map((one) => {
    const at = new Int32Array(eventRows).fill(-1);
    one.rowOf.forEach((row, index) => {
      at[row] = index;
    });
    return at;
  });
  const offsets = new Int32Array(rowOf.length + 1);
  const names: string[] = [];
  const values: number[] = [];
  rowOf.forEach((row, at) => {
    champions.forEach((one, which) => {
      const index = ofRow[which]?.[row] ?? -1;
      if (index < 0) return;
      names.push(`${one.model}:${one.version}`);
      values.push(one.values[index] as number);
    });
    offsets[at + 1] = names.length;
  });
  return [
    arrowColumn.textLists('prediction_of', offsets, names),
    arrowColumn.float64Lists('prediction', offsets.slice(), Float64Array.from(values)),
  ];
}
