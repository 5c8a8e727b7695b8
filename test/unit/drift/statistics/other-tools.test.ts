import { describe, expect, it } from 'vitest';
import { chiSquare } from '../../../../drift/statistics/contingency.ts';
import { evenCells } from '../../../../drift/statistics/even-cells.ts';
import { chiSquareTail } from '../../../../drift/statistics/gamma.ts';
import { hellinger } from '../../../../drift/statistics/hellinger.ts';
import { jensenShannonDistance, jensenShannonDivergence } from '../../../../drift/statistics/jensen-shannon.ts';
import { kolmogorovSmirnov } from '../../../../drift/statistics/kolmogorov-smirnov.ts';
import { kullbackLeibler } from '../../../../drift/statistics/kullback-leibler.ts';
import { lInfinity } from '../../../../drift/statistics/l-infinity.ts';
import { normalizedAbsoluteDifference } from '../../../../drift/statistics/normalized-absolute-difference.ts';
import { psi } from '../../../../drift/statistics/psi.ts';
import { wasserstein, wassersteinNormalized } from '../../../../drift/statistics/wasserstein.ts';
import { expectClose, expectProbability, readFixture } from './fixture.ts';

const { samples, tables } = readFixture();

interface Named {
  readonly name: string;
}
interface Evidently {
  readonly numeric: (Named & Record<'psi' | 'jensenshannon' | 'hellinger' | 'wasserstein' | 'ks', number>)[];
  readonly categorical: Record<'psi' | 'jensenshannon' | 'kl_div' | 'hellinger' | 'chisquare', number>[];
}
interface NannyMl {
  readonly numeric: (Named &
    Record<'jensen_shannon' | 'hellinger' | 'wasserstein' | 'kolmogorov_smirnov', number> & {
      readonly edges: number[];
    })[];
  readonly categorical: Record<'jensen_shannon' | 'hellinger' | 'l_infinity' | 'chi2', number>[];
}
type Bucket = readonly [low: number, high: number, count: number];
interface Tfdv {
  readonly numeric: (Named & {
    readonly jensen_shannon_divergence: number;
    readonly reference_histogram: Bucket[];
    readonly current_histogram: Bucket[];
  })[];
  readonly categorical: Record<'l_infty' | 'normalized_absolute_difference' | 'jensen_shannon_divergence', number>[];
  readonly infinity_norm_of_a_number: { readonly l_infty: number };
}

function sidesOf(name: string): { readonly reference: Float64Array; readonly current: Float64Array } {
  const sample = samples.find((one) => one.name === name);
  if (sample === undefined) throw new Error(`no sample ${name}`);
  return {
    reference: Float64Array.from(sample.reference_values).sort(),
    current: Float64Array.from(sample.current_values).sort(),
  };
}

describe('Evidently, in its units', () => {
  const fixture = readFixture<Evidently>('evidently');

  it.each(fixture.numeric)('numbers: $name', (theirs) => {
    const { reference, current } = sidesOf(theirs.name);
    const cells = evenCells(reference, current);
    if (cells === undefined) throw new Error('cells of two samples');
    // It takes 0.0001 for an empty cell, where no cell holds less than that.
    expectClose(psi(cells.reference, cells.current, { emptyShare: 0.0001 }), theirs.psi);
    expectClose(jensenShannonDistance(cells.reference, cells.current, { base: Math.E }), theirs.jensenshannon);
    // Its standard deviation loses digits at 1e12.
    expectClose(wassersteinNormalized(reference, current), theirs.wasserstein, 1e-8);
    expectProbability(kolmogorovSmirnov(reference, current)?.pValue, theirs.ks);
    // Its Hellinger counts distinct values for Sturges' rule: the same cells only where none repeats.
    if (new Set([...reference, ...current]).size === reference.length + current.length)
      expect(hellinger(cells.reference, cells.current)).toBeCloseTo(theirs.hellinger, 8);
  });

  it.each(fixture.categorical.map((theirs, at) => ({ theirs, at })))('categories: table $at', ({ theirs, at }) => {
    const { reference, current } = tables[at] as (typeof tables)[number];
    expectClose(psi(reference, current, { emptyShare: 0.0001 }), theirs.psi);
    expectClose(jensenShannonDistance(reference, current, { base: Math.E }), theirs.jensenshannon);
    expect(hellinger(reference, current)).toBeCloseTo(theirs.hellinger, 8);
    // KL the other way round, without smoothing.
    expectClose(kullbackLeibler(current, reference, { pseudoCount: 0 }), theirs.kl_div);
    // Its chi-square takes the reference's shares as known without error: p is too small, the more so the smaller the reference.
    const [n, m] = [reference, current].map((counts) => counts.reduce((sum, count) => sum + count, 0)) as [
      number,
      number,
    ];
    const known = reference.map((count) => (count * m) / n);
    const value = known.reduce(
      (sum, expected, cell) => sum + ((current[cell] as number) - expected) ** 2 / expected,
      0,
    );
    expectProbability(chiSquareTail(value, reference.length - 1), theirs.chisquare);
    expect(chiSquare(reference, current)?.pValue).toBeGreaterThanOrEqual(theirs.chisquare);
  });
});

describe('NannyML, in its units', () => {
  const fixture = readFixture<NannyMl>('nannyml');

  it.each(fixture.numeric)('numbers: $name', (theirs) => {
    const { reference, current } = sidesOf(theirs.name);
    // Its cells are Doane's over the reference alone; what falls outside of them is one more.
    const [a, b] = [reference, current].map((side) => countOverEdges(side, theirs.edges)) as [number[], number[]];
    expectClose(jensenShannonDistance(a, b), theirs.jensen_shannon);
    expect(hellinger(a, b)).toBeCloseTo(theirs.hellinger, 8);
    expectClose(wasserstein(reference, current), theirs.wasserstein);
    expectClose(kolmogorovSmirnov(reference, current)?.value, theirs.kolmogorov_smirnov);
  });

  it.each(fixture.categorical.map((theirs, at) => ({ theirs, at })))('categories: table $at', ({ theirs, at }) => {
    const { reference, current } = tables[at] as (typeof tables)[number];
    expectClose(jensenShannonDistance(reference, current), theirs.jensen_shannon);
    expect(hellinger(reference, current)).toBeCloseTo(theirs.hellinger, 8);
    expectClose(lInfinity(reference, current), theirs.l_infinity);
    // With two cells SciPy's default corrects for continuity, as NannyML's does.
    if (reference.length > 2) expectClose(chiSquare(reference, current)?.value, theirs.chi2);
  });
});

describe('TensorFlow Data Validation, in its units', () => {
  const fixture = readFixture<Tfdv>('tfdv');

  it.each(fixture.categorical.map((theirs, at) => ({ theirs, at })))('categories: table $at', ({ theirs, at }) => {
    const { reference, current } = tables[at] as (typeof tables)[number];
    expectClose(lInfinity(reference, current), theirs.l_infty);
    expectClose(jensenShannonDivergence(reference, current), theirs.jensen_shannon_divergence);
    expectClose(normalizedAbsoluteDifference(reference, current), theirs.normalized_absolute_difference);
  });

  it.each(fixture.numeric)('numbers, over its own histograms: $name', (theirs) => {
    const [a, b] = aligned(theirs.reference_histogram, theirs.current_histogram);
    expectClose(jensenShannonDivergence(a, b), theirs.jensen_shannon_divergence);
  });

  it('L-infinity of a number is 0 there, and not here', () => {
    expect(fixture.infinity_norm_of_a_number.l_infty).toBe(0);
    const [first] = samples;
    expect(lInfinity(first?.reference_counts ?? [], first?.current_counts ?? [])).toBeGreaterThan(0.09);
  });
});

/** As NumPy's histogram: closed below, the last one above too; then one cell for all outside. */
function countOverEdges(values: Float64Array, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length).fill(0);
  const last = edges.length - 1;
  for (const value of values) {
    let cell = edges.findIndex((edge, at) => at > 0 && (value < edge || (at === last && value === edge))) - 1;
    if (cell < 0 || value < (edges[0] as number)) cell = last;
    counts[cell] = (counts[cell] as number) + 1;
  }
  return counts;
}

/** Its alignment: buckets cut at each other's edges, counts split by width; a bucket without width is a cell of its own. */
function aligned(reference: readonly Bucket[], current: readonly Bucket[]): [number[], number[]] {
  const wide = (buckets: readonly Bucket[]): readonly Bucket[] => buckets.filter(([low, high]) => high > low);
  const edges = [
    ...new Set([...wide(reference), ...wide(current)].flatMap((bucket) => bucket.slice(0, 2) as [number, number])),
  ].sort((x, y) => x - y);
  const points = [...new Set([...reference, ...current].filter(([low, high]) => low === high).map(([low]) => low))];
  const over = (buckets: readonly Bucket[]): number[] => [
    ...edges.slice(1).map((to, at) => {
      const from = edges[at] as number;
      return wide(buckets).reduce((sum, [low, high, count]) => {
        const shared = Math.min(high, to) - Math.max(low, from);
        return shared > 0 ? sum + (count * shared) / (high - low) : sum;
      }, 0);
    }),
    ...points.map((point) =>
      buckets.reduce((sum, [low, high, count]) => (low === high && low === point ? sum + count : sum), 0),
    ),
  ];
  return [over(reference), over(current)];
}
