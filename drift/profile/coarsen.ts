import { numericBinningOf } from './binning.ts';
import { categoricalBinningId } from './binning-id.ts';
import { previousDouble } from './doubles.ts';
import type { Binning, NumericBinning } from './profile.ts';

/**
 * A coarser binning for segments, at most `bins` bins.
 *
 * Numeric: a subset of the edges: values with bins of their own keep them as far as they fit into half of the bins; of the
 * other edges, most of which are quantiles, as many as fit, evenly by index. Categorical: the first `bins` values; the rarer ones count as unseen, also in a
 * reference carried over by `coarsenProfile`, so both sides of a comparison agree.
 */
export function coarsen(binning: Binning, bins: number): Binning {
  if (binning.kind === 'numeric') return coarsenNumeric(binning, Math.max(2, bins));
  if (binning.values.length <= bins) return binning;
  const values = binning.values.slice(0, bins);
  return { kind: 'categorical', id: categoricalBinningId(values), values };
}

function coarsenNumeric(binning: NumericBinning, bins: number): NumericBinning {
  const { edges } = binning;
  if (edges.length + 1 <= bins) return binning;
  const pairs: number[][] = [];
  const singles: number[] = [];
  for (let at = 0; at < edges.length; at++) {
    const edge = edges[at] as number;
    const next = edges[at + 1];
    if (next !== undefined && previousDouble(next) === edge) {
      pairs.push([edge, next]);
      at++;
    } else {
      singles.push(edge);
    }
  }
  const wanted = bins - 1;
  const keptPairs = evenly(pairs, Math.min(pairs.length, wanted >> 2)).flat();
  const keptSingles = evenly(singles, Math.min(singles.length, wanted - keptPairs.length));
  return numericBinningOf(Float64Array.from([...keptPairs, ...keptSingles]).sort(), binning.center, binning.scale);
}

function evenly<T>(items: readonly T[], wanted: number): T[] {
  return Array.from(
    { length: wanted },
    (_, at) => items[Math.min(items.length - 1, Math.floor(((at + 0.5) * items.length) / wanted))] as T,
  );
}
