import { type Column, countPresent, setAbsent } from '../../common/columns.ts';
import type { FeatureField, Frame } from '../../common/feature.ts';
import { measureName } from '../../common/measure.ts';
import { binCount } from '../profile/merge.ts';
import type { ProfiledFeature } from '../profile/profile.ts';
import { createMeasurer } from './create-measurer.ts';
import { fitMeasure, fitRows } from './fit-measure.ts';
import type { Measure } from './measure.ts';

export interface MeasuredFrame {
  /** The frame with the columns of its measures behind its own. */
  readonly frame: Frame;
  readonly measures: readonly Measure[];
  /** The feature that a column measures, by the column's name. */
  readonly measuredBy: ReadonlyMap<string, string>;
}

export interface MeasureFrameInput {
  readonly frame: Frame;
  /** Event times, ms since 1970, shape `[rows]`; NaN where unknown. */
  readonly timesMs: Float64Array;
  /** Columns that are no features. */
  readonly exclude: ReadonlySet<string>;
  /** The reference to measure like, so that windows across a change of references add up. */
  readonly like?: { readonly features: readonly ProfiledFeature[]; readonly measures: readonly Measure[] };
}

/** Measures the features of richer kinds in a reference. What is measured already keeps its place: the others are unchanged. */
export function measureFrame({ frame, timesMs, exclude, like }: MeasureFrameInput): MeasuredFrame {
  const { rows } = frame;
  const fit = fitRows(rows);
  const measures: Measure[] = [];
  const measuredBy = new Map<string, string>();
  const fields: FeatureField[] = [...frame.fields];
  const columns: Column[] = [...frame.columns];
  frame.fields.forEach((field, at) => {
    if (exclude.has(field.name)) return;
    const column = frame.columns[at] as Column;
    const known = like?.measures.find((measure) => measure.feature === field.name && suits(measure, column));
    const counted = like?.features.find(({ name }) => name === field.name);
    // What was counted by its values goes on so.
    if (known === undefined && counted !== undefined && binCount(counted.binning) > 0) return;
    const measure = known ?? fitMeasure(field, column, rows, fit);
    if (measure === undefined) return;
    measures.push(measure);
    for (const measured of createMeasurer(measure)(column, rows, timesMs)) {
      // What was made of these rows would measure them too well.
      if (known === undefined && isFitted(measured.field.name, field.name)) clear(measured.column, fit);
      if (countPresent(measured.column.validity, rows) === 0) continue;
      measuredBy.set(measured.field.name, field.name);
      fields.push(measured.field);
      columns.push(measured.column);
    }
  });
  return { frame: { rows, fields, columns }, measures, measuredBy };
}

function suits(measure: Measure, column: Column): boolean {
  if (measure.kind === 'vector') return column.kind === 'vector' && column.dimension === measure.centroid.length;
  return column.kind === (measure.kind === 'timestamp' ? 'number' : 'text');
}

/** Whether a measure rests on what was made of the reference's rows. */
export function isFitted(name: string, feature: string): boolean {
  return name === measureName(feature, 'unknown') || name === measureName(feature, 'centroid');
}

function clear({ validity }: Column, rows: Int32Array): void {
  for (const row of rows) setAbsent(validity, row);
}
