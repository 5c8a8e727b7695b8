import { type Column, createVectorColumn, type NumberColumn, setPresent, valueAt } from '../../common/columns.ts';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { columnOf, type FeatureField, type Frame } from '../../common/feature.ts';
import { featureColumn } from '../../store/migrations.ts';

/** Labelled events as a data set holds them: features under the contract's names, and what stands beside them. */
export interface Dataset {
  readonly features: Frame;
  /** Shapes `[rows]`; ms since 1970. */
  readonly eventTimesMs: Float64Array;
  readonly arrivalTimesMs: Float64Array;
  /** Rows whose value was there but not usable, by feature, where that is known: a data set from the store does not tell. */
  readonly invalid?: ReadonlyMap<string, readonly number[]>;
}

/** The columns of a data set file (f_NAME, event_time, arrival_time) as features of the contract. */
export function datasetOf(file: Frame, fields: readonly FeatureField[], place: string): Dataset {
  const columns = fields.map(({ name, dimension }): Column => {
    const column = columnOf(file, featureColumn(name));
    if (column !== undefined) return dimension === undefined ? column : vectorsOf(column, file.rows, dimension);
    throw new TidemarkError(ErrorCode.FILE_MALFORMED, `the data set has no column ${featureColumn(name)}`, {
      place,
      cure: 'Make the data set from events of the same contract',
    });
  });
  const times = (name: string): Float64Array => {
    const column = columnOf(file, name);
    if (column?.kind === 'number') return (column as NumberColumn).values.subarray(0, file.rows);
    throw new TidemarkError(ErrorCode.FILE_MALFORMED, `the data set has no column ${name} of times`, { place });
  };
  return {
    features: { rows: file.rows, fields, columns },
    eventTimesMs: times('event_time'),
    arrivalTimesMs: times('arrival_time'),
  };
}

/**
 * Vectors of the contract's dimension. Where a stretch of events holds none, or some of the dimension of an earlier contract,
 * the file's column is no vector, or another: what does not fit is absent.
 */
function vectorsOf(column: Column, rows: number, dimension: number): Column {
  if (column.kind === 'vector' && column.dimension === dimension) return column;
  const out = createVectorColumn(rows, dimension);
  for (let row = 0; row < rows; row++) {
    const value = valueAt(column, row);
    const list: unknown = typeof value === 'string' ? JSON.parse(value) : value;
    if (!Array.isArray(list) || list.length !== dimension) continue;
    out.values.set(list, row * dimension);
    setPresent(out.validity, row);
  }
  return out;
}
