import { type Column, isPresent } from '../../common/columns.ts';
import { columnOf, type Frame } from '../../common/feature.ts';
import type { Condition } from './concentrate.ts';

/** The rows of a frame that meet all conditions, ascending: those that `concentrate` speaks of, in data of any size. */
export function rowsWhere(frame: Frame, conditions: readonly Condition[]): Int32Array {
  const tests = conditions.map(({ feature, value }) => testOf(columnOf(frame, feature), value));
  const rows = new Int32Array(frame.rows);
  let count = 0;
  for (let row = 0; row < frame.rows; row++) if (tests.every((test) => test(row))) rows[count++] = row;
  return rows.slice(0, count);
}

function testOf(column: Column | undefined, value: string): (row: number) => boolean {
  if (column === undefined || column.kind === 'vector') return () => false;
  const { validity } = column;
  if (column.kind === 'text') {
    const { codes, dictionary } = column;
    const wanted = dictionary.values.indexOf(value);
    return (row) => isPresent(validity, row) && codes[row] === wanted;
  }
  const { values } = column;
  const holds = numberTest(value);
  return (row) => isPresent(validity, row) && holds(values[row] as number);
}

/** `5`, `<= 0.5`, `(0.5, 0.6]` or `> 0.6`. */
function numberTest(value: string): (number: number) => boolean {
  const [, low, high] = /^\((\S+), (\S+)\]$/.exec(value) ?? [];
  if (low !== undefined) return (number) => number > Number(low) && number <= Number(high);
  if (value.startsWith('<= ')) return (number) => number <= Number(value.slice(3));
  if (value.startsWith('> ')) return (number) => number > Number(value.slice(2));
  return (number) => number === Number(value);
}
