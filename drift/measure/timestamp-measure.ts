import { createDictionary, createNumberColumn, createTextColumn, isPresent, setPresent } from '../../common/columns.ts';
import { measureName } from '../../common/measure.ts';
import type { Measurer, TimestampMeasure } from './measure.ts';

/** From fine to coarse: the lengths of the grains, ms. */
const grainsMs = [1, 1000, 60_000, 3_600_000, 86_400_000] as const;
const grains = createDictionary(['millisecond', 'second', 'minute', 'hour', 'day']);

/**
 * `lag`, how much later than the value the event is, in seconds, absent where the event's time is unknown; `grain`, the coarsest
 * unit of which the value is a whole number: where times become dates, it says so.
 */
export function timestampMeasurer({ feature }: TimestampMeasure): Measurer {
  const lagField = { name: measureName(feature, 'lag'), type: 'number' as const };
  const grainField = { name: measureName(feature, 'grain'), type: 'string' as const };
  return (column, rows, timesMs) => {
    if (column.kind !== 'number') return [];
    const lag = createNumberColumn(rows);
    const grain = createTextColumn(rows, grains);
    for (let row = 0; row < rows; row++) {
      if (!isPresent(column.validity, row)) continue;
      const valueMs = column.values[row] as number;
      const seconds = ((timesMs[row] as number) - valueMs) / 1000;
      if (!Number.isNaN(seconds)) {
        lag.values[row] = seconds;
        setPresent(lag.validity, row);
      }
      let coarsest = grainsMs.length - 1;
      while (coarsest > 0 && valueMs % (grainsMs[coarsest] as number) !== 0) coarsest--;
      grain.codes[row] = coarsest;
      setPresent(grain.validity, row);
    }
    return [
      { field: lagField, column: lag },
      { field: grainField, column: grain },
    ];
  };
}
