import type { Column } from './columns.ts';

/** The types a contract knows. `boolean` and `timestamp` are held as numbers: 0 or 1, milliseconds since 1970. */
export const featureTypes = ['number', 'integer', 'boolean', 'string', 'timestamp', 'vector'] as const;
export type FeatureType = (typeof featureTypes)[number];

/** What the values of a string are for: one of some kinds, a name of one thing, or words. */
export const textKinds = ['category', 'identifier', 'text'] as const;
export type TextKind = (typeof textKinds)[number];

/** The greatest dimension of a vector: with it, the components of 100,000 rows still have places below 2^31, as Arrow needs. */
export const dimensionMax = 16_384;

/** The name and type of a column; what profiles, models and tables are built from. */
export interface FeatureField {
  readonly name: string;
  readonly type: FeatureType;
  /** Of a vector, from 1 to `dimensionMax`; absent for all other types. */
  readonly dimension?: number;
  /** Of a string, where it was said; else it is found out from a reference. */
  readonly kind?: TextKind;
}

/** Columns with their names and one number of rows: a piece of a stream, a training set, a file. */
export interface Frame {
  readonly rows: number;
  readonly fields: readonly FeatureField[];
  /** `columns[i]` belongs to `fields[i]`. */
  readonly columns: readonly Column[];
}

export function columnOf(frame: Frame, name: string): Column | undefined {
  const index = frame.fields.findIndex((field) => field.name === name);
  return index < 0 ? undefined : frame.columns[index];
}
