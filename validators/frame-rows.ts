import { type Column, isPresent } from '../common/columns.ts';
import type { FeatureType, Frame } from '../common/feature.ts';
import { Verdict } from '../common/verdict.ts';
import type { Violation } from '../common/violation.ts';
import type { CheckedRows, RowBuilder } from './compile.ts';

/**
 * Checks rows that come as columns by the very path of events. Rows that are rejected before the column checks are not in the
 * frame; `rejectedBefore` counts them in the result's violations under negative row numbers, -1 being the first.
 */
export function frameRows(frame: Frame, builder: RowBuilder): CheckedRows {
  const reads = frame.fields.map(({ name, type }, at) => ({ name, read: reader(frame.columns[at] as Column, type) }));
  const violations = new Map<number, readonly Violation[]>();
  let rejected = 0;
  for (let row = 0; row < frame.rows; row++) {
    const record: Record<string, unknown> = {};
    for (const { name, read } of reads) record[name] = read(row);
    const out: Violation[] = [];
    const kept = builder.rows;
    if (builder.add(record, out) === Verdict.REJECTED) violations.set(--rejected, out);
    else if (out.length > 0) violations.set(kept, out);
  }
  const checked = builder.finish();
  for (const [row, found] of checked.violations) violations.set(row, [...(violations.get(row) ?? []), ...found]);
  return { ...checked, violations };
}

function reader(column: Column, type: FeatureType): (row: number) => unknown {
  const { validity } = column;
  if (column.kind === 'text') {
    const { codes, dictionary } = column;
    return (row) => (isPresent(validity, row) ? dictionary.values[codes[row] as number] : null);
  }
  const { values } = column;
  if (type === 'boolean') return (row) => (isPresent(validity, row) ? values[row] !== 0 : null);
  return (row) => (isPresent(validity, row) ? values[row] : null);
}
