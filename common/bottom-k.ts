/**
 * The `k` items with the smallest priorities of those that were offered. Of equal priorities the one offered first stays, so
 * items offered in one order give one sample.
 */
export interface BottomK {
  /** Priorities and items, ascending by priority. Only the first `size` count. */
  readonly priorities: Float64Array;
  readonly items: Int32Array;
  size: number;
  /** An item is kept only below this: +Infinity while there is room. */
  bound: number;
}

export function createBottomK(k: number): BottomK {
  return { priorities: new Float64Array(k), items: new Int32Array(k), size: 0, bound: Number.POSITIVE_INFINITY };
}

/** Takes the item in; call it only where `priority < kept.bound`. O(k), and of n items about k ln(n/k) get so far. */
export function keepItem(kept: BottomK, priority: number, item: number): void {
  const { priorities, items } = kept;
  const k = priorities.length;
  let at = kept.size < k ? kept.size++ : k - 1;
  while (at > 0 && (priorities[at - 1] as number) > priority) {
    priorities[at] = priorities[at - 1] as number;
    items[at] = items[at - 1] as number;
    at--;
  }
  priorities[at] = priority;
  items[at] = item;
  if (kept.size === k) kept.bound = priorities[k - 1] as number;
}

/** The `k` rows of `rows` with the smallest priorities, ascending by row. */
export function bottomRows(rows: number, k: number, priorityOf: (row: number) => number): Int32Array {
  if (rows <= k) return Int32Array.from({ length: rows }, (_, row) => row);
  const kept = createBottomK(k);
  for (let row = 0; row < rows; row++) {
    const priority = priorityOf(row);
    if (priority < kept.bound) keepItem(kept, priority, row);
  }
  return kept.items.slice(0, kept.size).sort();
}
