import { expect, it } from 'vitest';
import { type Column, numberColumn, textColumn, valueAt } from '../../../common/columns.ts';
import type { Frame } from '../../../common/feature.ts';
import { selectRows } from '../../../common/select.ts';

it('selectRows takes rows in the order asked for and leaves the frame alone', () => {
  const rows = Array.from({ length: 20 }, (_, row) => row);
  const frame: Frame = {
    rows: 20,
    fields: [
      { name: 'n', type: 'number' },
      { name: 't', type: 'string' },
    ],
    columns: [
      numberColumn(rows.map((row) => (row % 3 === 0 ? null : row))),
      textColumn(rows.map((row) => (row % 4 === 0 ? null : `t${row}`))),
    ],
  };
  const before = structuredClone(frame.columns[0]?.validity);
  const keep = [19, 3, 4, 5, 5, 18, 0, 12, 1];
  const { rows: kept, columns, fields } = selectRows(frame, Int32Array.from(keep));
  const at = (which: number, row: number) => valueAt(columns[which] as Column, row);
  expect([kept, fields]).toEqual([9, frame.fields]);
  expect(keep.map((_, row) => at(0, row))).toEqual(keep.map((row) => (row % 3 === 0 ? null : row)));
  expect(keep.map((_, row) => at(1, row))).toEqual(keep.map((row) => (row % 4 === 0 ? null : `t${row}`)));
  expect(frame.columns[0]?.validity).toEqual(before);
  expect(selectRows(frame, new Int32Array(0)).rows).toBe(0);
});
