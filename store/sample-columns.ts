import type { FlushRows } from '../common/rows.ts';
import { type ArrowColumn, arrowColumn } from './arrow-encode.ts';
import { column } from './table-definition.ts';

/**
 * Columns of `events` that say which of them are kept as a sample for looking at several features at once. Empty for nearly all
 * rows, they cost an event less than a hundredth of a table of their own, whose inserts cost the engine milliseconds each.
 */
export const sampleColumns = [
  column(
    'sample_per_pane',
    'UInt16',
    'so many events of the pane are its sample, and this is one of them; 0: it is not',
  ),
  column('sample_priority', 'UInt32', 'hash of the position: the smallest of a pane are its sample'),
  column('sample_models', 'Array(String)', 'of an event in the sample: MODEL:VERSION of the champions that scored it'),
  column('sample_predictions', 'Array(Float64)', 'what they said'),
];

/** Their values for a flush; no columns where nothing is kept, so that they take their defaults. */
export function sampleData({ events, predictions, samples }: FlushRows): readonly ArrowColumn[] {
  if (samples === undefined) return [];
  const perPane = new Uint16Array(events.rows);
  const priority = new Uint32Array(events.rows);
  samples.rowOf.forEach((row, at) => {
    perPane[row] = samples.perPane;
    priority[row] = samples.priority[at] as number;
  });
  const base = [arrowColumn.uint16('sample_per_pane', perPane), arrowColumn.uint32('sample_priority', priority)];
  const champions = predictions.filter(({ slot, rowOf }) => slot === 'champion' && rowOf.length > 0);
  if (champions.length === 0) return base;
  const offsets = new Int32Array(events.rows + 1);
  const models: string[] = [];
  const values: number[] = [];
  let filled = 0;
  for (const row of samples.rowOf.toSorted()) {
    offsets.fill(models.length, filled, row + 1);
    filled = row + 1;
    for (const champion of champions) {
      const at = placeOf(champion.rowOf, row);
      if (at < 0) continue;
      models.push(`${champion.model}:${champion.version}`);
      values.push(champion.values[at] as number);
    }
  }
  offsets.fill(models.length, filled);
  return [
    ...base,
    arrowColumn.textLists('sample_models', offsets, models),
    arrowColumn.float64Lists('sample_predictions', offsets.slice(), Float64Array.from(values)),
  ];
}

/** Where a number stands among ascending ones; -1 where it does not. */
function placeOf(ascending: Int32Array, wanted: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = ascending[middle] as number;
    if (found === wanted) return middle;
    if (found < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
