import type { Column } from './columns.ts';

/** The types a contract knows. `boolean` and `timestamp` are held as numbers: 0 or 1, milliseconds since 1970. */
export const featureTypes = ['number', 'integer', 'boolean', 'string', 'timestamp'] as const;
export type FeatureType = (typeof featureTypes)[number];

/** The name and type of a column; what profiles, models and tables are built from. */
export interface FeatureField {
  readonly name: string;
  readonly type: FeatureType;
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
