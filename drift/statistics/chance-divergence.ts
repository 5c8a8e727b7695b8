import { type Counts, total } from './counts.ts';
import { normalTwoSided } from './gamma.ts';

/** A Jensen–Shannon divergence beside what two samples of one distribution would show. */
export interface ChanceDivergence {
  /** Bits, [0, 1]. */
  readonly bits: number;
  /** Bits that chance gives on average, and their standard deviation. */
  readonly expected: number;
  readonly deviation: number;
  /** √(bits - expected), 0 where less: the distance (base 2) that sampling does not explain. */
  readonly excessDistance: number;
  /** One-sided, by the normal; good for many cells, whatever their counts. Beware below some 30 used cells. */
  readonly pValue: number;
  readonly usedCells: number;
}

/** Counts up to this are averaged exactly over all their splits; above, the chi-square approximation is good to 1 %. */
const exactCountMax = 40;

/**
 * What chance alone makes of the divergence, given the pooled counts: if both sides are samples of one distribution, each of
 * the c events of a cell is the reference's with probability n / (n + m), so the cell's term is averaged over Binomial(c,
 * n / (n + m)), exactly for small c and as `(1/n + 1/m) / (8 ln 2)` for large ones. It holds for identifiers (every cell
 * once: chance alone explains a divergence of 1) as for a few categories. An empty side: undefined. O(cells).
 *
 * The permutation argument of Good (2005, Permutation, Parametric and Bootstrap Tests, 3.2), with cells taken as independent,
 * which makes the deviation a little too large; the totals being fixed takes one cell's worth off the mean.
 */
export function chanceDivergence(reference: Counts, current: Counts): ChanceDivergence | undefined {
  const n = total(reference);
  const m = total(current);
  if (n === 0 || m === 0) return undefined;
  const byCount = new Map<number, { readonly mean: number; readonly variance: number }>();
  const largeMean = (1 / n + 1 / m) / (8 * Math.LN2);
  const large = { mean: largeMean, variance: 2 * largeMean * largeMean };
  let bits = 0;
  let expected = 0;
  let variance = 0;
  let usedCells = 0;
  let largeCells = 0;
  for (let cell = 0; cell < reference.length; cell++) {
    const a = reference[cell] as number;
    const b = current[cell] as number;
    const count = a + b;
    if (count === 0) continue;
    usedCells++;
    bits += term(a / n, b / m);
    let chance = large;
    if (count <= exactCountMax) {
      chance = byCount.get(count) ?? splitMoments(count, n, m);
      byCount.set(count, chance);
    } else largeCells++;
    expected += chance.mean;
    variance += chance.variance;
  }
  if (largeCells > 0) expected -= largeMean;
  bits = Math.min(1, Math.max(0, bits));
  expected = Math.min(1, Math.max(0, expected));
  const deviation = Math.sqrt(variance);
  const z = deviation > 0 ? (bits - expected) / deviation : 0;
  return {
    bits,
    expected,
    deviation,
    excessDistance: Math.sqrt(Math.max(0, bits - expected)),
    pValue: z > 0 ? normalTwoSided(z) / 2 : 1 - normalTwoSided(z) / 2,
    usedCells,
  };
}

function term(p: number, q: number): number {
  const middle = (p + q) / 2;
  return ((p > 0 ? p * Math.log2(p / middle) : 0) + (q > 0 ? q * Math.log2(q / middle) : 0)) / 2;
}

/** Mean and variance of a cell's term over all splits of its `count` events. */
function splitMoments(count: number, n: number, m: number): { readonly mean: number; readonly variance: number } {
  const ofReference = n / (n + m);
  let logWeight = count * Math.log1p(-ofReference);
  let mean = 0;
  let square = 0;
  for (let a = 0; a <= count; a++) {
    const weight = Math.exp(logWeight);
    const value = term(a / n, (count - a) / m);
    mean += weight * value;
    square += weight * value * value;
    logWeight += Math.log((count - a) / (a + 1)) + Math.log(ofReference / (1 - ofReference));
  }
  return { mean, variance: Math.max(0, square - mean * mean) };
}
