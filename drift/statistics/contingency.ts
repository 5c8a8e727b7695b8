import { type Counts, type Tested, totalsOf } from './counts.ts';
import { chiSquareTail } from './gamma.ts';

/** A test of two rows of counts for one distribution. */
export interface ContingencyTest extends Tested {
  readonly degrees: number;
  /** Cells after pooling. */
  readonly cells: number;
}

/** Below this expected count the chi-square approximation is not trusted (Cochran 1954, doi:10.2307/3001616). */
const expectedMin = 5;

/**
 * Pearson's chi-square of homogeneity: are both rows of counts drawn from one distribution over the cells?
 *
 * `χ² = Σ (observed - expected)² / expected` over both rows, expected = row total × cell total / all; degrees = cells - 1; from
 * 0 up. Pooling: cells of which either row expects fewer than 5 become one cell; where that one still expects fewer, it
 * takes in the rarest of the others. An empty side, or one cell left: undefined. O(cells).
 * Pearson 1900, doi:10.1080/14786440009463897.
 *
 * @example chiSquare([50, 50], [80, 20]) // { value: 19.78, pValue: 8.7e-6, degrees: 1, cells: 2 }
 */
export function chiSquare(reference: Counts, current: Counts): ContingencyTest | undefined {
  return test(reference, current, (observed, expected) => (observed - expected) ** 2 / expected);
}

/**
 * The likelihood ratio of the same question: `G = 2 Σ observed ln(observed / expected)`, pooled and judged as
 * {@link chiSquare}. G = 2 ln 2 · (n + m) · mutual information in bits. Wilks 1938, doi:10.1214/aoms/1177732360.
 *
 * @example gTest([50, 50], [80, 20]) // { value: 20.27, pValue: 6.7e-6, degrees: 1, cells: 2 }
 */
export function gTest(reference: Counts, current: Counts): ContingencyTest | undefined {
  return test(reference, current, (observed, expected) =>
    observed === 0 ? 0 : 2 * observed * Math.log(observed / expected),
  );
}

/**
 * Cramér's V of a two-row table, in [0, 1]: the effect size of {@link chiSquare} over the same cells, free of the sample size.
 * `V = √(χ² / (n + m))`. Chance alone gives about √((cells - 1) / (n + m)). Cramér 1946, Mathematical Methods of Statistics, 21.9.
 *
 * @example cramersV([50, 50], [80, 20]) // 0.3145
 */
export function cramersV(reference: Counts, current: Counts): number | undefined {
  const tested = chiSquare(reference, current);
  const totals = totalsOf(reference, current);
  if (tested === undefined || totals === undefined) return undefined;
  return Math.min(1, Math.sqrt(tested.value / (totals.n + totals.m)));
}

/**
 * Cramér's V less what chance gives, in [0, 1]: with N = n + m and k cells, `√(φ / min(k' - 1, r' - 1))` where
 * `φ = max(0, χ²/N - (k-1)/(N-1))`, `k' = k - (k-1)²/(N-1)`, `r' = 2 - 1/(N-1)`. About 0 where nothing changed, however few
 * events. Undefined as {@link cramersV}. Bergsma 2013, doi:10.1016/j.jkss.2012.10.002.
 *
 * @example cramersVCorrected([50, 50], [80, 20]) // 0.3072
 */
export function cramersVCorrected(reference: Counts, current: Counts): number | undefined {
  const tested = chiSquare(reference, current);
  const totals = totalsOf(reference, current);
  if (tested === undefined || totals === undefined) return undefined;
  const all = totals.n + totals.m;
  const columns = tested.cells - (tested.cells - 1) ** 2 / (all - 1);
  const rows = 2 - 1 / (all - 1);
  const share = Math.max(0, tested.value / all - (tested.cells - 1) / (all - 1));
  const smaller = Math.min(columns, rows) - 1;
  return smaller > 0 ? Math.min(1, Math.sqrt(share / smaller)) : undefined;
}

function test(
  reference: Counts,
  current: Counts,
  term: (observed: number, expected: number) => number,
): ContingencyTest | undefined {
  const totals = totalsOf(reference, current);
  if (totals === undefined) return undefined;
  const { n, m } = totals;
  const pooled = poolSmall(reference, current, (expectedMin * (n + m)) / Math.min(n, m));
  const cells = pooled.reference.length;
  if (cells < 2) return undefined;
  let value = 0;
  for (let cell = 0; cell < cells; cell++) {
    const a = pooled.reference[cell] as number;
    const b = pooled.current[cell] as number;
    const share = (a + b) / (n + m);
    value += term(a, share * n) + term(b, share * m);
  }
  value = Math.max(0, value);
  if (!Number.isFinite(value)) return undefined;
  return { value, degrees: cells - 1, cells, pValue: chiSquareTail(value, cells - 1) };
}

interface Pooled {
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

/** Cells of at least `least` events on both sides together, the rest of them as one; that one, too small, joins the next. */
function poolSmall(reference: Counts, current: Counts, least: number): Pooled {
  const sizeOf = (cell: number): number => (reference[cell] as number) + (current[cell] as number);
  let restReference = 0;
  let restCurrent = 0;
  let kept: number[] = [];
  for (let cell = 0; cell < reference.length; cell++) {
    if (sizeOf(cell) >= least) kept.push(cell);
    else {
      restReference += reference[cell] as number;
      restCurrent += current[cell] as number;
    }
  }
  if (restReference + restCurrent > 0 && restReference + restCurrent < least && kept.length > 0) {
    // One is enough, since each of them is as large as the pool has to be.
    let rarest = 0;
    for (let at = 1; at < kept.length; at++)
      if (sizeOf(kept[at] as number) < sizeOf(kept[rarest] as number)) rarest = at;
    const cell = kept[rarest] as number;
    restReference += reference[cell] as number;
    restCurrent += current[cell] as number;
    kept = kept.filter((_, at) => at !== rarest);
  }
  const rest = restReference + restCurrent > 0 ? 1 : 0;
  const pooled = { reference: new Float64Array(kept.length + rest), current: new Float64Array(kept.length + rest) };
  kept.forEach((cell, at) => {
    pooled.reference[at] = reference[cell] as number;
    pooled.current[at] = current[cell] as number;
  });
  if (rest === 1) {
    pooled.reference[kept.length] = restReference;
    pooled.current[kept.length] = restCurrent;
  }
  return pooled;
}
