import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sortedFinite } from '../../../../drift/profile/doubles.ts';
import { countBetween, decileCuts } from '../../../../drift/statistics/cells.ts';
import { chiSquare, cramersV, gTest } from '../../../../drift/statistics/contingency.ts';
import { chiSquareTail, normalTwoSided } from '../../../../drift/statistics/gamma.ts';
import { hellinger } from '../../../../drift/statistics/hellinger.ts';
import { jensenShannonDistance, jensenShannonDivergence } from '../../../../drift/statistics/jensen-shannon.ts';
import { kolmogorovLimit, kolmogorovSmirnov } from '../../../../drift/statistics/kolmogorov-smirnov.ts';
import { kullbackLeibler } from '../../../../drift/statistics/kullback-leibler.ts';
import { lInfinity } from '../../../../drift/statistics/l-infinity.ts';
import { meanChange, momentsOf, varianceChange } from '../../../../drift/statistics/moment-change.ts';
import { psi } from '../../../../drift/statistics/psi.ts';
import { totalVariation } from '../../../../drift/statistics/total-variation.ts';
import { twoProportions } from '../../../../drift/statistics/two-proportions.ts';
import { wasserstein } from '../../../../drift/statistics/wasserstein.ts';

interface OfCounts {
  readonly psi: number;
  readonly js_distance: number;
  readonly js_divergence: number;
  readonly hellinger: number;
  readonly total_variation: number;
  readonly linf: number;
  readonly kl: number;
}
interface Sample extends OfCounts {
  readonly name: string;
  readonly reference_values: number[];
  readonly current_values: number[];
  readonly cuts: number[];
  readonly reference_counts: number[];
  readonly current_counts: number[];
  readonly ks: number;
  readonly ks_p: number;
  readonly wasserstein: number;
  readonly reference_sd: number;
  readonly mean_change: number | null;
  readonly mean_change_p: number | null;
  readonly log_variance_ratio: number | null;
}
interface Table extends OfCounts {
  readonly reference: number[];
  readonly current: number[];
  readonly chi2: number;
  readonly chi2_p: number;
  readonly degrees: number;
  readonly g: number;
  readonly g_p: number;
  readonly cramers_v: number;
}
interface Fixture {
  readonly samples: Sample[];
  readonly tables: Table[];
  readonly proportions: { reference: [number, number]; current: [number, number]; value: number; p: number }[];
  readonly chi_square_tail: { x: number; degrees: number; p: number }[];
  readonly normal_two_sided: { z: number; p: number }[];
  readonly kolmogorov: { lambda: number; p: number }[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../../../fixtures/statistics/reference.json', import.meta.url), 'utf8'),
) as Fixture;

function expectClose(actual: number | undefined, wanted: number, relative = 1e-9): void {
  expect(actual).toBeDefined();
  expect(Math.abs((actual as number) - wanted), `${actual} for ${wanted}`).toBeLessThanOrEqual(
    relative * Math.abs(wanted) + 1e-15,
  );
}

function expectCounts(wanted: OfCounts, reference: number[], current: number[]): void {
  expectClose(psi(reference, current), wanted.psi);
  expectClose(jensenShannonDistance(reference, current), wanted.js_distance);
  expectClose(jensenShannonDivergence(reference, current), wanted.js_divergence);
  expectClose(hellinger(reference, current), wanted.hellinger);
  expectClose(totalVariation(reference, current), wanted.total_variation);
  expectClose(lInfinity(reference, current), wanted.linf);
  expectClose(kullbackLeibler(reference, current), wanted.kl);
}

describe('statistics agree with SciPy and NumPy', () => {
  it.each(fixture.samples)('on raw values: $name', (sample) => {
    const reference = sortedFinite(Float64Array.from(sample.reference_values));
    const current = sortedFinite(Float64Array.from(sample.current_values));
    const cuts = decileCuts(reference);
    expect(Array.from(cuts)).toEqual(sample.cuts);
    const a = Array.from(countBetween(reference, cuts));
    const b = Array.from(countBetween(current, cuts));
    expect(a).toEqual(sample.reference_counts);
    expect(b).toEqual(sample.current_counts);
    expectCounts(sample, a, b);
    expectClose(kolmogorovSmirnov(reference, current)?.value, sample.ks);
    expectClose(kolmogorovSmirnov(reference, current)?.pValue, sample.ks_p, 1e-6);
    expectClose(wasserstein(reference, current), sample.wasserstein);
    const before = momentsOf(reference);
    const now = momentsOf(current);
    if (before === undefined || now === undefined) throw new Error('moments of two values and more');
    expectClose(Math.sqrt(before.variance), sample.reference_sd);
    const change = meanChange(before, now);
    if (sample.mean_change === null || sample.mean_change_p === null) expect(change).toBeUndefined();
    else {
      // A mean near 1e12 is a double with steps of 1.2e-4.
      const tolerance = sample.name.startsWith('1e12') ? 1e-3 : 1e-9;
      expectClose(change?.value, sample.mean_change, tolerance);
      expectClose(change?.pValue, sample.mean_change_p, Math.max(1e-6, tolerance * 10));
    }
    if (sample.log_variance_ratio === null) expect(varianceChange(before, now)).toBeUndefined();
    else expectClose(varianceChange(before, now), sample.log_variance_ratio);
  });

  it.each(fixture.tables)('on tables of $degrees degrees', (table) => {
    const { reference, current } = table;
    expectCounts(table, reference, current);
    const pearson = chiSquare(reference, current);
    expect(pearson?.degrees).toBe(table.degrees);
    expectClose(pearson?.value, table.chi2);
    expectClose(pearson?.pValue, table.chi2_p, 1e-6);
    expectClose(gTest(reference, current)?.value, table.g);
    expectClose(gTest(reference, current)?.pValue, table.g_p, 1e-6);
    expectClose(cramersV(reference, current), table.cramers_v);
  });

  it.each(fixture.proportions)('on shares $reference against $current', ({ reference, current, value, p }) => {
    const tested = twoProportions({ hits: reference[0], of: reference[1] }, { hits: current[0], of: current[1] });
    expectClose(tested?.value, value);
    expectClose(tested?.pValue, p, 1e-6);
  });

  it('on the tails of chi-square, the normal and Kolmogorov, down to 1e-290', () => {
    for (const { x, degrees, p } of fixture.chi_square_tail) expectClose(chiSquareTail(x, degrees), p);
    for (const { z, p } of fixture.normal_two_sided) expectClose(normalTwoSided(z), p);
    for (const { lambda, p } of fixture.kolmogorov) expectClose(kolmogorovLimit(lambda), p);
  });
});
