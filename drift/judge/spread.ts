import type { Profile } from '../profile/profile.ts';
import { type Cells, intoCells } from '../reference/cells.ts';
import { divergence } from '../reference/divergence.ts';

/**
 * How far the most unusual of some occasions lies from the others together, beyond sampling: bits of Jensen–Shannon divergence,
 * >= 0. Of a few holidays a year no tail can be learned; a new one has to differ by more than any of them does.
 */
export function spreadAmong(occasions: readonly Profile[], cells: Cells): number {
  const counts = occasions.map(({ bins }) => intoCells(bins, cells));
  let largest = 0;
  counts.forEach((own, at) => {
    const rest = new Float64Array(cells.count);
    counts.forEach((other, index) => {
      if (index === at) return;
      for (let cell = 0; cell < rest.length; cell++) rest[cell] = (rest[cell] as number) + (other[cell] as number);
    });
    const { bits, expected } = divergence(rest, own);
    largest = Math.max(largest, bits - expected);
  });
  return largest;
}
