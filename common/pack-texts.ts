import type { BytesColumn } from './rows.ts';

/** Texts as one buffer of UTF-8 and the ends of its pieces, as Arrow's Utf8 has them. */
export function packTexts(values: readonly string[]): BytesColumn {
  const offsets = new Int32Array(values.length + 1);
  let bound = 0;
  for (const value of values) bound += value.length * 3;
  const buffer = Buffer.allocUnsafeSlow(bound);
  let end = 0;
  for (let row = 0; row < values.length; row++) {
    end += buffer.write(values[row] as string, end, 'utf8');
    offsets[row + 1] = end;
  }
  return { offsets, bytes: new Uint8Array(buffer.buffer, buffer.byteOffset, end) };
}
