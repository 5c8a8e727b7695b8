/**
 * Keeps at most `most` counters: subtracts the largest count that has to go from all of them and drops what is left with
 * nothing. A count is then too small by at most (all counted) / (most + 1), and summaries merge by addition followed by
 * this (Misra and Gries 1982; Agarwal et al. 2013, doi:10.1145/2500128).
 */
export function boundCounters<Key>(counters: Map<Key, number>, most: number): void {
  if (counters.size <= most) return;
  const descending = Float64Array.from(counters.values()).sort().reverse();
  const surplus = descending[most] as number;
  for (const [key, count] of counters) {
    if (count > surplus) counters.set(key, count - surplus);
    else counters.delete(key);
  }
}
