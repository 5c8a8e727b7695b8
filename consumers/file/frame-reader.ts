import { type Column, isPresent, valueAt } from '../../common/columns.ts';
import type { FeatureType, Frame } from '../../common/feature.ts';
import type { PartitionId, SourceMessage } from '../../common/source.ts';
import type { PartitionReader } from './partition-reader.ts';

/** The rows of a file of columns (Parquet, Arrow, CSV) as messages; the offset is the number of the row. */
export function createFrameReader(frame: Frame, partition: PartitionId, maxMessages: number): PartitionReader {
  let row = 0;
  const read = frame.fields.map(({ name, type }, at) => ({
    name,
    value: valueReader(frame.columns[at] as Column, type),
  }));
  return {
    partition,
    end: frame.rows,
    seek(to) {
      row = to;
    },
    async read() {
      if (row >= frame.rows) return undefined;
      const messages: SourceMessage[] = [];
      const last = Math.min(frame.rows, row + maxMessages);
      for (; row < last; row++) {
        const record: Record<string, unknown> = {};
        for (const { name, value } of read) record[name] = value(row);
        messages.push({ offset: row, key: null, value: null, record });
      }
      return { partition, messages, nextOffset: row };
    },
    close: async () => {},
  };
}

function valueReader(column: Column, type: FeatureType): (row: number) => unknown {
  if (column.kind !== 'number') return (row) => valueAt(column, row);
  const { values, validity } = column;
  if (type === 'boolean') return (row) => (isPresent(validity, row) ? values[row] !== 0 : null);
  return (row) => (isPresent(validity, row) ? values[row] : null);
}
