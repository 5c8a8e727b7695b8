import { type Column, numberColumn, textColumn } from '../../common/columns.ts';
import type { FeatureType, Frame } from '../../common/feature.ts';

export type Columns = Readonly<Record<string, readonly (number | string | null)[]>>;

/** A frame of columns: text where any value is one, else numbers; null is missing. */
export function frame(columns: Columns, types: Readonly<Record<string, FeatureType>> = {}): Frame {
  const entries = Object.entries(columns);
  const built = entries.map(([name, values]): [string, FeatureType, Column] => {
    const text = values.some((value) => typeof value === 'string');
    const type = types[name] ?? (text ? 'string' : 'number');
    return [name, type, text || type === 'string' ? textColumn(values as string[]) : numberColumn(values as number[])];
  });
  return {
    rows: entries[0]?.[1].length ?? 0,
    fields: built.map(([name, type]) => ({ name, type })),
    columns: built.map(([, , column]) => column),
  };
}
