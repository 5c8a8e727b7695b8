import { categoricalBinningId, numericBinningId } from './binning-id.ts';
import type { Binning } from './profile.ts';

/** JSON text of a binning; doubles keep every bit. */
export function binningToJson(binning: Binning): string {
  if (binning.kind === 'categorical') return JSON.stringify(binning);
  return JSON.stringify({ ...binning, edges: Array.from(binning.edges) });
}

/**
 * The inverse of {@link binningToJson}.
 * @throws Error where the text is no binning, or its content does not have the id it claims
 */
export function binningFromJson(text: string): Binning {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null) throw new Error('a binning is a JSON object');
  const { kind, id, edges, center, scale, values } = parsed as Record<string, unknown>;
  if (kind === 'categorical' && Array.isArray(values) && values.every((value) => typeof value === 'string')) {
    return checked({ kind, id: String(id), values }, categoricalBinningId(values));
  }
  if (kind === 'numeric' && Array.isArray(edges) && typeof center === 'number' && typeof scale === 'number') {
    const numbers = Float64Array.from(edges, Number);
    return checked({ kind, id: String(id), edges: numbers, center, scale }, numericBinningId(numbers, center, scale));
  }
  throw new Error(
    `a binning has the kind numeric or categorical and its numbers or values; found kind ${String(kind)}`,
  );
}

function checked<B extends Binning>(binning: B, id: string): B {
  if (binning.id !== id) throw new Error(`the binning ${binning.id} has the content of ${id}`);
  return binning;
}
