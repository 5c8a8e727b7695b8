import { isPresent, type NumberColumn, setAbsent, setPresent } from '../common/columns.ts';
import type { DeriveKind } from './contract.ts';

const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** Fills a column from one of timestamps: hour of the day 0 to 23, day of the week 0 (Monday) to 6, in UTC; absent stays absent. */
export function derive(kind: DeriveKind, from: NumberColumn, to: NumberColumn, rows: number): void {
  for (let row = 0; row < rows; row++) {
    if (!isPresent(from.validity, row)) {
      setAbsent(to.validity, row);
      continue;
    }
    const timeMs = from.values[row] as number;
    const day = Math.floor(timeMs / dayMs);
    // 1970-01-01 was a Thursday.
    to.values[row] = kind === 'hourOf' ? Math.floor((timeMs - day * dayMs) / hourMs) : (((day + 3) % 7) + 7) % 7;
    setPresent(to.validity, row);
  }
}
