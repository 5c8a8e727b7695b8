import { numericBinningOf } from './binning.ts';
import { categoricalBinningId } from './binning-id.ts';
import { previousDouble } from './doubles.ts';
import type { Binning, NumericBinning } from './profile.ts';

/**
 * A coarser binning for segments, at most `bins` bins.
 *
 * Numeric: a subset of the edges, evenly by index (so evenly by mass of the reference); a value with a bin of its own
 * keeps it or loses both of its edges. Categorical: the first `bins` values; the rarer ones count as unseen, also in a
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
  // A unit is one edge, or the two around a single value.
  const units: number[][] = [];
  for (let at = 0; at < edges.length; at++) {
    const edge = edges[at] as number;
    const next = edges[at + 1];
    if (next !== undefined && previousDouble(next) === edge) {
      units.push([edge, next]);
      at++;
    } else {
      units.push([edge]);
    }
  }
  for (let wanted = Math.min(units.length, bins - 1); wanted > 1; wanted--) {
    const kept = evenly(units, wanted).flat();
    if (kept.length < bins) return numericBinningOf(Float64Array.from(kept), binning.center, binning.scale);
  }
  const middle = edges[edges.length >> 1] as number;
  return numericBinningOf(Float64Array.of(middle), binning.center, binning.scale);
}

function evenly<T>(items: readonly T[], wanted: number): T[] {
  return Array.from(
    { length: wanted },
    (_, at) => items[Math.min(items.length - 1, Math.floor(((at + 0.5) * items.length) / wanted))] as T,
  );
}
