import type { Counts } from './counts.ts';
import { finitePart } from './samples.ts';

/**
 * Counts of two samples over cells of equal width from the smallest to the largest value of both together, as many as Sturges'
 * rule says, ⌈log2(N) + 1⌉: the cells that Evidently takes PSI, Jensen–Shannon and KL over. A cell is closed below and open
 * above, the last one closed, as NumPy's `histogram`. One outlier puts nearly everything into one cell, which is why our own
 * cells are the reference's deciles (`cells.ts`).
 *
 * Both arrays ascending; NaN and infinities are left out. Nothing on either side, or a range beyond the largest double:
 * undefined; one value only: one cell. O(n + m). Sturges 1926, doi:10.1080/01621459.1926.10502161.
 */
export function evenCells(
  reference: Float64Array,
  current: Float64Array,
): { readonly reference: Counts; readonly current: Counts } | undefined {
  const before = finitePart(reference);
  const now = finitePart(current);
  const count = before.length + now.length;
  if (count === 0) return undefined;
  const first = Math.min(before[0] ?? Number.POSITIVE_INFINITY, now[0] ?? Number.POSITIVE_INFINITY);
  const last = Math.max(before.at(-1) ?? Number.NEGATIVE_INFINITY, now.at(-1) ?? Number.NEGATIVE_INFINITY);
  const width = (last - first) / (Math.log2(count) + 1);
  if (!Number.isFinite(last - first)) return undefined;
  const parts = width > 0 ? Math.ceil((last - first) / width) : 1;
  const edges = Float64Array.from({ length: parts + 1 }, (_, at) => first + at * ((last - first) / parts));
  edges[parts] = last;
  return { reference: countIn(before, edges), current: countIn(now, edges) };
}

function countIn(sorted: Float64Array, edges: Float64Array): Float64Array {
  const counts = new Float64Array(edges.length - 1);
  let cell = 0;
  for (const value of sorted) {
    while (cell < counts.length - 1 && value >= (edges[cell + 1] as number)) cell++;
    counts[cell] = (counts[cell] as number) + 1;
  }
  return counts;
}
