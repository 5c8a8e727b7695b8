import {
  type Column,
  createNumberColumn,
  createVectorColumn,
  isPresent,
  setPresent,
  type VectorColumn,
} from './columns.ts';
import type { Frame } from './feature.ts';

/** The rows `keep[0]`, `keep[1]`, ... of a frame, in that order. Dictionaries are shared, the rest is copied. */
export function selectRows(frame: Frame, keep: Int32Array): Frame {
  return {
    rows: keep.length,
    fields: frame.fields,
    columns: frame.columns.map((column) => selectColumn(column, keep)),
  };
}

function selectColumn(column: Column, keep: Int32Array): Column {
  if (column.kind === 'number') {
    const out = createNumberColumn(keep.length);
    for (let row = 0; row < keep.length; row++) {
      const from = keep[row] as number;
      if (!isPresent(column.validity, from)) continue;
      out.values[row] = column.values[from] as number;
      setPresent(out.validity, row);
    }
    return out;
  }
  if (column.kind === 'vector') return selectVectors(column, keep);
  const codes = new Int32Array(keep.length);
  const validity = new Uint8Array((keep.length + 7) >> 3);
  for (let row = 0; row < keep.length; row++) {
    const from = keep[row] as number;
    if (!isPresent(column.validity, from)) continue;
    codes[row] = column.codes[from] as number;
    setPresent(validity, row);
  }
  return { kind: 'text', codes, dictionary: column.dictionary, validity };
}

function selectVectors(column: VectorColumn, keep: Int32Array): VectorColumn {
  const { dimension, values } = column;
  const out = createVectorColumn(keep.length, dimension);
  for (let row = 0; row < keep.length; row++) {
    const from = keep[row] as number;
    if (!isPresent(column.validity, from)) continue;
    out.values.set(values.subarray(from * dimension, (from + 1) * dimension), row * dimension);
    setPresent(out.validity, row);
  }
  return out;
}
