import type { Column } from '../../common/columns.ts';
import { columnOf, type FeatureField, type Frame } from '../../common/feature.ts';
import { createMeasurer } from '../measure/create-measurer.ts';
import { isFitted } from '../measure/measure-frame.ts';
import { fitVector } from '../measure/vector-measure.ts';
import { jointFeaturesMost } from './joint-reference.ts';

/**
 * Two samples with the measures of their vectors as columns (the norm, projections), and the names that take part: those wanted, a
 * vector's measures in its place, at most 40. The distance to the centroid is left out: it is made of a part of the reference. A
 * vector that is none on the other side, or of another dimension, takes no part.
 */
export function withVectorMeasures(
  reference: Frame,
  current: Frame,
  wanted: readonly string[],
): readonly [Frame, Frame, readonly string[]] {
  const names: string[] = [];
  const added: { readonly field: FeatureField; readonly before: Column; readonly now: Column }[] = [];
  for (const name of wanted) {
    const [before, now] = [columnOf(reference, name), columnOf(current, name)];
    if (before?.kind !== 'vector' || now?.kind !== 'vector') {
      names.push(name);
      continue;
    }
    if (before.dimension !== now.dimension) continue;
    const measurer = createMeasurer(fitVector(name, before, new Int32Array(0)));
    const none = new Float64Array(0);
    const measured = [measurer(before, reference.rows, none), measurer(now, current.rows, none)] as const;
    measured[0].forEach(({ field, column }, at) => {
      const other = measured[1][at]?.column;
      if (other === undefined || isFitted(field.name, name)) return;
      names.push(field.name);
      added.push({ field, before: column, now: other });
    });
  }
  const extended = (frame: Frame, side: 'before' | 'now'): Frame => ({
    rows: frame.rows,
    fields: [...frame.fields, ...added.map(({ field }) => field)],
    columns: [...frame.columns, ...added.map((one) => one[side])],
  });
  return [extended(reference, 'before'), extended(current, 'now'), names.slice(0, jointFeaturesMost)];
}
