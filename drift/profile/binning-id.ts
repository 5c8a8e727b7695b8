import { createHash } from 'node:crypto';

/** What names a numeric binning: the first 16 hex digits of the SHA-256 of its numbers. */
export function numericBinningId(edges: Float64Array, center: number, scale: number): string {
  return createHash('sha256')
    .update('numeric')
    .update(new Uint8Array(edges.buffer, edges.byteOffset, edges.byteLength))
    .update(new Uint8Array(Float64Array.of(center, scale).buffer))
    .digest('hex')
    .slice(0, 16);
}

/** What names a categorical binning: the first 16 hex digits of the SHA-256 of its values in their order. */
export function categoricalBinningId(values: readonly string[]): string {
  return createHash('sha256').update('categorical').update(JSON.stringify(values)).digest('hex').slice(0, 16);
}
