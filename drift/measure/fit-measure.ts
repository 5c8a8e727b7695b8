import { type Column, isPresent, type TextColumn } from '../../common/columns.ts';
import type { FeatureField } from '../../common/feature.ts';
import { isWordy } from '../../common/measure.ts';
import { fitIdentifier } from './identifier-measure.ts';
import type { Measure } from './measure.ts';
import { fitText } from './text-measure.ts';
import { fitVector } from './vector-measure.ts';

/** A vocabulary and a centroid come from a quarter of the rows, and from no more than so many. */
const fitShare = 0.25;
const fitRowsMax = 20_000;
/** Words are looked for in so many different texts. */
const sampledTexts = 2000;
/** Above so many different values, more than one in ten of them a new one, a text has no values to be known by. */
export const identifierDistinct = 256;
export const identifierShare = 0.1;

/**
 * The rows that vocabularies and centroids are made of, ascending, spread over all rows without a pattern. The same rows must
 * not be measured by what was made of them: a text knows its own words, and lies nearer to its own centroid than the next one.
 */
export function fitRows(rows: number): Int32Array {
  const share = Math.min(fitShare, fitRowsMax / Math.max(1, rows));
  const chosen: number[] = [];
  for (let row = 0; row < rows; row++) if (mixed(row) < share * 4294967296) chosen.push(row);
  return Int32Array.from(chosen);
}

/** The finalizer of MurmurHash3: every bit of the row moves every bit of the result, in [0, 2^32). */
function mixed(row: number): number {
  let hash = (row + 0x9e3779b9) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** How a feature of a reference is measured; undefined for one that is counted by its own values. */
export function fitMeasure(field: FeatureField, column: Column, rows: number, fit: Int32Array): Measure | undefined {
  const { name, type } = field;
  if (column.kind === 'vector') return fitVector(name, column, fit);
  if (type === 'timestamp' && column.kind === 'number') return { kind: 'timestamp', feature: name };
  if (type !== 'string' || column.kind !== 'text') return undefined;
  const kind = field.kind ?? kindOf(column, rows);
  if (kind === 'text') return fitText(name, column, fit);
  return kind === 'identifier' ? fitIdentifier(name, column, fit) : undefined;
}

function kindOf(column: TextColumn, rows: number): 'category' | 'identifier' | 'text' {
  const { codes, dictionary, validity } = column;
  const seen = new Uint8Array(dictionary.values.length);
  const texts: string[] = [];
  let distinct = 0;
  let present = 0;
  for (let row = 0; row < rows; row++) {
    if (!isPresent(validity, row)) continue;
    present++;
    const code = codes[row] as number;
    if (seen[code] === 1) continue;
    seen[code] = 1;
    distinct++;
    if (texts.length < sampledTexts) texts.push(dictionary.values[code] as string);
  }
  if (distinct <= identifierDistinct || distinct <= identifierShare * present) return 'category';
  return isWordy(texts) ? 'text' : 'identifier';
}
